import { itemDigest } from '../../../core/image';
import { keysOf, objectKeyOf, type KeySchema, type TableLocation } from '../../../core/objectKey';
import { UnusableExportError } from '../../../core/tableExport';
import { checkExportFile, exportFileLines, type ExportFileContext } from '../../backfill/exportFile';
import { itemOfLine } from '../../backfill/openExport';
import { EntryFiles } from './entryFiles';
import type { ReadRequest } from './readCopy';
import type { VerifyResult } from './verifyTasks';

/**
 * Reads a file of the export, which is what its manifest says.
 *
 * @throws UnusableExportError for one that is not, and for what is no item of the table
 */
export async function readExport({
  table,
  context,
  ...request
}: ReadRequest<'export'> & {
  readonly table: TableLocation & { readonly keySchema: KeySchema };
  readonly context: ExportFileContext;
}): Promise<VerifyResult> {
  const { task, store, folder, partitions, isOver, fileEntries } = request;
  const { file, skip } = task;
  const checked = await checkExportFile(context, file);
  const files = new EntryFiles(store, `${folder}export-`, partitions, fileEntries);
  let at = 0;
  for await (const lines of exportFileLines(context, checked)) {
    for (const line of lines) {
      at += 1;
      if (at <= skip) continue;
      const read = itemOfLine(line, `item ${at} of ${file.objectKey}`, 0);
      if ('unreadable' in read) throw new UnusableExportError(read.unreadable);
      const objectKey = objectKeyOf(table, table.keySchema, keysOf(table.keySchema, read.item));
      await files.add({ objectKey, digest: itemDigest(read.item) });
    }
    if (at > skip && isOver()) break;
  }
  const ended = await files.end();
  const rest = at < file.itemCount ? [{ is: 'export' as const, file, skip: at }] : [];
  return { format: '1', id: task.id, is: 'export', ...ended, rest };
}

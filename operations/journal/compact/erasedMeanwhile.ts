import { DcsError } from '../../../core/errors';
import { runsPrefix } from '../../../core/journal/journalKeys';
import { MANIFEST_FILE } from '../../../core/journal/manifestText';
import { readRunManifest } from '../../../core/journal/runManifest';
import { whyUnreadable } from '../../images/whyUnreadable';
import type { Catalog } from '../runs/catalog';
import { foldersBelow, type Folder } from '../runs/folders';
import { readFile } from '../runs/readFile';
import type { CompactRequest } from './request';

/** Somebody has been erased from what this was made of. It stays without a manifest, and is tagged with what was never finished. */
export class ErasedMeanwhileError extends DcsError {
  constructor() {
    super('dcs erase has taken somebody out of the journal meanwhile; the next run begins with what there is now');
  }
}

/**
 * The last look before a manifest is put. An erase puts its own, and then looks who is in any run or base: what has passed this look by then, it sees; what
 * comes to this look later ends here. So nobody who was erased comes back by what was read before.
 *
 * @param since what was there when the work began
 * @throws ErasedMeanwhileError
 */
export async function requireNothingErased(request: CompactRequest, since: Catalog): Promise<void> {
  const { reads, table, signal } = request;
  const known = new Set([...since.runs, ...since.superseded].map(({ name }) => name));
  for (const folder of await foldersBelow(reads.lister, runsPrefix(table), signal)) {
    if (known.has(folder.name) || !folder.files.has(MANIFEST_FILE)) continue;
    if (await isErasure(request, folder)) throw new ErasedMeanwhileError();
  }
}

async function isErasure({ reads, table: { tableName }, signal }: CompactRequest, folder: Folder): Promise<boolean> {
  try {
    const bytes = await readFile(reads, folder, MANIFEST_FILE, { signal });
    return readRunManifest({ tableName, name: folder.name }, bytes).erasure !== undefined;
  } catch (error) {
    if (whyUnreadable(error) === undefined) throw error;
    return false;
  }
}

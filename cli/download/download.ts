import { objectHistories, s3VersionLister } from '../../aws/objectVersions';
import { tablePrefix } from '../../core/objectKey';
import type { Command } from '../command';
import { bucketIn, type CommandContext } from '../context';
import { CouldNotLookError } from '../../core/errors';
import { EXIT, type ExitCode } from '../exitCodes';
import { hasJournal } from '../../operations/journal/hasJournal';
import { inKeyOrder } from '../../operations/journal/inKeyOrder';
import { s3ImageSource } from '../../operations/images/s3ImageSource';
import { onDisk } from '../onDisk';
import { bytes, counted } from '../../core/units';
import { locatedTable } from '../../settings/configuredTable';
import { downloadTable } from '../../operations/download/downloadTable';

export interface DownloadOptions {
  readonly tableName: string;
  readonly folder: string;
  readonly copy: 'source' | 'destination';
}

export const download: Command<DownloadOptions> = {
  usage: 'TABLE --folder FOLDER [options]',
  description:
    'Copies the whole history of a table (every version of every image, and its definition) into a folder, from which ' +
    'dcs restore, history and diff work without any bucket. The folder gets two files, which docs/format.md specifies.\n' +
    'Images in GLACIER or DEEP_ARCHIVE are copied without their content, and counted.',
  examples: [
    { does: 'Take a copy of the table to another building', command: 'dcs download users --folder /mnt/usb/users' },
    { does: 'Restore from it later', command: 'dcs restore users --copy folder:/mnt/usb/users --into users-restored' },
  ],
  positionals: ['TABLE'],
  options: {
    folder: { type: 'string', value: 'FOLDER', help: 'Where the copy goes. An older copy in it is replaced.' },
    copy: { type: 'string', value: 'WHERE', help: 'Which bucket: destination or source. Default: destination.' },
  },
  formerly: { to: '--folder', from: '--copy' },
  read(given) {
    const folder = given.text('folder');
    if (folder === undefined) given.problem('--folder is missing; write where the copy goes: --folder FOLDER');
    const copy = given.oneOf('copy', ['source', 'destination']) ?? 'destination';
    return { tableName: given.positional(0), folder: folder ?? '', copy };
  },
  whenStopped: () => 'startsAnew',
  run: runDownload,
};

export async function runDownload(options: DownloadOptions, context: CommandContext): Promise<ExitCode> {
  const { output, settings, signal } = context;
  const table = locatedTable(settings, options.tableName);
  const bucket = bucketIn(context, options.copy);
  const source = s3ImageSource(bucket);
  const isListed = !(await hasJournal(s3VersionLister(bucket), table, signal));
  const histories = isListed
    ? objectHistories(bucket, tablePrefix(table))
    : inKeyOrder(source.histories(tablePrefix(table), signal));
  const { nowMs } = await context.serviceClock(options.copy);
  const progress = output.progress('copied versions');
  const watch = {
    onVersion: () => progress.add(1),
    onUnreadable: (objectKey: string, reason: string) =>
      output.result({ type: 'left', why: 'unreadable', objectKey, reason }, `${objectKey}  unreadable: ${reason}`),
  };
  const manifest = await onDisk(`the copy in ${options.folder}`, '--folder', () =>
    downloadTable({ source, histories, table, folder: options.folder, signal, nowMs, watch }),
  );
  progress.end();
  await source.close?.();
  if (manifest.objects === 0)
    throw new CouldNotLookError(`${manifest.from} holds nothing; check table, prefix and side`);
  output.result(
    { type: 'download', folder: options.folder, ...manifest },
    `Copied ${counted(manifest.versions, 'version')} of ${counted(manifest.objects, 'object')} (${bytes(manifest.bytes)}) from ${manifest.from} to ${options.folder}` +
      (manifest.archived > 0 ? `; ${counted(manifest.archived, 'version')} in an archive class without content` : '') +
      (manifest.unreadable ? `; ${counted(manifest.unreadable, 'version')} that cannot be read` : ''),
  );
  return manifest.archived + (manifest.unreadable ?? 0) > 0 ? EXIT.differences : EXIT.done;
}

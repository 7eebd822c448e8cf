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
import { chosenHistories } from '../../operations/download/chosenHistories';
import { knownTable } from '../../operations/tables';
import {
  choiceWords,
  hasChoice,
  readSelection,
  SELECTION_OPTIONS,
  selectionOf,
  tellUnknown,
  type SelectionOptions,
} from '../selectionOptions';
import { downloadTable } from '../../operations/download/downloadTable';

export interface DownloadOptions {
  readonly tableName: string;
  readonly folder: string;
  readonly copy: 'source' | 'destination';
  readonly selection: SelectionOptions;
}

export const download: Command<DownloadOptions> = {
  usage: 'TABLE --folder FOLDER [options]',
  description:
    'Copies the whole history of a table (every version of every image, and its definition) into a folder, from which ' +
    'dcs restore, history and diff work without any bucket. The folder gets two files, which docs/format.md specifies.\n' +
    'With a choice the copy holds the whole histories of the items of which a change meets it: --where, --event and --deleted-by are asked of each change, of what the item was before and after it. Of such a part nothing can be mirrored.\n' +
    'Images in GLACIER or DEEP_ARCHIVE are copied without their content, and counted.',
  examples: [
    { does: 'Take a copy of the table to another building', command: 'dcs download users --folder /mnt/usb/users' },
    {
      does: 'All that is known of one customer',
      command: 'dcs download orders --partition c1 --folder c1',
    },
    { does: 'Restore from it later', command: 'dcs restore users --copy folder:/mnt/usb/users --into users-restored' },
  ],
  positionals: ['TABLE'],
  options: {
    folder: { type: 'string', value: 'FOLDER', help: 'Where the copy goes. An older copy in it is replaced.' },
    copy: { type: 'string', value: 'WHERE', help: 'Which bucket: destination or source. Default: destination.' },
    ...SELECTION_OPTIONS,
    event: {
      ...SELECTION_OPTIONS.event,
      type: 'string',
      help: 'Items to which this ever happened: insert, modify or remove.',
    },
  },
  formerly: { to: '--folder', from: '--copy' },
  read(given) {
    const folder = given.text('folder');
    if (folder === undefined) given.problem('--folder is missing; write where the copy goes: --folder FOLDER');
    const copy = given.oneOf('copy', ['source', 'destination']) ?? 'destination';
    return { tableName: given.positional(0), folder: folder ?? '', copy, selection: readSelection(given) };
  },
  whenStopped: () => 'startsAnew',
  run: runDownload,
};

export async function runDownload(options: DownloadOptions, context: CommandContext): Promise<ExitCode> {
  const { output, settings, signal } = context;
  const located = locatedTable(settings, options.tableName);
  const bucket = bucketIn(context, options.copy);
  const source = s3ImageSource(bucket);
  // Changes of a journal come in no order, and are in no listing of images.
  const isJournal = await hasJournal(s3VersionLister(bucket), located, signal);
  const listed = (prefix: string) =>
    isJournal ? inKeyOrder(source.histories(prefix, signal)) : objectHistories(bucket, prefix);
  const isPart = hasChoice(options.selection);
  const known = isPart ? (await knownTable(source, located, { momentMs: Infinity })).table : undefined;
  const table = known ?? located;
  const unknown = new Set<string>();
  const choice = known && {
    table: known,
    selection: await selectionOf(options.selection, known),
    onUnknown: (objectKey: string, reason: string) => tellUnknown(output, unknown, objectKey, reason),
  };
  const histories = choice ? chosenHistories({ source, choice, listed }) : listed(tablePrefix(table));
  const { nowMs } = await context.serviceClock(options.copy);
  const progress = output.progress('copied versions');
  const watch = {
    onVersion: () => progress.add(1),
    onUnreadable: (objectKey: string, reason: string) =>
      output.result({ type: 'left', why: 'unreadable', objectKey, reason }, `${objectKey}  unreadable: ${reason}`),
  };
  const manifest = await onDisk(`the copy in ${options.folder}`, '--folder', () =>
    downloadTable({
      ...{ source, histories, table, folder: options.folder, signal, nowMs, watch },
      ...(isPart && { part: choiceWords(options.selection) }),
    }),
  );
  progress.end();
  await source.close?.();
  if (manifest.objects === 0)
    throw new CouldNotLookError(`${manifest.from} holds nothing; check table, prefix and side`);
  output.result(
    { type: 'download', folder: options.folder, ...manifest, ...(unknown.size > 0 && { unknown: unknown.size }) },
    `Copied ${counted(manifest.versions, 'version')} of ${counted(manifest.objects, 'object')} (${bytes(manifest.bytes)}) from ${manifest.from} to ${options.folder}` +
      (manifest.archived > 0 ? `; ${counted(manifest.archived, 'version')} in an archive class without content` : '') +
      (manifest.unreadable ? `; ${counted(manifest.unreadable, 'version')} that cannot be read` : '') +
      (unknown.size > 0 ? `; not known of ${counted(unknown.size, 'item')}, listed above` : ''),
  );
  return manifest.archived + (manifest.unreadable ?? 0) + unknown.size > 0 ? EXIT.differences : EXIT.done;
}

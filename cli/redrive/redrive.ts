import { s3BytesStore } from '../../aws/bytesStore';
import { s3ImageStore } from '../../aws/imageStore';
import { s3VersionLister } from '../../aws/objectVersions';
import { s3TextStore } from '../../aws/textStore';
import type { Command } from '../command';
import { bucketIn, type CommandContext } from '../context';
import { EXIT, type ExitCode } from '../exitCodes';
import type { ImageSource } from '../../operations/images/imageSource';
import { s3ImageSource } from '../../operations/images/s3ImageSource';
import { layoutOf, locatedTable } from '../../settings/configuredTable';
import { partsOf, type CommandSettings } from '../../settings/parts';
import { redriveBatches } from '../../operations/redrive/redriveBatches';
import { knownTable } from '../../operations/tables';
import { reportRedrive, watchRedrive } from './reporting';

export interface RedriveOptions {
  /** None: all tables. */
  readonly tableNames: readonly string[];
  readonly dryRun: boolean;
}

export const redrive: Command<RedriveOptions> = {
  usage: '[TABLE...] [options]',
  description:
    'Applies the batches of changes that capture gave up on and that Lambda parked in the source bucket below aws/lambda/. Mend first what made capture give up. ' +
    'Each change goes to its place in the history of its item: nothing newer is covered, and what is there already stays as it is. Of a table with a journal they are added to that, as one object a batch.\n' +
    'A batch all of which is applied gets a marker beside it and is passed over from then on; nothing is deleted. ' +
    'A batch with a record that cannot be read or applied is left, its other records are applied, and the exit code is 3; so is one that somebody has deleted. ' +
    'Stopped by Ctrl-C or a failure, the same command continues.',
  examples: [
    { does: 'See what is parked and what would become of it', command: 'dcs redrive --dry-run' },
    { does: 'Apply everything that is parked', command: 'dcs redrive' },
    { does: 'Only what is of one table', command: 'dcs redrive users' },
  ],
  positionals: [],
  furtherPositionals: 'TABLE',
  options: {
    'dry-run': { type: 'boolean', help: 'Look and count, and change nothing.' },
  },
  formerly: { table: 'TABLE' },
  read: (given) => ({ tableNames: given.positionals(), dryRun: given.flag('dry-run') }),
  whenStopped: ({ dryRun }) => (dryRun ? 'startsAnew' : 'continues'),
  run: runRedrive,
};

export async function runRedrive(options: RedriveOptions, context: CommandContext): Promise<ExitCode> {
  const { output, signal } = context;
  const settings = partsOf(context.settings, ['source', 'tables']);
  const { tableNames, dryRun } = options;
  for (const name of tableNames) locatedTable(settings, name);
  const bucket = bucketIn(context, 'source');
  const source = s3ImageSource(bucket);
  const bytes = s3BytesStore(bucket);
  const { largeImageStorageClass } = settings.capture;
  const { nowMs } = await context.serviceClock('source');
  const { end, ...watch } = watchRedrive(output);
  const counts = await redriveBatches({
    lister: s3VersionLister(bucket),
    source,
    images: s3ImageStore({ ...bucket, largeImageStorageClass }),
    texts: s3TextStore(bucket),
    journalOf: (name) => (layoutOf(settings, name) === 'journal' ? bytes : undefined),
    tableOf: keysOnce((name) => copied(settings, source, name)),
    onlyTables: tableNames,
    ...{ dryRun, signal, nowMs, watch },
  });
  end();
  reportRedrive(output, dryRun, counts);
  return counts.left === 0 ? EXIT.done : EXIT.differences;
}

/** A table that is copied, or was. */
async function copied(settings: CommandSettings, source: ImageSource, tableName: string) {
  const names = [...(settings.tables ?? []).map(({ name }) => name), ...settings.formerTables];
  if (!names.includes(tableName)) return undefined;
  const { configuredKeys, ...location } = locatedTable(settings, tableName);
  if (configuredKeys) return { ...location, ...configuredKeys };
  return (await knownTable(source, location, { momentMs: Infinity })).table;
}

function keysOnce<Table>(find: (tableName: string) => Promise<Table>): (tableName: string) => Promise<Table> {
  const found = new Map<string, Promise<Table>>();
  return (tableName) => {
    const table = found.get(tableName) ?? find(tableName);
    found.set(tableName, table);
    return table;
  };
}

import { dynamoDbBatchTable } from '../../aws/batchTable';
import { s3BytesStore } from '../../aws/bytesStore';
import { s3CurrentLister } from '../../aws/currentObjects';
import { s3LockStore } from '../../aws/objectLocks';
import { s3VersionLister } from '../../aws/objectVersions';
import { s3StatusReader } from '../../aws/replicationStatus';
import { s3TextStore } from '../../aws/textStore';
import { s3VersionDeletes } from '../../aws/versionDeletes';
import type { OptionReader } from '../../core/commandLine/optionReader';
import { RefusedError } from '../../core/errors';
import { eraseItems } from '../../operations/erase/eraseItems';
import type { ErasedBucket } from '../../operations/erase/places';
import { s3ImageSource } from '../../operations/images/s3ImageSource';
import { knownTable } from '../../operations/tables';
import { layoutOf, locatedTable } from '../../settings/configuredTable';
import type { Side } from '../../settings/schema';
import type { Command } from '../command';
import { confirmed } from '../confirm';
import { bucketIn, connect, type CommandContext } from '../context';
import { EXIT, type ExitCode } from '../exitCodes';
import { selectionOf, STATE_SELECTION_OPTIONS } from '../selectionOptions';
import { forEachTable, readTables, TABLES, TABLES_OPTION, type TableChoice } from '../severalTables';
import { watchErase } from './reporting';

export interface EraseOptions {
  readonly tables: TableChoice;
  readonly keys: readonly string[];
  readonly keysFrom?: string;
  readonly partition?: string;
  readonly dryRun: boolean;
  readonly planFile?: string;
  readonly yes: boolean;
  readonly bypassGovernance: boolean;
}

const ERASED_OPTIONS: Command['options'] = Object.fromEntries(
  Object.entries(STATE_SELECTION_OPTIONS).filter(([name]) => ['key', 'keys-from', 'partition'].includes(name)),
);

export const erase: Command<EraseOptions> = {
  usage: 'TABLE... (--key JSON | --keys-from FILE | --partition VALUE) [options]',
  description:
    "Erases one person's whole history, for good: every version of the items that are named, in the source bucket and in the destination bucket, the reports that name them, and the parked batches with changes of them that have been applied. " +
    'The items have to be deleted from the table first, and their deletes captured. Afterwards both buckets are listed again: exit code 0 means that nothing is left.\n' +
    'What Object Lock keeps stays, and is listed with the time until which it is kept: in COMPLIANCE mode nobody can delete it before. Erase again then. ' +
    'Of a table with a journal, the items are taken out of it too: its runs are made anew without them, which reads all of it several times. No role that DCS makes may do this; docs/security.md has the rights that it takes.\n' +
    'Not looked at: point-in-time recovery and backups of the table, exports, folders that dcs download wrote, tables that were restored.',
  examples: [
    {
      does: 'See what there is of one person, and until when it is locked',
      command: `dcs erase users --key '{"id":"1274aad3"}' --dry-run --plan plan.jsonl`,
    },
    { does: 'Erase exactly that', command: 'dcs erase users --plan plan.jsonl' },
    {
      does: 'Everything below one partition key, in every table of the settings',
      command: 'dcs erase --all --partition 1274aad3',
    },
  ],
  ...TABLES,
  options: {
    ...ERASED_OPTIONS,
    ...TABLES_OPTION,
    'dry-run': { type: 'boolean', help: 'List what would be erased and until when it is locked, and erase nothing.' },
    plan: {
      type: 'string',
      value: 'FILE',
      help: 'With --dry-run: keep the plan in this new file, as JSON lines. Without: erase exactly what that plan names.',
    },
    yes: { type: 'boolean', help: 'Go on without being asked.' },
    'bypass-governance': {
      type: 'boolean',
      help: 'Pass over locks of GOVERNANCE mode, which takes s3:BypassGovernanceRetention.',
    },
  },
  read: readEraseOptions,
  whenStopped: ({ dryRun }) => (dryRun ? 'startsAnew' : 'continues'),
  run: runErase,
};

function readEraseOptions(given: OptionReader): EraseOptions {
  const tables = readTables(given, ['key', 'keys-from', 'plan']);
  const isKept = given.has('plan') && !given.flag('dry-run');
  given.atMostOneOf('key', 'keys-from', 'partition');
  const chosen = ['key', 'keys-from', 'partition'].filter((name) => given.has(name));
  for (const name of isKept ? chosen : [])
    given.problem(`--plan and --${name} contradict each other: a plan that is carried out has chosen already`);
  if (!isKept && chosen.length === 0) given.problem('whose history? Name items by --key, --keys-from or --partition');
  return {
    tables,
    ...{ keys: given.texts('key'), keysFrom: given.text('keys-from'), partition: given.text('partition') },
    ...{ dryRun: given.flag('dry-run'), planFile: given.text('plan'), yes: given.flag('yes') },
    bypassGovernance: given.flag('bypass-governance'),
  };
}

export function runErase(options: EraseOptions, context: CommandContext): Promise<ExitCode> {
  return forEachTable(options.tables, context, (tableName, ofTable) => eraseOne(tableName, options, ofTable));
}

async function eraseOne(tableName: string, options: EraseOptions, context: CommandContext): Promise<ExitCode> {
  const { output, signal, settings, pause } = context;
  const { dryRun, planFile, bypassGovernance } = options;
  const [source, destination] = [bucketIn(context, 'source'), bucketIn(context, 'destination')];
  const buckets = [erasedBucket(context, 'source'), erasedBucket(context, 'destination')];
  const { table } = await knownTable(s3ImageSource(destination), locatedTable(settings, tableName), {
    momentMs: Infinity,
  });
  const { nowMs } = await context.serviceClock('destination');
  const { dynamoDb } = connect(context, 'source');
  const live = dynamoDbBatchTable(tableName, dynamoDb, { signal, pause: (ms) => pause(ms, signal) });
  const status = (await live.describe())?.TableStatus;
  if (status !== undefined && status !== 'ACTIVE')
    throw new RefusedError(`the table ${tableName} is ${status}; wait until it is ACTIVE`);
  const sight = watchErase(output, tableName, dryRun);
  const outcome = await eraseItems({
    ...{ table, buckets, nowMs, signal, dryRun, planFile, bypassGovernance },
    ...(status !== undefined && { live }),
    selection: planFile !== undefined && !dryRun ? {} : await selectionOf(options, table),
    ...(layoutOf(settings, tableName) === 'journal' && {
      journalLifecycle: { sourceExpirationDays: settings.source?.lifecycle.journalExpirationDays ?? null },
    }),
    sourceForgets: (settings.source?.lifecycle.journalExpirationDays ?? null) !== null,
    reports: { lister: s3CurrentLister(destination), texts: s3TextStore(destination) },
    batches: { lister: s3VersionLister(source), texts: s3TextStore(source) },
    header: { tableName, sourceBucket: source.bucket, destinationBucket: destination.bucket },
    mayDo: (why) => confirmed(`${tableName}: ${why}`, options.yes),
    ...sight.watch,
  });
  const isWhole = sight.report(outcome, nowMs());
  return isWhole ? EXIT.done : EXIT.differences;
}

function erasedBucket(context: CommandContext, side: Side): ErasedBucket {
  const bucket = bucketIn(context, side);
  return {
    ...{ side, source: s3ImageSource(bucket), lister: s3VersionLister(bucket), bytes: s3BytesStore(bucket) },
    deletes: s3VersionDeletes(bucket),
    ...(side === 'destination' ? { locks: s3LockStore(bucket) } : { statusOf: s3StatusReader(bucket) }),
  };
}

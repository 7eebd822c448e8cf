import { dynamoDbBatchTable } from '../../aws/batchTable';
import { dynamoDbConditionalWrites } from '../../aws/conditionalWrites';
import { s3FileStore } from '../../aws/fileStore';
import { dynamoDbTableImport } from '../../aws/tableImport';
import { dynamoDbTableSettings } from '../../aws/tableSettings';
import { UsageError } from '../../core/errors';
import { locatedTable } from '../../settings/configuredTable';
import { bringBack, type BringBackOutcome, type BringBackRequest } from '../../operations/restore/bringBack';
import { carryOutKeptPlan } from '../../operations/plan/carryOutKeptPlan';
import { unfinishedNotes } from '../../operations/restore/unfinished';
import type { Command } from '../command';
import { confirmed } from '../confirm';
import { connectTarget, requirePlaces, type CommandContext } from '../context';
import { EXIT, type ExitCode } from '../exitCodes';
import { withImageSource } from '../copyOption';
import { isAllDone, watchKeptPlan } from '../keptPlan';
import { stateTimeOf, timeOf } from '../moments';
import { NOTHING_CHOSEN, selectionOf } from '../selectionOptions';
import { runEstimate } from '../costs/estimate';
import { restoreWork } from './estimate';
import { definitionIn } from './files';
import { commonMoment, forEachTable, TABLES } from '../severalTables';
import { restoreUnlessOutgrown, mayOutgrow } from './auto';
import { requireEngine, whyWritten } from './distributed';
import { engineOf, restoreByEngine, writtenBecause } from './engine';
import { RESTORE_OPTIONS, readRestoreOptions, type RestoreOfTable, type RestoreOptions } from './options';
import { reportKeptPlan } from './reporting';
import { usableThawJobs } from './thawJobs';
import { watchRestore } from './watch';

export const restore: Command<RestoreOptions> = {
  usage: 'TABLE... --into NAME [options]',
  description:
    'Brings a table, or some of its items, back as it was at a moment. Reads the destination bucket unless told otherwise, and needs nothing of the source account then: where that bucket is, a settings file says or two options.\n' +
    'Whatever could not be brought back is listed by its key, and the exit code is 3. At the end the table is read again and compared with the plan. ' +
    'Stopped by Ctrl-C or a failure, the same command continues.\n' +
    'Into a table that has items, the whole plan is made first and the writes follow it, each only if the item still is what was read. ' +
    'What was written after the moment stays with --merge, and is listed. --mirror, and a plan that deletes or changes more than one item in ten, asks first, or needs --yes.\n' +
    'A moment before the first backfill is known only for items whose first change was captured; the others are listed as unknown and left alone.\n' +
    NOTHING_CHOSEN,
  examples: [
    {
      does: 'The region is gone: bring the newest state back as a new table',
      command: 'dcs restore users --into users',
    },
    {
      does: 'The same without a settings file: where the copy is, options say',
      command:
        'dcs restore users --into users --destination-bucket example-dcs-destination --destination-region eu-west-1',
    },
    {
      does: 'All of the live table has to be what it was at 14:04: keep the plan, have somebody read it, carry out exactly that',
      command:
        'dcs restore users --as-of 2026-11-23T14:04:00Z --into users --target source --mirror --dry-run --plan plan.jsonl\n  dcs restore users --into users --target source --plan plan.jsonl',
    },
    {
      does: "One customer's items of two hours ago, back into the live table, over what was written since; nothing else touched",
      command: `dcs restore users --as-of "2 hours ago" --key '{"id":"1274aad3"}' --into users --target source --merge=overwrite`,
    },
    {
      does: 'The source account was taken over at 03:10: believe nothing that was written later',
      command: 'dcs restore users --as-of 2026-11-23T03:00:00Z --ignore-stored-after 2026-11-23T03:10:00Z --into users',
    },
    {
      does: 'All tables of the settings, as of one common moment, each under its name with something behind it',
      command: 'dcs restore --all --as-of "1 hour ago" --into "{table}-restored"',
    },
    {
      does: 'A large table: by an import from S3, which takes no write capacity',
      command: 'dcs restore users --into users --engine import --import-bucket example-import',
    },
    {
      does: 'A table that outgrows one machine: by the engine in the destination account, and stay until it is over',
      command: 'dcs restore users --into users --engine distributed --follow',
    },
    {
      does: 'From a downloaded copy, at 500 items a second',
      command: 'dcs restore users --copy folder:/mnt/copy --into users --write-rate 500',
    },
  ],
  ...TABLES,
  options: RESTORE_OPTIONS,
  formerly: { from: '--copy' },
  read: readRestoreOptions,
  whenStopped: ({ dryRun, follow }) => (dryRun ? 'startsAnew' : follow ? 'goesOn' : 'continues'),
  run: runRestore,
};

export async function runRestore(options: RestoreOptions, context: CommandContext): Promise<ExitCode> {
  const { tables, copy, into } = options;
  const isAsOfRelative = tables.tableNames.length === 1 && (!options.asOf || !('atMs' in options.asOf));
  const asOf = await commonMoment(tables, 'as-of', options.asOf, copy, context);
  return forEachTable(tables, context, (tableName, ofTable) =>
    restoreOne({ ...options, asOf, isAsOfRelative, tableName, into: into.replaceAll('{table}', tableName) }, ofTable),
  );
}

async function restoreOne(options: RestoreOfTable, context: CommandContext): Promise<ExitCode> {
  const { estimate, tableName } = options;
  if (estimate) return runEstimate(tableName, estimate, context, (workload) => restoreWork(options, context, workload));
  const isKept = options.planFile !== undefined && !options.dryRun;
  requirePlaces(context, isKept || options.copy.in === 'folder' ? [] : [options.copy.in], options.target);
  if (options.engine === 'distributed') requireEngine(options, context);
  const { end, ...watch } = watchRestore(context.output, options);
  try {
    if (isKept) return await carriedOut(options.planFile, options, context);
    const given = definitionIn(options);
    return await withImageSource(options.copy, context, async (source) => {
      const thawJobs = await usableThawJobs(options, context);
      const request = { ...(await requestOf(options, context)), source, given, thawJobs };
      const write = async (longestAloneSeconds?: number) =>
        isAllThere(await bringBack({ ...request, longestAloneSeconds, watch }).finally(end))
          ? EXIT.done
          : EXIT.differences;
      if (options.engine === 'distributed') {
        const why = whyWritten(options.optionsGiven);
        if (why !== undefined) return await writtenBecause(options, context, why, write);
        const engine = { ...engineOf(context, options.into), isFollowed: options.follow };
        return restoreByEngine(options, context, { ...request, ...engine }, write);
      }
      if (!mayOutgrow(options, context)) return write();
      const engine = { ...engineOf(context, options.into), isFollowed: true };
      return restoreUnlessOutgrown(options, context, { ...request, ...engine }, write);
    });
  } finally {
    end();
  }
}

function targetOf({ into, target }: RestoreOfTable, context: CommandContext) {
  const { signal, pause } = context;
  const { dynamoDb } = connectTarget(context, target);
  return {
    ...dynamoDbBatchTable(into, dynamoDb, { signal }),
    ...dynamoDbConditionalWrites(into, dynamoDb, { signal, pause }),
  };
}

async function carriedOut(planFile: string, options: RestoreOfTable, context: CommandContext): Promise<ExitCode> {
  const { output, signal, pause, nowMs } = context;
  const sight = watchKeptPlan(output);
  const done = await carryOutKeptPlan({
    ...{ planFile, verb: 'restore', target: targetOf(options, context), writesPerSecond: options.writeRate },
    ...{ signal, pause, nowMs, ...sight },
    mayDo: (why) => confirmed(why, options.yes),
  }).finally(sight.end);
  reportKeptPlan(output, options, done);
  return isAllDone(done) ? EXIT.done : EXIT.differences;
}

async function requestOf(options: RestoreOfTable, context: CommandContext): Promise<Omit<BringBackRequest, 'source'>> {
  const { settings, output, signal, pause } = context;
  const { into, copy, ignoreStoredAfter, existing, allowEmpty, dryRun, thaw, onDemand } = options;
  const { dynamoDb } = connectTarget(context, options.target);
  const { nowMs } = await context.serviceClock(copy.in === 'folder' ? { tableName: into, dynamoDb } : copy.in);
  const ignoreStoredAfterMs =
    ignoreStoredAfter && (await timeOf('ignore-stored-after', ignoreStoredAfter, copy, context));
  return {
    located: locatedTable(settings, options.tableName),
    target: targetOf(options, context),
    mayDo: (why) => confirmed(`${into}: ${why}`, options.yes),
    planFile: options.planFile,
    targetSettings: dynamoDbTableSettings(into, dynamoDb, signal),
    notes: unfinishedNotes(context.env, (words) => output.say(words)),
    selectionOf: (words) => selectionOf(options.selection, words),
    writesPerSecond: options.writeRate,
    timeToLiveWanted: options.timeToLive === 'on',
    ...importOf(options, context, nowMs()),
    asOf: await asOfOf(options, context),
    ...{ ignoreStoredAfterMs, existing, allowEmpty, dryRun, thaw, onDemand, signal, nowMs, pause },
  };
}

/** Of the role that works in the account of the table. */
function importBucketIn({ operator, restore }: CommandContext['settings'], target: 'source' | 'destination') {
  return (target === 'source' ? operator : restore).importBucketName;
}

const HOW_TO_NAME_IT =
  '--import-bucket NAME, or restore.importBucketName in the settings (operator.importBucketName for --target source)';

/** A folder of its own for each run: what another has left is not loaded again. */
function importOf(options: RestoreOfTable, context: CommandContext, nowMs: number) {
  const { into, tableName, target } = options;
  // What the distributed engine does not do is written.
  const engine = options.engine === 'distributed' ? 'write' : (options.engine ?? 'auto');
  if (engine === 'write') return { engine };
  const importBucket = options.importBucket ?? importBucketIn(context.settings, target);
  if (importBucket === undefined) {
    if (engine === 'import') throw new UsageError([`--engine import needs a bucket for the files: ${HOW_TO_NAME_IT}`]);
    return { engine };
  }
  const { dynamoDb, s3 } = connectTarget(context, target);
  const prefix = `dcs-import/${tableName}/${into}/${new Date(nowMs).toISOString().replace(/[:.]/g, '-')}/`;
  const imports = dynamoDbTableImport(into, dynamoDb, context.signal);
  return { engine, importing: { files: s3FileStore({ ...s3, bucket: importBucket }), prefix, imports } };
}

async function asOfOf(
  { asOf, copy, isAsOfRelative }: RestoreOfTable,
  context: CommandContext,
): Promise<BringBackRequest['asOf']> {
  if (!asOf) return undefined;
  const ms = await stateTimeOf('as-of', asOf, copy, context);
  return { words: `--as-of is ${asOf.text}`, ms, ...(isAsOfRelative && { relativeWords: asOf.text }) };
}

function isAllThere({ report, settings, passedOver }: BringBackOutcome): boolean {
  const isSet = settings.every(({ state }) => state === 'set' || state === 'already');
  return report.left === 0 && (report.differences ?? 0) === 0 && isSet && passedOver.length === 0;
}

import path from 'node:path';
import { s3ReportStore } from '../../aws/reports';
import { DcsError, CouldNotLookError, UsageError } from '../../core/errors';
import type { Command } from '../command';
import { bucketIn, connect, connectTarget, requirePlaces, type CommandContext } from '../context';
import { EXIT, type ExitCode } from '../exitCodes';
import { withImageSource } from '../copyOption';
import { onDisk } from '../onDisk';
import { locatedTable, type ConfiguredTable } from '../../settings/configuredTable';
import { drillAims } from '../../settings/drillAims';
import { missedTargets } from '../../operations/drill/aims';
import { earlierDrills } from '../../operations/drill/earlier';
import { partsOf } from '../../settings/parts';
import { openLiveTable } from '../../operations/drill/openLiveTable';
import { requireCaptured } from '../../operations/earliestMoment';
import { heartbeats, shownRecoveryPoint } from '../../operations/heartbeat/recoveryPoint';
import { knownTable } from '../../operations/tables';
import { stateTimeOf } from '../moments';
import { commonMoment, forEachTable, TABLES } from '../severalTables';
import { runEstimate } from '../costs/estimate';
import { drillEstimate } from './estimate';
import { DRILL_OPTIONS, readDrillOptions, type DrillOptions } from './options';
import { keepIndex, keepTablesPage } from '../../operations/drill/keepIndexes';
import { makeFolder, writePlainFile } from '../../operations/plainFile';
import { keepInBucket, performDrill, type DrillOrder, type PerformedDrill } from '../../operations/drill/performDrill';
import { introduce, reportDrill, watchDrill, type KeptReport } from './reporting';

export const drill: Command<DrillOptions> = {
  usage: 'TABLE... [options]',
  description:
    'Proves that a table can be restored: restores it, or a random sample of it, from the destination bucket into a scratch table, compares that with the live table as of the same moment, measures the time, and removes it.\n' +
    'The report is kept as JSON and as a page to print, in the destination bucket (where Object Lock keeps it from being changed) and in a folder. ' +
    'An item that has changed since the moment is told from one that differs by its images; what differs is listed by its key, and the exit code is 3.\n' +
    'Nothing is touched but the scratch table TABLE-dcs-drill-TIME. It is removed after a failure and after Ctrl-C, too; one that a killed drill has left is removed by the next drill a day later, when its tag shows that a drill made it.',
  examples: [
    { does: 'All items', command: 'dcs drill users' },
    { does: 'All tables, as of one common moment', command: 'dcs drill --all --sample 1000' },
    {
      does: 'A thousand items at random, reports into a folder',
      command: 'dcs drill users --sample 1000 --report-folder drills',
    },
    { does: 'The source account is lost: is the copy any good?', command: 'dcs drill users --without-live' },
    { does: 'The state of yesterday noon', command: 'dcs drill users --as-of 2026-11-22T12:00:00Z' },
  ],
  ...TABLES,
  options: DRILL_OPTIONS,
  formerly: { from: '--copy' },
  read: readDrillOptions,
  whenStopped: () => 'startsAnew',
  run: runDrill,
};

async function keepPageOfTables(context: CommandContext): Promise<void> {
  const { output, settings } = context;
  const bucket = bucketIn(context, 'destination');
  const say = (text: string) => output.say(text);
  const key = await keepTablesPage(bucket, settings, settings.drill.organization, say);
  if (key !== undefined) say(`The last drill of every table: s3://${bucket.bucket}/${key}`);
}

/** Of one table. */
type DrillOfTable = DrillOptions & { readonly tableName: string };

export async function runDrill(options: DrillOptions, context: CommandContext): Promise<ExitCode> {
  const { tables } = options;
  const asOf = await commonMoment(tables, 'as-of', options.asOf, { in: 'destination' }, context);
  const code = await forEachTable(tables, context, (tableName, ofTable) =>
    drillOne({ ...options, asOf, tableName }, ofTable),
  );
  const isDrilled = !options.estimate && code !== EXIT.usage && code !== EXIT.interrupted;
  if (isDrilled) await keepPageOfTables(context);
  return code;
}

async function drillOne(options: DrillOfTable, context: CommandContext): Promise<ExitCode> {
  const { output, settings } = context;
  const { asOf, estimate } = options;
  if (estimate) {
    return runEstimate(options.tableName, estimate, context, (workload) => drillEstimate(options, context, workload));
  }
  if (!options.withoutLive) partsOf(settings, ['source']);
  requirePlaces(context, options.copy.in === 'source' ? ['source', 'destination'] : ['destination'], options.target);
  const located = locatedTable(settings, options.tableName);
  await makeReportFolder(options.reportFolder);
  return withImageSource(options.copy, context, async (source) => {
    const watch = watchDrill(output);
    const clock = await context.serviceClock('destination');
    const startedAtMs = clock.nowMs();
    const momentMs = asOf ? await stateTimeOf('as-of', asOf, { in: 'destination' }, context) : startedAtMs;
    const { table } = await knownTable(source, located, { momentMs });
    if (asOf) await requireCaptured(source, table, { words: `--as-of is ${asOf.text}`, ms: momentMs }, context.signal);
    const times = { momentMs, startedAtMs, nowMs: clock.nowMs };
    const order = await orderOf(options, context, table, { source, watch, ...times });
    introduce(output, options, order);
    const performed = await performDrill(order);
    watch.end();
    const kept = await keep(options, context, order, performed);
    reportDrill(output, performed, kept);
    const isMissed = missedTargets(performed.report).length > 0;
    if (performed.report.verdict === 'differences' || isMissed) return EXIT.differences;
    return performed.problem === undefined ? EXIT.done : EXIT.failed;
  });
}

/** Before anything else: a report that cannot be put anywhere is found out soon. */
async function makeReportFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (error) {
    throw new UsageError([`--report-folder ${folder} cannot be made: ${(error as Error).message}; name another one`]);
  }
}

async function orderOf(
  options: DrillOfTable,
  context: CommandContext,
  table: ConfiguredTable,
  given: Pick<DrillOrder, 'source' | 'watch' | 'momentMs' | 'startedAtMs' | 'nowMs'>,
): Promise<DrillOrder> {
  const { dynamoDb, sts, region } = connectTarget(context, options.target);
  return {
    ...{ ...given, table, signal: context.signal, pause: context.pause },
    ...{ sampleItemCount: options.sampleItemCount, waitMs: options.waitMs, writesPerSecond: options.writeRate },
    live: options.withoutLive ? { without: 'it was not asked for (--without-live)' } : await liveTable(context, table),
    target: { dynamoDb, sts, region },
    recoveryPoint: await recoveryPointOfCopy(options, context),
    ...{ aims: drillAims(context.settings, table.tableName), scope: scopeOf(context) },
    earlier: await earlierDrills(reportsOf(context, table), (problem) => context.output.say(problem)),
    onLeftover: (sentence) => context.output.say(sentence),
  };
}

function scopeOf({ settings: { source } }: CommandContext): DrillOrder['scope'] {
  return source && { sourceAccountId: source.accountId, sourceRegion: source.region };
}

function reportsOf(context: CommandContext, table: ConfiguredTable) {
  return s3ReportStore(bucketIn(context, 'destination'), table);
}

/** A heartbeat tells of the destination bucket, and of no other copy. */
async function recoveryPointOfCopy(
  { copy }: DrillOptions,
  context: CommandContext,
): Promise<DrillOrder['recoveryPoint']> {
  if (copy.in !== 'destination') return undefined;
  const { settings, signal } = context;
  return shownRecoveryPoint(heartbeats(bucketIn(context, 'destination')), settings.prefix, signal);
}

function liveTable(context: CommandContext, table: ConfiguredTable): Promise<DrillOrder['live']> {
  const { accountId, region } = partsOf(context.settings, ['source']).source;
  return openLiveTable({
    table,
    dynamoDb: connect(context, 'source').dynamoDb,
    accountId,
    region,
    signal: context.signal,
  });
}

/** On this machine and in the bucket, whatever becomes of either: what a drill has found must not be lost with a full disk. */
async function keep(
  { reportFolder }: DrillOptions,
  context: CommandContext,
  { table, startedAtMs, earlier }: DrillOrder,
  { report, documents }: PerformedDrill,
): Promise<KeptReport> {
  const name = `${table.tableName}-drill-${report.startedAt.replace(/[-:.]/g, '')}`;
  const files = { json: path.join(reportFolder, `${name}.json`), html: path.join(reportFolder, `${name}.html`) };
  const [onThisMachine] = await Promise.allSettled([
    onDisk(`the report in ${reportFolder}`, '--report-folder', async () => {
      await writePlainFile(files.json, documents.json);
      await writePlainFile(files.html, documents.html);
    }),
  ]);
  const notOnDisk = onThisMachine.status === 'rejected' ? (onThisMachine.reason as Error) : undefined;
  const verdict = `the drill ended with the verdict "${report.verdict}"`;
  const { bucket } = bucketIn(context, 'destination');
  const reports = reportsOf(context, table);
  const keys = await keepInBucket(reports, startedAtMs, documents).catch((cause: unknown) => {
    const place = notOnDisk ? `nowhere (${notOnDisk.message})` : `in ${files.html}`;
    throw new CouldNotLookError(
      `${verdict}, and its report is ${place}, but could not be kept in the bucket: ${(cause as Error).message}. Put both files there below the key prefix of reports, or mend the cause and drill again`,
      { cause },
    );
  });
  if (notOnDisk)
    throw new DcsError(`${verdict}, and its report is in s3://${bucket}/${keys.html}, but ${notOnDisk.message}`);
  const say = (problem: string) => context.output.say(problem);
  const index = await keepIndex(reports, { report, jsonKey: keys.json }, earlier, say);
  return { files, bucket, keys: { ...keys, index }, sha256: documents.sha256 };
}

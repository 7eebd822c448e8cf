import { callerIdentity } from '../../aws/callerIdentity';
import { s3BytesStore } from '../../aws/bytesStore';
import { s3ImageStore } from '../../aws/imageStore';
import { s3ReportStore } from '../../aws/reports';
import type { Command } from '../command';
import { bucketIn, connect, type CommandContext } from '../context';
import { EXIT, type ExitCode } from '../exitCodes';
import { s3ImageSource } from '../../operations/images/s3ImageSource';
import { imagesIntoJournal } from '../../operations/journal/putInJournal';
import { layoutOf, locatedTable, tableOf } from '../../settings/configuredTable';
import { namesOf } from '../../settings/names';
import { partsOf } from '../../settings/parts';
import { prefixesToReplicate } from '../../operations/verify/batchReplication';
import { openTable } from '../../operations/verify/openTable';
import { verifyTable } from '../../operations/verify/verifyTable';
import { verifyDestination } from '../../operations/verify/walkTable';
import { verifyByMap, verifyWork } from '../../operations/costs/work/compare';
import { runEstimate } from '../costs/estimate';
import { runVerifyByEngine } from './engine';
import { readVerifyOptions, VERIFY_OPTIONS, type VerifyOfTable, type VerifyOptions } from './options';
import { replicationOf, verifyAndReplicate } from './replicate';
import { forEachTable, TABLES } from '../severalTables';
import { reportDestination, reportVerify } from './reporting';
import { watchStages, watchVerify } from './watch';

export const verify: Command<VerifyOptions> = {
  usage: 'TABLE... [options]',
  description:
    'Compares a table with the source bucket and the destination bucket: every item, and every object that no item has. By listings and one scan; an object is read only where its digest in the listing cannot decide. ' +
    'What is different is looked at again until it had the time to arrive (--wait), so a table that is written to gives no false alarm.\n' +
    'Each difference has a class: missing, stale, extra, notReplicated, replicationFailed, hidden, notCurrent, otherTable, unreadable, brokenChain, ahead. docs/cli.md defines them. ' +
    'A report of it is stored in the destination bucket, where dcs status finds it.\n' +
    'Exit code 0: all three are the same. 3: there are differences (after --repair: differences are left). 4: one of the three could not be looked at.',
  examples: [
    { does: 'Is everything in both buckets?', command: 'dcs verify users' },
    { does: 'All tables, one after the other', command: 'dcs verify --all' },
    { does: 'A quick look at a large table', command: 'dcs verify users --sample 1000' },
    { does: 'Prove that no change is missing, for an audit', command: 'dcs verify users --history --json' },
    {
      does: 'Have S3 copy the older versions that did not replicate',
      command: 'dcs verify users --history --replicate',
    },
    {
      does: 'The source account is lost: is what the destination has whole in itself?',
      command: 'dcs verify users --in destination',
    },
    {
      does: 'A table that outgrows one machine: compare the copy with an export of it',
      command: 'dcs verify users --engine distributed --follow',
    },
    { does: 'Mend what is different, after an outage', command: 'dcs verify users --repair --wait 15m' },
  ],
  ...TABLES,
  options: VERIFY_OPTIONS,
  formerly: { settle: '--wait' },
  read: readVerifyOptions,
  whenStopped: ({ replicate }) => (replicate ? 'continues' : 'startsAnew'),
  run: runVerify,
};

export function runVerify(options: VerifyOptions, context: CommandContext): Promise<ExitCode> {
  return forEachTable(options.tables, context, (tableName, ofTable) => verifyOne({ ...options, tableName }, ofTable));
}

async function verifyOne(options: VerifyOfTable, context: CommandContext): Promise<ExitCode> {
  const { estimate } = options;
  if (estimate)
    return runEstimate(options.tableName, estimate, context, (workload) =>
      options.engine ? verifyByMap(workload) : verifyWork(workload, options),
    );
  if (options.engine) return runVerifyByEngine(options, context);
  if (options.isDestinationAlone) return runVerifyDestination(options, context);
  const { output, signal, pause } = context;
  const settings = partsOf(context.settings, ['source', 'destination', 'tables']);
  const { settleMs, segments, history, replicate, repair, allowDeletes } = options;
  const table = tableOf(settings, options.tableName);
  const [source, destination] = [connect(context, 'source'), connect(context, 'destination')];
  const buckets = {
    source: bucketIn(context, 'source'),
    destination: bucketIn(context, 'destination'),
  };
  const { largeImageStorageClass } = settings.capture;
  const { dynamoDb } = source;
  const { nowMs } = await context.serviceClock('source');
  const { sourceBucketArn, batchReplicationRoleArn: roleArn } = namesOf(settings);
  const gap = { ...settings.source, sourceBucketArn, roleArn, prefixes: prefixesToReplicate(table) };
  const watch = watchVerify(output, options, replicate ? undefined : gap);
  const images =
    layoutOf(settings, table.tableName) === 'journal'
      ? imagesIntoJournal({ table, bytes: s3BytesStore(buckets.source), nowMs, signal }, 'repair')
      : s3ImageStore({ ...buckets.source, largeImageStorageClass });
  const look = async () => {
    const looked = await verifyTable({
      opened: await openTable({
        ...{ table, dynamoDb, buckets, signal, nowMs, pause },
        journalExpirationDays: settings.source.lifecycle.journalExpirationDays,
      }),
      ...{ sampleItemCount: options.sample, readUnitsPerSecond: options.readRate, settleMs, segments, history, watch },
      ...(repair && { repair: { images, allowDeletes } }),
      reports: s3ReportStore(buckets.destination, table),
      whoRuns: async () => (await callerIdentity(destination.sts)).arn,
    });
    reportVerify(output, looked, buckets.destination.bucket);
    return looked;
  };
  const { tableName } = table;
  const outcome = replicate
    ? await verifyAndReplicate(tableName, replicationOf(tableName, gap, context), context, look)
    : await look();
  return outcome.report.verdict === 'same' ? EXIT.done : EXIT.differences;
}

async function runVerifyDestination(options: VerifyOfTable, context: CommandContext): Promise<ExitCode> {
  const { settings, output, signal, pause } = context;
  const { settleMs } = options;
  const table = locatedTable(settings, options.tableName);
  const destination = s3ImageSource(bucketIn(context, 'destination'));
  const { nowMs } = await context.serviceClock('destination');
  const { end, ...watch } = watchStages(output, options);
  const walked = await verifyDestination({ destination, table, settleMs, signal, nowMs, pause, watch });
  end();
  reportDestination(output, options, destination.name, walked);
  return walked.differences.length === 0 ? EXIT.done : EXIT.differences;
}

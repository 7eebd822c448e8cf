import { dynamoDbBatchTable } from '../../aws/batchTable';
import { callerIdentity } from '../../aws/callerIdentity';
import { s3ImageStore } from '../../aws/imageStore';
import { s3StatusReader } from '../../aws/replicationStatus';
import { s3ReportStore } from '../../aws/reports';
import { tablePrefix } from '../../core/objectKey';
import type { Command } from '../command';
import { connect, type CommandContext } from '../context';
import { CouldNotLookError } from '../../core/errors';
import { EXIT, type ExitCode } from '../exitCodes';
import { s3ImageSource } from '../../operations/images/s3ImageSource';
import { tableOf } from '../../settings/forCommands';
import { requireSameKeys } from '../../operations/tables';
import { compareTable, walkTable, type Comparison } from './compareTable';
import type { Places } from '../../operations/verify/doubts';
import { readVerifyOptions, VERIFY_OPTIONS, type VerifyOptions } from './options';
import { repairAll, type Repairs } from './repairAll';
import { verifyDestination } from './verifyDestination';
import { storeReport, verifyReport } from './report';
import { sayComparison, sayHistory, sayRepairs, sayVerdict } from './reporting';

export const verify: Command<VerifyOptions> = {
  usage: 'TABLE [options]',
  description:
    'Compares a table with the source bucket and the destination bucket: every item, and every object that no item has. By listings and one scan; an object is read only where its digest in the listing cannot decide. ' +
    'What is different is looked at again until it had the time to arrive (--wait), so a table that is written to gives no false alarm.\n' +
    'Each difference has a class: missing, stale, extra, notReplicated, replicationFailed, unreadable, brokenChain. docs/cli.md defines them. ' +
    'A report of it is stored in the destination bucket, where dcs status finds it.\n' +
    'Exit code 0: all three are the same. 3: there are differences (after --repair: differences are left). 4: one of the three could not be looked at.',
  examples: [
    { does: 'Is everything in both buckets?', command: 'dcs verify users' },
    { does: 'A quick look at a large table', command: 'dcs verify users --sample 1000' },
    { does: 'Prove that no change is missing, for an audit', command: 'dcs verify users --history --json' },
    {
      does: 'The source account is lost: is what the destination has whole in itself?',
      command: 'dcs verify users --in destination',
    },
    { does: 'Mend what is different, after an outage', command: 'dcs verify users --repair --wait 15m' },
  ],
  positionals: ['TABLE'],
  options: VERIFY_OPTIONS,
  formerly: { settle: '--wait' },
  read: readVerifyOptions,
  run: runVerify,
};

export async function runVerify(options: VerifyOptions, context: CommandContext): Promise<ExitCode> {
  if (options.isDestinationAlone) return verifyDestination(options, context);
  const { settings, output, signal, nowMs } = context;
  const table = tableOf(settings, options.tableName);
  const [source, destination] = [connect(context, 'source'), connect(context, 'destination')];
  const buckets = {
    source: { ...source.s3, bucket: settings.source.bucketName },
    destination: { ...destination.s3, bucket: settings.destination.bucketName },
  };
  const items = dynamoDbBatchTable(table.tableName, source.dynamoDb);
  const described = await items.describe();
  if (!described) throw new CouldNotLookError(`there is no table ${table.tableName} in the source account's region`);
  const named = (type: string) => described.KeySchema?.find(({ KeyType }) => KeyType === type)?.AttributeName;
  requireSameKeys(table, { partitionKey: named('HASH') ?? '', sortKey: named('RANGE') });

  const places: Places = {
    ...{ table, items, signal, nowMs },
    source: s3ImageSource(buckets.source),
    destination: s3ImageSource(buckets.destination),
    statusOf: s3StatusReader(buckets.source),
  };
  const startedAtMs = nowMs();
  const itemCount = described.ItemCount ?? 0;
  const request = { options, context, places, buckets, itemCount, keyTypes: table.keyTypes };
  const comparison = await compareTable(request);
  sayComparison(output, options, comparison);
  const repairs = options.repair ? await repair(options, context, places, comparison) : undefined;
  if (repairs) sayRepairs(output, repairs);
  // Of what there is after the repair: older versions and broken chains are beyond it.
  const history = options.history ? await walkTable(request, comparison.sampled) : undefined;
  if (history) sayHistory(output, history, { ...settings.source, prefix: tablePrefix(table) });

  const endedAtMs = nowMs();
  const ranBy = await callerIdentity(destination.sts).then(
    ({ arn }) => arn,
    () => null, // a verdict does not depend on it
  );
  const report = verifyReport({ options, comparison, repairs, history, startedAtMs, endedAtMs, ranBy });
  const reports = s3ReportStore(buckets.destination, table);
  await storeReport(output, reports, report, startedAtMs, buckets.destination.bucket);
  sayVerdict(output, report);
  return report.verdict === 'same' ? EXIT.done : EXIT.differences;
}

function repair(
  options: VerifyOptions,
  context: CommandContext,
  places: Places,
  comparison: Comparison,
): Promise<Repairs> {
  const { settings, output } = context;
  const { largeImageStorageClass } = settings.capture;
  const bucket = { ...connect(context, 'source').s3, bucket: settings.source.bucketName };
  const images = s3ImageStore({ ...bucket, largeImageStorageClass });
  return repairAll({ places, images, options, comparison, output });
}

import { s3VersionLister } from '../../aws/objectVersions';
import { captureFunction } from '../../aws/captureFunction';
import { metricValues } from '../../aws/cloudWatch';
import { s3ReportStore } from '../../aws/reports';
import { dynamoDbTable } from '../../aws/table';
import { servicePrefix, type ReportKind } from '../../core/serviceKeys';
import type { CheckContext } from '../check/checkContext';
import { bucketOf } from '../check/checkContext';
import { inspection, ok, problem, warning, type Inspection, type Judgement } from '../check/finding';
import { MAPPING_CHECKS } from '../check/mappingChecks';
import { utc } from '../../core/units';
import { count, counted, duration } from '../../core/units';
import type { TableLocation } from '../../core/objectKey';
import type { WatchedCopy } from '../heartbeat/inspections';
import { hiddenImages, type HiddenImages } from './hiddenImages';
import { listedJournal } from './journalListing';
import { functionMetric } from '../../settings/metrics';
import { newestImages, type NewestImages, type NewestIn } from './newestImages';
import { readReport } from './readReport';
import { definedAt, judgeRestorable } from './restorable';

const SHOWN_OF_MAPPING = ['mapping', 'mapping-enabled', 'mapping-result', 'mapping-filter'];
const FIFTEEN_MINUTES_MS = 900_000;
const HOUR_MS = 3_600_000;

/** Where one table stands in the source account: its stream, how far capture is behind, its newest image. */
export function captureStatus(context: CheckContext, table: TableLocation, newestIn: NewestIn): Inspection[] {
  const { names, source, settings, signal, nowMs } = context;
  const { tableName } = table;
  const about = (permission: string) => ({ side: 'source' as const, subject: subjectOf(table), permission });
  const functionName = names.capture(tableName);
  const describe = () => dynamoDbTable(tableName, source.dynamoDb).describe();
  return [
    inspection(about('dynamodb:DescribeTable'), describe, {
      stream: ({ StreamSpecification: stream, LatestStreamLabel }) => {
        if (!stream?.StreamEnabled) return problem('off: nothing is captured', 'on', `dcs check ${tableName}`);
        const values = { streamLabel: LatestStreamLabel, streamViewType: stream.StreamViewType };
        return { ...ok(`${stream.StreamViewType ?? ''}, since ${LatestStreamLabel ?? ''}Z`), values };
      },
    }),
    inspection(
      about('dynamodb:DescribeTable and lambda:ListEventSourceMappings'),
      async () => ({
        names,
        functionName,
        limits: settings.capture,
        streamArn: (await describe()).LatestStreamArn,
        mappings: await captureFunction(functionName, source.lambda).mappings(),
      }),
      {
        mapping: (facts) => {
          const judged = SHOWN_OF_MAPPING.map((id) => MAPPING_CHECKS[id]?.(facts));
          const wrong = judged.find((each) => each?.verdict === 'problem');
          const [, state, result] = judged;
          return wrong ?? ok(`${state?.found ?? ''}; last result: ${result?.found ?? ''}`);
        },
      },
    ),
    inspection(
      about('cloudwatch:GetMetricData'),
      async () => {
        const window = { fromMs: nowMs() - FIFTEEN_MINUTES_MS, toMs: nowMs() };
        const iteratorAge = functionMetric('IteratorAge', functionName, source.region);
        return metricValues(iteratorAge, window, source.cloudWatch);
      },
      { lag: ([newest]) => judgeLag(newest?.value, functionName) },
    ),
    inspection(about('s3:ListBucket'), () => newestIn(table), { 'newest image': (found) => age(found, nowMs()) }),
    inspection(about('s3:ListBucketVersions'), () => hiddenImages(bucketOf(context, 'source'), table, signal), {
      'hidden images': (found) => judgeHidden(found, `put them back on top: dcs verify ${tableName} --repair`),
    }),
  ];
}

/** What the copy alone tells of a table. */
export interface CopyContext extends WatchedCopy {
  readonly nowMs: () => number;
  /** How long lifecycle keeps versions in the destination that were replaced; undefined: the settings do not say. */
  readonly keptDays?: number;
}

/** Where one table stands in the destination account: its newest replica, and when it was last proved. */
export function copyStatus(context: CopyContext, table: TableLocation): Inspection[] {
  const { destinationBucket, signal, nowMs } = context;
  return [
    inspection(
      { side: 'destination', subject: subjectOf(table), permission: 's3:ListBucket' },
      () => newestImages(destinationBucket, table, nowMs(), signal),
      { 'newest replica': (found) => age(found, nowMs()) },
    ),
    inspection(
      { side: 'destination', subject: subjectOf(table), permission: 's3:ListBucketVersions' },
      async () => ({
        listed: await hiddenImages(destinationBucket, table, signal),
        definedAtMs: await definedAt(destinationBucket, table, signal),
        journal: await listedJournal(s3VersionLister(destinationBucket), table, signal),
      }),
      {
        restorable: (found) => judgeRestorable(found, nowMs(), context.keptDays),
        'hidden replicas': ({ listed: found }) =>
          judgeHidden(
            found,
            `somebody of the destination account has deleted them, find out who; then put them back on top: dcs verify ${table.tableName} --repair`,
          ),
      },
    ),
    ...(['verify', 'drill'] as const).map((kind) => lastReport(context, table, kind)),
  ];
}

function subjectOf({ tableName }: TableLocation): string {
  return `table ${tableName}`;
}

/** @param lagMs of the newest minute with data */
function judgeLag(lagMs: number | undefined, functionName: string): Judgement {
  if (lagMs === undefined)
    return { ...ok('no data in the last 15 minutes: no batch was read'), values: { lagMs: null } };
  const remedy = `look at the logs: aws logs tail /aws/lambda/${functionName} --since 1h`;
  const judged = lagMs > HOUR_MS ? problem(duration(lagMs), 'below an hour', remedy) : ok(duration(lagMs));
  return { ...judged, values: { lagMs } };
}

function age({ newest: [newest], looked, isWhole }: NewestImages, nowMs: number): Judgement {
  const values = { newestAt: newest ? new Date(newest.storedAtMs).toISOString() : null, looked, isWhole };
  if (!newest) return { ...ok('none'), values };
  const doubt = isWhole ? '' : `, the newest of the first ${count(looked)} objects: S3 lists by key`;
  const ago = duration(Math.max(0, nowMs - newest.storedAtMs));
  return { ...ok(`${utc(newest.storedAtMs)}, ${ago} ago${doubt}`), values };
}

function judgeHidden({ objects, first, versions, isWhole }: HiddenImages, remedy: string): Judgement {
  const values = { hidden: objects, objectKey: first?.objectKey ?? null, deleteMarker: first?.versionId ?? null };
  const among = isWhole ? '' : ` among the first ${count(versions)} versions`;
  if (!first) return { ...ok(`none${among}`), values };
  const found = `${counted(objects, 'object')} under delete markers${among}, since ${utc(first.storedAtMs)}, such as ${first.objectKey}`;
  return { ...problem(found, 'none: lifecycle will remove what is below', remedy), values };
}

function lastReport(context: CopyContext, table: TableLocation, kind: ReportKind): Inspection {
  const store = s3ReportStore(context.destinationBucket, table);
  const permission = `s3:ListBucket and s3:GetObject below ${servicePrefix(table.prefix)}`;
  const { tableName } = table;
  return inspection({ side: 'destination', subject: subjectOf(table), permission }, () => store.newest(kind), {
    [`last ${kind}`]: (report) => {
      const again = kind === 'verify' ? `dcs verify ${tableName}` : `dcs drill ${tableName}`;
      if (!report) return { ...warning('never', `a ${kind} now and then`, again), values: { reportAt: null } };
      const { found, isSame, isTargetMissed, values } = readReport(report, context.nowMs());
      const faster = `find out what made it slow or old, or set the targets of drills anew (drill in the settings); then ${again}`;
      if (isSame && isTargetMissed) return { ...problem(found, 'within the targets', faster), values };
      return { ...(isSame ? ok(found) : problem(found, 'no difference', again)), values };
    },
  });
}

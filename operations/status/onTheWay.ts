import { metricValues } from '../../aws/cloudWatch';
import { s3VersionLister } from '../../aws/objectVersions';
import { headObject } from '../../aws/headObject';
import { bucketOf, type CheckContext } from '../check/checkContext';
import { inspection, ok, problem, type Inspection, type Judgement } from '../check/finding';
import { bytes, count, counted, duration } from '../../core/units';
import { replicationMetric, type ReplicationMetric } from '../../settings/metrics';
import { parkedBatches } from '../redrive/parkedBatches';
import type { NewestIn } from './newestImages';

const FIFTEEN_MINUTES_MS = 900_000;
const DAY_MS = 86_400_000;

/** What is on its way to the destination bucket, and what will not get there by itself. */
export function onTheWay(context: CheckContext, newestIn: NewestIn): Inspection[] {
  const { settings, names, source, nowMs, signal } = context;
  const about = (permission: string) => ({ side: 'source' as const, subject: 'replication', permission });
  return [
    inspection(
      about('cloudwatch:GetMetricData'),
      async () => {
        const toMs = nowMs();
        const values = (name: ReplicationMetric, forMs: number) => {
          const metric = replicationMetric(name, { ...settings, ...names });
          return metricValues(metric, { fromMs: toMs - forMs, toMs }, { ...source.cloudWatch, region: metric.region });
        };
        const [recent, day] = await Promise.all([
          Promise.all(PENDING.map((name) => values(name, FIFTEEN_MINUTES_MS))),
          values('OperationsFailedReplication', DAY_MS),
        ]);
        const [operations, pendingBytes, latency] = recent.map(([newest]) => newest?.value);
        const failed = day.length > 0 ? day.reduce((sum, { value }) => sum + value, 0) : undefined;
        return { operations, pendingBytes, latency, failed };
      },
      {
        pending: ({ operations, pendingBytes, latency }) => {
          const values = { pendingOperations: operations ?? null, pendingBytes: pendingBytes ?? null };
          if (operations === undefined) return { ...ok('no data in the last 15 minutes'), values };
          const late = latency === undefined ? '' : `, ${duration(latency * 1_000)} behind`;
          return { ...ok(`${counted(operations, 'object')}, ${bytes(pendingBytes ?? 0)}${late}`), values };
        },
        failed: ({ failed }) => {
          const values = { failedOperations: failed ?? null };
          if (failed === undefined) return { ...ok('no data in the last 24 hours'), values };
          const remedy = 'dcs check; then have S3 Batch Replication copy what failed, or dcs verify --repair';
          const found = `${count(failed)} in the last 24 hours`;
          return { ...(failed > 0 ? problem(found, 'none: S3 does not try them again', remedy) : ok('none')), values };
        },
      },
    ),
    inspection(about('s3:ListBucket and s3:GetObject'), () => newestStatuses(context, newestIn), {
      'newest objects': judgeStatuses,
    }),
    inspection(
      { ...about('s3:ListBucketVersions below aws/lambda/'), subject: `source bucket ${settings.source.bucketName}` },
      async () => {
        const waiting: number[] = [];
        for await (const batch of parkedBatches(s3VersionLister(bucketOf(context, 'source')), signal))
          if (!batch.isRedriven) waiting.push(batch.storedAtMs);
        return waiting;
      },
      {
        'parked batches': (waiting) => {
          const oldestAtMs = waiting.reduce((oldest, each) => Math.min(oldest, each), Infinity);
          const oldestAt = waiting.length === 0 ? null : new Date(oldestAtMs).toISOString();
          const values = { parked: waiting.length, oldestAt };
          if (waiting.length === 0) return { ...ok('none'), values };
          const found = `${count(waiting.length)}, the oldest ${duration(nowMs() - oldestAtMs)} old`;
          return { ...problem(found, 'none', 'mend what made capture give up, then: dcs redrive'), values };
        },
      },
    ),
  ];
}

const PENDING = ['OperationsPendingReplication', 'BytesPendingReplication', 'ReplicationLatency'] as const;

/** S3's own word about the newest objects that were found, where metrics say nothing or come late. */
async function newestStatuses(context: CheckContext, newestIn: NewestIn): Promise<(string | undefined)[]> {
  const bucket = bucketOf(context, 'source');
  const found = await Promise.all(context.tables.map(newestIn));
  const heads = found.flatMap(({ newest }) => newest).map(({ objectKey }) => headObject(bucket, objectKey));
  return (await Promise.all(heads)).map((head) => head?.replicationStatus);
}

function judgeStatuses(statuses: readonly (string | undefined)[]): Judgement {
  const counts: Record<string, number> = {};
  for (const status of statuses) counts[status ?? 'none'] = (counts[status ?? 'none'] ?? 0) + 1;
  const found = Object.entries(counts).map(
    ([status, number]) => `${number} ${status === 'none' ? 'without a status' : status}`,
  );
  const values = { statuses: counts };
  const isWrong = counts.FAILED !== undefined || counts.none !== undefined;
  const judged = isWrong
    ? problem(found.join(', '), 'COMPLETED, or PENDING', 'dcs check')
    : ok(found.join(', ') || 'none');
  return { ...judged, values };
}

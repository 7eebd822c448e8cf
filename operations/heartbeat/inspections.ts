import { metricValues } from '../../aws/cloudWatch';
import type { S3ClientSettings } from '../../aws/s3Client';
import { heartbeatKey } from '../../core/serviceKeys';
import { duration, utc } from '../../core/units';
import { replicaAgeMetric } from '../../settings/metrics';
import { bucketOf, type CheckContext } from '../check/checkContext';
import { inspection, ok, problem, type Inspection, type Judgement } from '../check/finding';
import { heartbeats, recoveryPoint, type Measured } from './recoveryPoint';

/** A copy, and how old its newest replica may be. */
export interface WatchedCopy {
  readonly destinationBucket: S3ClientSettings & { readonly bucket: string };
  readonly prefix: string;
  /** `alarms.replicaAgeSeconds`. */
  readonly mostSeconds: number;
  readonly signal: AbortSignal;
}

/** That of a deployment. */
export function watchedCopyOf(context: CheckContext): WatchedCopy {
  const { prefix, alarms } = context.settings;
  const destinationBucket = bucketOf(context, 'destination');
  return { destinationBucket, prefix, mostSeconds: alarms.replicaAgeSeconds, signal: context.signal };
}

const REMEDY = 'dcs check: the heartbeat has a function and a schedule in either account, and replication between them';

/** How much a restore would miss at this moment, as the destination alone can tell. */
export function recoveryPointInspection(
  id: string,
  { destinationBucket, prefix, mostSeconds, signal }: WatchedCopy,
): Inspection {
  return inspection(
    { ...about(destinationBucket.bucket), permission: `s3:GetObject on ${heartbeatKey(prefix)}` },
    () => recoveryPoint(heartbeats(destinationBucket), prefix, signal),
    { [id]: (measured) => judge(measured, mostSeconds) },
  );
}

function judge(measured: Measured, mostSeconds: number): Judgement {
  const expected = `at most ${duration(mostSeconds * 1_000)} old (alarms.replicaAgeSeconds)`;
  if ('unknown' in measured)
    return { ...problem(measured.unknown, expected, REMEDY), values: { recoveryPoint: null, replicaAgeSeconds: null } };
  const { atMs, ageSeconds } = measured;
  const found = `${utc(atMs)}, ${duration(ageSeconds * 1_000)} ago`;
  const values = { recoveryPoint: new Date(atMs).toISOString(), replicaAgeSeconds: ageSeconds };
  return { ...(ageSeconds <= mostSeconds ? ok(found) : problem(found, expected, REMEDY)), values };
}

const DAY_MS = 86_400_000;

/** The oldest that the newest replica has been within a day, as the function of the destination account measured it. */
export function oldestReplicaInspection(id: string, { settings, destination, nowMs }: CheckContext): Inspection {
  const metric = replicaAgeMetric(settings.destination);
  return inspection(
    { ...about(settings.destination.bucketName), permission: 'cloudwatch:GetMetricData' },
    () => metricValues(metric, { fromMs: nowMs() - DAY_MS, toMs: nowMs() }, destination.cloudWatch),
    {
      [id]: (measured) => {
        const mostSeconds = measured.reduce((most, { value }) => Math.max(most, value), -1);
        const values = { mostReplicaAgeSeconds: mostSeconds < 0 ? null : mostSeconds };
        if (mostSeconds < 0)
          return { ...problem('not measured in the last 24 hours', 'every 5 minutes', REMEDY), values };
        return { ...ok(`at most ${duration(mostSeconds * 1_000)} old in the last 24 hours`), values };
      },
    },
  );
}

function about(bucketName: string) {
  return { side: 'destination' as const, subject: `destination bucket ${bucketName}` };
}

import { performance } from 'node:perf_hooks';
import type { AwsSettings } from '../aws/awsSettings';
import { dynamoDbServiceClock, s3ServiceClock, stsServiceClock, type ServiceClock } from '../aws/serviceClock';
import type { S3ClientSettings } from '../aws/s3Client';
import { duration } from '../core/units';
import type { Side } from '../settings/schema';
import type { Output } from './output/output';

/** More than clocks differ that are kept by the network, and than a slow answer takes; less than anybody would shrug at. */
const NAMED_DIFFERENCE_MS = 60_000;

/** A bucket, and how it is reached. */
type Bucket = S3ClientSettings & { readonly bucket: string };

/** Whose clock: that of a side's S3, or of a service that is reached in a certain way. */
export type ClockOf =
  | Side
  | { readonly tableName: string; readonly dynamoDb: AwsSettings }
  | { readonly s3: Bucket }
  | { readonly sts: AwsSettings };

/** The time as a service tells it: each side's S3 is asked when it is first needed, and once. */
export function clocksOf(
  { output, signal, nowMs }: { readonly output: Output; readonly signal: AbortSignal; readonly nowMs: () => number },
  bucketIn: (side: Side) => Bucket,
): (of: ClockOf) => Promise<ServiceClock> {
  const clocks = new Map<Side, Promise<ServiceClock>>();
  let isNamed = false;
  const machine = { nowMs, monotonicMs: () => performance.now() };
  const named = (clock: ServiceClock, service: string) => {
    const { machineAheadMs } = clock;
    if (!isNamed && Math.abs(machineAheadMs) > NAMED_DIFFERENCE_MS) {
      isNamed = true;
      const words = `${duration(Math.abs(machineAheadMs))} ${machineAheadMs > 0 ? 'fast' : 'slow'}`;
      output.say(`This machine's clock is ${words} by ${service}'s; times are ${service}'s.`);
    }
    return clock;
  };
  const ofS3 = async (bucket: Bucket) => named(await s3ServiceClock(bucket, machine, signal), 'S3');
  return async (of) => {
    if (typeof of === 'string') {
      const clock = clocks.get(of) ?? ofS3(bucketIn(of));
      clocks.set(of, clock);
      return clock;
    }
    if ('s3' in of) return ofS3(of.s3);
    if ('sts' in of) return named(await stsServiceClock(of.sts, machine, signal), 'STS');
    return named(await dynamoDbServiceClock(of.tableName, of.dynamoDb, machine, signal), 'DynamoDB');
  };
}

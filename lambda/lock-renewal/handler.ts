import type { Context } from 'aws-lambda';
import { publishMetric } from '../../aws/cloudWatch';
import { s3LockStore } from '../../aws/objectLocks';
import { s3VersionLister } from '../../aws/objectVersions';
import { s3ServiceClock } from '../../aws/serviceClock';
import { s3TextStore } from '../../aws/textStore';
import { renewAndTell } from '../../operations/renewLocks/renewAndTell';
import { lockMetric } from '../../settings/metrics';
import { lockRenewalSettings } from './settings';

const { bucket, prefix, rule, region } = lockRenewalSettings(process.env);
const s3 = { region, bucket };
const machine = { nowMs: Date.now, monotonicMs: () => performance.now() };

/** What one page of a listing may take at most, retries included. */
const RESERVED_MS = 120_000;

/** Runs on a schedule. What could not be locked fails the run, once all else has been. */
export async function handler(_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<object> {
  const { nowMs } = await s3ServiceClock(s3, machine);
  return renewAndTell(
    {
      ...{ prefix, rule, nowMs, lister: s3VersionLister(s3), locks: s3LockStore(s3), texts: s3TextStore(s3) },
      hasTime: () => context.getRemainingTimeInMillis() > RESERVED_MS,
    },
    {
      say: (text) => console.log(text),
      publish: (name, value) => {
        const unit = name === 'LockSweepAgeSeconds' ? 'Seconds' : 'Count';
        return publishMetric(lockMetric(name, { bucketName: bucket, region }), value, unit, { region });
      },
    },
  );
}

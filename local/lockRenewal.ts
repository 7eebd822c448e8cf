import { publishMetric } from '../aws/cloudWatch';
import { s3LockStore } from '../aws/objectLocks';
import { s3VersionLister } from '../aws/objectVersions';
import { s3ServiceClock } from '../aws/serviceClock';
import { s3TextStore } from '../aws/textStore';
import { lockRenewalSettings } from '../lambda/lock-renewal/settings';
import { renewAndTell } from '../operations/renewLocks/renewAndTell';
import { lockMetric } from '../settings/metrics';
import type { Deployment } from './deployment/synthesized';
import type { LocalBucket } from './localTable';

/** A run of the function that renews locks, as it is deployed, to the end of its sweep. Undefined where nothing renews them. */
export async function playLockRenewal(
  { lockRenewalFunction }: Pick<Deployment, 'lockRenewalFunction'>,
  destination: LocalBucket,
): Promise<object | undefined> {
  if (!lockRenewalFunction) return undefined;
  const { region } = destination;
  const { bucket, prefix, rule } = lockRenewalSettings({ ...lockRenewalFunction.environment, AWS_REGION: region });
  const s3 = { ...destination, bucket };
  const { nowMs } = await s3ServiceClock(s3, { nowMs: Date.now, monotonicMs: () => performance.now() });
  return renewAndTell(
    {
      ...{ prefix, rule, nowMs, lister: s3VersionLister(s3), locks: s3LockStore(s3), texts: s3TextStore(s3) },
      hasTime: () => true,
    },
    {
      say: () => undefined,
      publish: (name, value) => {
        const unit = name === 'LockSweepAgeSeconds' ? 'Seconds' : 'Count';
        return publishMetric(lockMetric(name, { bucketName: bucket, region }), value, unit, s3);
      },
    },
  );
}

import type { S3BucketLifecycleConfigurationRule } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { PARKED_BATCHES_PREFIX } from '../../core/parkedBatch';
import { boundedName } from '../../settings/names';
import type { Settings } from '../../settings/schema';

/** A tombstone is the two bytes `{}`; the smallest image, `{"Item":{}}`, is longer, whatever encrypts it. */
const LARGER_THAN_A_TOMBSTONE_BYTES = 3;

type Lifecycle = Settings['source']['lifecycle'];
type Rule = S3BucketLifecycleConfigurationRule;

/**
 * The rules of a bucket. One set per table, by prefix, so that none of them reaches parked batches: those must stay
 * readable at once, and in the source bucket must stay until they are redriven.
 */
export function lifecycleRules(lifecycle: Lifecycle, tablePrefixes: readonly string[], parkedBatches: Rule): Rule[] {
  return [
    ...tablePrefixes.flatMap((prefix) => [imageRule(lifecycle, prefix), ...tombstoneRule(lifecycle, prefix)]),
    parkedBatches,
    {
      id: 'incomplete-uploads',
      status: 'Enabled',
      filter: [{}],
      abortIncompleteMultipartUpload: [{ daysAfterInitiation: lifecycle.abortIncompleteMultipartUploadDays }],
    },
  ];
}

/** Large images move (S3 itself leaves objects below 128 KB alone), old versions go, and so do delete markers that hide nothing any more. */
function imageRule(lifecycle: Lifecycle, prefix: string): Rule {
  const { glacierTransitionDays: transitionDays } = lifecycle;
  return {
    id: boundedName(['images', prefix], 255),
    status: 'Enabled',
    filter: [{ prefix }],
    ...(transitionDays === null
      ? {}
      : {
          transition: [{ days: transitionDays, storageClass: 'GLACIER' }],
          noncurrentVersionTransition: [{ noncurrentDays: transitionDays, storageClass: 'GLACIER' }],
        }),
    ...historyEnd(lifecycle),
    expiration: [{ expiredObjectDeleteMarker: true }],
  };
}

function tombstoneRule({ tombstoneExpirationDays: days }: Lifecycle, prefix: string): Rule[] {
  if (days === null) return [];
  const filter = [{ and: [{ prefix, objectSizeLessThan: LARGER_THAN_A_TOMBSTONE_BYTES }] }];
  return [{ id: boundedName(['tombstones', prefix], 255), status: 'Enabled', filter, expiration: [{ days }] }];
}

/** In the source bucket a parked batch is work to do: only what a redrive has removed is cleaned up. */
export function parkedBatchesInSource(lifecycle: Lifecycle): Rule {
  return { ...parkedRule(lifecycle), expiration: [{ expiredObjectDeleteMarker: true }] };
}

/** The replica of a parked batch outlives its redrive, which replicates no delete: it ends with the history. */
export function parkedBatchesInDestination(lifecycle: Lifecycle): Rule {
  const days = lifecycle.noncurrentVersionExpirationDays;
  return { ...parkedRule(lifecycle), expiration: [days === null ? { expiredObjectDeleteMarker: true } : { days }] };
}

function parkedRule(lifecycle: Lifecycle): Rule {
  const filter = [{ prefix: PARKED_BATCHES_PREFIX }];
  return { id: 'parked-batches', status: 'Enabled', filter, ...historyEnd(lifecycle) };
}

function historyEnd({ noncurrentVersionExpirationDays: days }: Lifecycle): Partial<Rule> {
  return days === null ? {} : { noncurrentVersionExpiration: [{ noncurrentDays: days }] };
}

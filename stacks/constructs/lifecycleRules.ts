import type { S3BucketLifecycleConfigurationRule } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { PARKED_BATCHES_PREFIX } from '../../core/parkedBatch';
import { heartbeatKey, servicePrefix } from '../../core/serviceKeys';
import { CLASSES_DOWNWARDS, type Lifecycle } from '../../settings/lifecycle';
import { boundedName, tablePrefixes } from '../../settings/names';
import type { Settings, Side } from '../../settings/schema';

/** A tombstone is the two bytes `{}`; the smallest image, `{"Item":{}}`, is longer, whatever encrypts it. */
const LARGER_THAN_A_TOMBSTONE_BYTES = 3;

type Rule = S3BucketLifecycleConfigurationRule;

/** A report that somebody has deleted can be brought back for so long. */
const NONCURRENT_REPORT_DAYS = 30;

/** What the rules of a bucket hang on beside its lifecycle. */
export interface AgingBucket {
  readonly lifecycle: Lifecycle;
  readonly prefix: string;
  readonly tablePrefixes: readonly string[];
  /** The class that capture stores large images in: what would move them to this one, or upwards, does nothing. */
  readonly largeImageStorageClass: (typeof CLASSES_DOWNWARDS)[number];
}

/**
 * The rules of a bucket. One set per table, by prefix, so that none of them reaches parked batches: those must stay
 * readable at once, and in the source bucket must stay until they are redriven.
 */
export function lifecycleRules(bucket: AgingBucket, parkedBatches: Rule): Rule[] {
  const { lifecycle, prefix, tablePrefixes } = bucket;
  return [
    ...tablePrefixes.flatMap((table) => [
      imageRule(lifecycle, table),
      ...archiveRule(bucket, table),
      ...tombstoneRule(lifecycle, table),
    ]),
    reportRule(lifecycle, prefix),
    heartbeatRule(prefix),
    parkedBatches,
    {
      id: 'incomplete-uploads',
      status: 'Enabled',
      filter: [{}],
      abortIncompleteMultipartUpload: [{ daysAfterInitiation: lifecycle.abortIncompleteMultipartUploadDays }],
    },
  ];
}

/** Old versions go, and so do delete markers that hide nothing any more. */
function imageRule(lifecycle: Lifecycle, prefix: string): Rule {
  return {
    id: boundedName(['images', prefix], 255),
    status: 'Enabled',
    filter: [{ prefix }],
    ...historyEnd(lifecycle),
    expiration: [{ expiredObjectDeleteMarker: true }],
  };
}

/** A rule of its own, for the size is asked of what moves and not of what expires. */
function archiveRule({ lifecycle, largeImageStorageClass }: AgingBucket, prefix: string): Rule[] {
  const isBelow = ({ storageClass }: Lifecycle['currentVersionTransitions'][number]) =>
    CLASSES_DOWNWARDS.indexOf(storageClass) > CLASSES_DOWNWARDS.indexOf(largeImageStorageClass);
  const current = lifecycle.currentVersionTransitions.filter(isBelow);
  const noncurrent = lifecycle.noncurrentVersionTransitions.filter(isBelow);
  if (current.length + noncurrent.length === 0) return [];
  const transition = current.map(({ afterDays: days, storageClass }) => ({ days, storageClass }));
  const noncurrentVersionTransition = noncurrent.map(({ afterDays: noncurrentDays, storageClass }) => ({
    noncurrentDays,
    storageClass,
  }));
  return [
    {
      id: boundedName(['archive', prefix], 255),
      status: 'Enabled',
      filter: [{ and: [{ prefix, objectSizeGreaterThan: lifecycle.transitionMinimumBytes - 1 }] }],
      ...(current.length > 0 && { transition }),
      ...(noncurrent.length > 0 && { noncurrentVersionTransition }),
    },
  ];
}

/** Reports and probes: an expiration puts a delete marker on top, and the version goes when it is noncurrent and its lock is over. */
function reportRule({ reportExpirationDays: days }: Lifecycle, prefix: string): Rule {
  return {
    id: 'reports',
    status: 'Enabled',
    filter: [{ prefix: servicePrefix(prefix) }],
    expiration: [days === null ? { expiredObjectDeleteMarker: true } : { days }],
    noncurrentVersionExpiration: [{ noncurrentDays: NONCURRENT_REPORT_DAYS }],
  };
}

/** 288 versions a day, of which the newest counts. In the destination each is locked first, and goes when that is over. */
function heartbeatRule(prefix: string): Rule {
  return {
    id: 'heartbeats',
    status: 'Enabled',
    filter: [{ prefix: heartbeatKey(prefix) }],
    noncurrentVersionExpiration: [{ noncurrentDays: 1 }],
  };
}

function tombstoneRule({ tombstoneExpirationDays: days }: Lifecycle, prefix: string): Rule[] {
  if (days === null) return [];
  const filter = [{ and: [{ prefix, objectSizeLessThan: LARGER_THAN_A_TOMBSTONE_BYTES }] }];
  return [{ id: boundedName(['tombstones', prefix], 255), status: 'Enabled', filter, expiration: [{ days }] }];
}

/** The bucket of a side, as the settings have it. */
export function agingBucket(settings: Settings, side: Side): AgingBucket {
  const { prefix, capture } = settings;
  const { lifecycle } = settings[side];
  return {
    ...{ lifecycle, prefix, tablePrefixes: tablePrefixes(settings) },
    largeImageStorageClass: capture.largeImageStorageClass,
  };
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

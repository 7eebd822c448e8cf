import type { S3BucketLifecycleConfigurationRule } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { PARKED_BATCHES_PREFIX } from '../../core/parkedBatch';
import { tablePrefix, type TableLocation } from '../../core/objectKey';
import { heartbeatKey, ofNoTablePrefix, REPORT_KINDS, reportsPrefix } from '../../core/serviceKeys';
import { CLASSES_DOWNWARDS, type Lifecycle } from '../../settings/lifecycle';
import { boundedName } from '../../settings/names';
import type { Settings, Side } from '../../settings/schema';
import type { TableSettings } from '../../settings/tables';

/** A tombstone is the two bytes `{}`; the smallest image, `{"Item":{}}`, is longer, whatever encrypts it. */
const LARGER_THAN_A_TOMBSTONE_BYTES = 3;

export type Rule = S3BucketLifecycleConfigurationRule;

/** A report that somebody has deleted can be brought back for so long. */
const NONCURRENT_REPORT_DAYS = 30;

/** What the rules of a bucket hang on beside its lifecycle. */
export interface AgingBucket {
  readonly lifecycle: Lifecycle;
  readonly prefix: string;
  readonly tables: readonly Pick<TableSettings, 'name' | 'layout'>[];
  /** The class that capture stores large images in: what would move them to this one, or upwards, does nothing. */
  readonly largeImageStorageClass: (typeof CLASSES_DOWNWARDS)[number];
}

/** What differs between the two buckets. */
export interface RulesOfSide {
  readonly parkedBatches: Rule;
  /** Of a table whose changes are stored in a journal. */
  readonly journal: (table: TableLocation) => readonly Rule[];
}

/**
 * The rules of a bucket. One set per table, by prefix, so that none of them reaches parked batches: those must stay
 * readable at once, and in the source bucket must stay until they are redriven. Nor does any of reports reach a journal.
 */
export function lifecycleRules(bucket: AgingBucket, { parkedBatches, journal }: RulesOfSide): Rule[] {
  const { lifecycle, prefix, tables } = bucket;
  return [
    ...tables.flatMap(({ name: tableName, layout }) => [
      ...imageRules(bucket, tablePrefix({ prefix, tableName })),
      ...reportRules(lifecycle, { prefix, tableName }),
      ...(layout === 'journal' ? journal({ prefix, tableName }) : []),
    ]),
    probeRule(lifecycle, prefix),
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

function imageRules(bucket: AgingBucket, prefix: string): Rule[] {
  const { lifecycle } = bucket;
  return [imageRule(lifecycle, prefix), ...archiveRule(bucket, prefix), ...tombstoneRule(lifecycle, prefix)];
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

function reportRules(lifecycle: Lifecycle, table: TableLocation): Rule[] {
  const prefixes = REPORT_KINDS.map((kind) => reportsPrefix(table, kind));
  return prefixes.map((prefix) => ({ id: boundedName(['reports', prefix], 255), ...reportEnd(lifecycle, prefix) }));
}

/** Probes, and what else is of no table. */
function probeRule(lifecycle: Lifecycle, prefix: string): Rule {
  return { id: 'probes', ...reportEnd(lifecycle, ofNoTablePrefix(prefix)) };
}

/** An expiration puts a delete marker on top, and the version goes when it is noncurrent and its lock is over. */
function reportEnd({ reportExpirationDays: days }: Lifecycle, prefix: string): Omit<Rule, 'id'> {
  return {
    status: 'Enabled',
    filter: [{ prefix }],
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
  const { prefix, tables, capture } = settings;
  const { lifecycle } = settings[side];
  return {
    ...{ lifecycle, prefix, tables },
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

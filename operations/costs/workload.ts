import type { Layout } from '../../settings/batches';

/** A table and how it is kept. A number that is not known is NaN. */
export interface Workload {
  readonly items: number;
  /** Of one item, on average. */
  readonly itemBytes: number;
  readonly changesPerSecond: number;
  /** Open shards of the stream. */
  readonly shards: number;
  /** Of images, of the table, in one bucket. */
  readonly versions: number;
  /** Secondary indexes: each write of an item may write them too. */
  readonly indexes: number;
  readonly sourceRegion: string;
  readonly destinationRegion: string;
  readonly keeping: Keeping;
}

/** What the settings say of how images are captured and kept. */
export interface Keeping extends BatchSizes {
  readonly memoryMb: number;
  /** Of images below 128 KB. */
  readonly smallImageStorageClass: string;
  readonly largeImageStorageClass: string;
  readonly source: KeptHistory;
  readonly destination: KeptHistory;
  readonly timeControl: boolean;
  /** Of Object Lock; 0: nothing is locked. */
  readonly lockDays: number;
  /** The same, where current versions are locked anew; undefined where they are not. */
  readonly renewedLockDays?: number;
  /** How changes are stored as the settings have it. */
  readonly layout: Layout;
  readonly journal: JournalKeeping;
}

/** How a journal is written and kept, or would be. */
export interface JournalKeeping extends BatchSizes {
  /** How long the source bucket keeps its objects. Infinity: for ever. */
  readonly sourceDays: number;
}

/** Of a batch: as many records, or as many seconds, whichever comes first. */
interface BatchSizes {
  readonly batchSize: number;
  readonly windowSeconds: number;
}

/** How long a bucket keeps what a newer image has replaced, and where. */
export interface KeptHistory {
  /** Infinity: for ever, which is reckoned at {@link FOR_EVER_DAYS}. */
  readonly days: number;
  readonly moved?: Move;
}

/** Replaced versions of so many bytes and more go to another class after so many days. */
export interface Move {
  readonly storageClass: string;
  readonly afterDays: number;
  readonly minimumBytes: number;
}

/** Seconds of a month, as AWS counts it: 730 hours. */
export const MONTH_SECONDS = 730 * 3_600;
export const DAYS_OF_MONTH = 730 / 24;
/** A history that never ends is reckoned after so long: ten years. */
export const FOR_EVER_DAYS = 3_650;
/** S3 bills a gigabyte of 2^30 bytes; DynamoDB too. */
export const GB = 2 ** 30;
/**
 * What S3 stores of an image beside the item: its key and metadata, which are billed with it (S3 pricing: "all object data
 * and metadata"). Measured: 902 bytes in all for an item of 600.
 */
export const IMAGE_OVERHEAD_BYTES = 300;

export function changesOfMonth({ changesPerSecond }: Pick<Workload, 'changesPerSecond'>): number {
  return changesPerSecond * MONTH_SECONDS;
}

export function imageBytes({ itemBytes }: Pick<Workload, 'itemBytes'>): number {
  return itemBytes + IMAGE_OVERHEAD_BYTES;
}

/** Whole table, in bytes. */
export function tableBytes({ items, itemBytes }: Pick<Workload, 'items' | 'itemBytes'>): number {
  return items * itemBytes;
}

/** Days of history that are billed. */
export function keptDays({ days }: KeptHistory): number {
  return Math.min(days, FOR_EVER_DAYS);
}

/** Versions in the destination bucket once its history is full: the newest of each item, and what was replaced. */
export function fullHistory({
  items,
  changesPerSecond,
  keeping,
}: Pick<Workload, 'items' | 'changesPerSecond' | 'keeping'>): number {
  return items + changesPerSecond * 86_400 * keptDays(keeping.destination);
}

/** Read request units of reading so many bytes in pages, strongly consistent: one for each 4 KB (developer guide, "Read consistency"). */
export function readUnitsOfScan(bytes: number): number {
  return Math.ceil(bytes / 4_096);
}

/** Write request units of so many items: one for each KB of each, and as many for each index that holds it whole. */
export function writeUnits({ itemBytes, indexes }: Pick<Workload, 'itemBytes' | 'indexes'>, items: number): number {
  return items * Math.ceil(itemBytes / 1_024) * (1 + indexes);
}

import { s3CurrentLister } from '../../aws/currentObjects';
import type { ObjectVersion } from '../../aws/objectVersions';
import type { S3ClientSettings } from '../../aws/s3Client';
import { isImageKey, tablePrefix, type TableLocation } from '../../core/objectKey';

/** The newest objects of a table, as far as was looked. */
export interface NewestImages {
  /** The newest first; a few. */
  readonly newest: readonly ObjectVersion[];
  readonly looked: number;
  /** Every object was looked at, so there is nothing newer. */
  readonly isWhole: boolean;
}

/** S3 lists by key and not by time: what is newest in a large table cannot be had without listing all of it. */
const PAGES = 10;
const NEWEST = 5;

/** Lists at most ten pages of 1,000 objects, current versions alone: up to ten requests. */
export async function newestImages(
  bucket: S3ClientSettings & { bucket: string },
  table: TableLocation,
  signal: AbortSignal,
): Promise<NewestImages> {
  const lister = s3CurrentLister(bucket);
  let newest: ObjectVersion[] = [];
  let looked = 0;
  let after: { objectKey: string } | undefined;
  for (let pages = 0; pages < PAGES; pages++) {
    const page = await lister.page(tablePrefix(table), { after, signal });
    const images = page.versions.filter(({ objectKey }) => isImageKey(objectKey));
    looked += images.length;
    newest = [...newest, ...images].sort((a, b) => b.storedAtMs - a.storedAtMs).slice(0, NEWEST);
    if (!page.next) return { newest, looked, isWhole: true };
    after = page.next;
  }
  return { newest, looked, isWhole: false };
}

/** The newest objects of a table in one bucket. */
export type NewestIn = (table: TableLocation) => Promise<NewestImages>;

/** Lists a table's objects once, however many ask. */
export function listedOnce(bucket: S3ClientSettings & { bucket: string }, signal: AbortSignal): NewestIn {
  const listings = new Map<string, Promise<NewestImages>>();
  return (table) => {
    const listing = listings.get(table.tableName) ?? newestImages(bucket, table, signal);
    listings.set(table.tableName, listing);
    return listing;
  };
}

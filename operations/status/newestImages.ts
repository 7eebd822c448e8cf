import { s3CurrentLister } from '../../aws/currentObjects';
import type { ObjectVersion } from '../../aws/objectVersions';
import type { S3ClientSettings } from '../../aws/s3Client';
import { isImageKey, tablePrefix, type TableLocation } from '../../core/objectKey';
import { newestOfJournal } from './journalListing';

/** The newest objects of a table, images and what its journal has of the last day, as far as was looked. */
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

/** Lists at most ten pages of 1,000 images, and the newest of the journal; current versions alone. */
export async function newestImages(
  bucket: S3ClientSettings & { bucket: string },
  table: TableLocation,
  nowMs: number,
  signal: AbortSignal,
): Promise<NewestImages> {
  const lister = s3CurrentLister(bucket);
  const journal = await newestOfJournal(lister, table, nowMs, signal);
  let newest = newestFirst(journal.found);
  let looked = journal.found.length;
  let after: { objectKey: string } | undefined;
  for (let pages = 0; pages < PAGES; pages++) {
    const page = await lister.page(tablePrefix(table), { after, signal });
    const images = page.versions.filter(({ objectKey }) => isImageKey(objectKey));
    looked += images.length;
    newest = newestFirst([...newest, ...images]);
    if (!page.next) return { newest, looked, isWhole: journal.isWhole };
    after = page.next;
  }
  return { newest, looked, isWhole: false };
}

function newestFirst(versions: readonly ObjectVersion[]): ObjectVersion[] {
  return [...versions].sort((a, b) => b.storedAtMs - a.storedAtMs).slice(0, NEWEST);
}

/** The newest objects of a table in one bucket. */
export type NewestIn = (table: TableLocation) => Promise<NewestImages>;

/** Lists a table's objects once, however many ask. */
export function listedOnce(
  bucket: S3ClientSettings & { bucket: string },
  nowMs: () => number,
  signal: AbortSignal,
): NewestIn {
  const listings = new Map<string, Promise<NewestImages>>();
  return (table) => {
    const listing = listings.get(table.tableName) ?? newestImages(bucket, table, nowMs(), signal);
    listings.set(table.tableName, listing);
    return listing;
  };
}

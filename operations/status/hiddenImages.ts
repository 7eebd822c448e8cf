import {
  HistoryGrouping,
  s3VersionLister,
  type DeleteMarker,
  type ListingMarker,
  type VersionsPage,
} from '../../aws/objectVersions';
import type { S3ClientSettings } from '../../aws/s3Client';
import { isTombstone } from '../images/whyNotCurrent';
import { isImageKey, tablePrefix, type TableLocation } from '../../core/objectKey';

/** Objects whose images lie under a delete marker, as far as was looked. Lifecycle puts one on a tombstone at its end. */
export interface HiddenImages {
  readonly objects: number;
  /** The marker that was stored first: lifecycle counts from it. */
  readonly first?: DeleteMarker;
  /** Versions that were looked at. */
  readonly versions: number;
  readonly sizeBytes: number;
  /** Of the version that was stored first. */
  readonly firstStoredAtMs?: number;
  readonly isWhole: boolean;
}

const PAGES = 10;

/** Lists at most ten pages of 1,000 versions and delete markers. */
export async function hiddenImages(
  bucket: S3ClientSettings & { bucket: string },
  table: TableLocation,
  signal: AbortSignal,
): Promise<HiddenImages> {
  const lister = s3VersionLister(bucket);
  const grouping = new HistoryGrouping();
  const markers: DeleteMarker[] = [];
  let [looked, sizeBytes, firstStoredAtMs, isWhole] = [0, 0, Infinity, false];
  let after: ListingMarker | undefined;
  for (let pages = 0; pages < PAGES && !isWhole; pages++) {
    const page: VersionsPage = await lister.page(tablePrefix(table), { after, signal });
    for (const { objectKey, versions, hiddenBy } of [...grouping.add(page), ...(page.next ? [] : grouping.rest())])
      if (hiddenBy && isImageKey(objectKey) && !versions.slice(-1).every(isTombstone)) markers.push(hiddenBy);
    const images = page.versions.filter(({ objectKey }) => isImageKey(objectKey));
    looked += images.length;
    for (const version of images) {
      sizeBytes += version.sizeBytes;
      firstStoredAtMs = Math.min(firstStoredAtMs, version.storedAtMs);
    }
    after = page.next;
    isWhole = after === undefined;
  }
  const [first] = markers.sort((a, b) => a.storedAtMs - b.storedAtMs);
  const firstStored = Number.isFinite(firstStoredAtMs) ? { firstStoredAtMs } : {};
  return { objects: markers.length, first, versions: looked, sizeBytes, ...firstStored, isWhole };
}

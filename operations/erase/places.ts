import type { ListingMarker, VersionLister } from '../../aws/objectVersions';
import type { BytesStore } from '../../aws/bytesStore';
import type { LockStore } from '../../aws/objectLocks';
import type { StatusReader } from '../../aws/replicationStatus';
import type { VersionDeletes } from '../../aws/versionDeletes';
import type { ImageSource } from '../images/imageSource';
import { isImageKey } from '../../core/objectKey';
import { isTombstone } from '../images/whyNotCurrent';

export type ErasedSide = 'source' | 'destination';

/** One bucket that the history is erased from. */
export interface ErasedBucket {
  readonly side: ErasedSide;
  readonly source: ImageSource;
  /** Of all versions. */
  readonly lister: VersionLister;
  readonly bytes: Pick<BytesStore, 'get' | 'putOnce'>;
  readonly deletes: VersionDeletes;
  /** Of the source bucket: a version's replication, where that is known. */
  readonly statusOf?: StatusReader;
  /** Undefined where nothing is ever locked. */
  readonly locks?: Pick<LockStore, 'look' | 'tags'>;
}

/** A version, or a delete marker, as a listing shows it. */
export interface FoundVersion {
  readonly versionId: string;
  /** A tombstone holds no attribute of the item; neither does a marker. */
  readonly kind: 'content' | 'tombstone' | 'marker';
}

/** Everything that is stored under exactly one object key, delete markers among it. */
export async function everythingUnder(
  { lister }: Pick<ErasedBucket, 'lister'>,
  objectKey: string,
  signal: AbortSignal,
): Promise<FoundVersion[]> {
  const found: FoundVersion[] = [];
  let after: ListingMarker | undefined;
  do {
    signal.throwIfAborted();
    const page = await lister.page(objectKey, { after, signal });
    for (const version of page.versions) {
      if (version.objectKey !== objectKey) continue;
      found.push({ versionId: version.versionId, kind: isTombstone(version) ? 'tombstone' : 'content' });
    }
    for (const marker of page.deleteMarkers ?? [])
      if (marker.objectKey === objectKey) found.push({ versionId: marker.versionId, kind: 'marker' });
    // What is listed further on is of longer keys.
    after = page.next && page.next.objectKey <= objectKey ? page.next : undefined;
  } while (after);
  return found;
}

/** The object keys of items below a prefix, also of those that hold nothing but delete markers; each once. */
export async function* itemKeysBelow(
  { lister }: Pick<ErasedBucket, 'lister'>,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let after: ListingMarker | undefined;
  let before = new Set<string>();
  do {
    signal.throwIfAborted();
    const page = await lister.page(prefix, { after, signal });
    const listed = new Set([...page.versions, ...(page.deleteMarkers ?? [])].map(({ objectKey }) => objectKey));
    // An object may go on in the next page.
    for (const objectKey of listed) if (isImageKey(objectKey) && !before.has(objectKey)) yield objectKey;
    before = listed;
    after = page.next;
  } while (after);
}

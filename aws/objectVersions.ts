import type { StoredImage } from '../core/image';
import type { S3ClientSettings } from './s3Client';
import { inS3 } from './s3Error';
import { listedPage, type DeleteMarker, type ListedVersion } from './signed';
import { signedS3As } from './signed/asSdk';

/** One version, as {@link VersionLister} shows it. */
export interface ObjectVersion extends ListedVersion {
  /** What is stored, where the listing has brought it: a line of a journal, which is no object of its own. */
  readonly image?: StoredImage;
}

export type { DeleteMarker };

/** All versions of one object, in the order in which they were stored. Delete markers are no images, and not among them. */
export interface ObjectHistory {
  readonly objectKey: string;
  readonly versions: readonly ObjectVersion[];
  /** The delete marker that lies above all versions, where there is one. */
  readonly hiddenBy?: DeleteMarker;
  /** A delete marker lies somewhere among the versions: what is above it was stored where S3 showed no object. */
  readonly wasHidden?: true;
}

/** Where a listing goes on: after this version, or after all versions of this key (or of where it would stand). */
export interface ListingMarker {
  readonly objectKey: string;
  readonly versionId?: string;
}

export interface VersionsPage {
  /** By key, and the last stored first. */
  readonly versions: readonly ObjectVersion[];
  /** Those of the same part of the listing; a listing of current objects has none. */
  readonly deleteMarkers?: readonly DeleteMarker[];
  /** Where the next page starts; undefined after the last one. */
  readonly next?: ListingMarker;
}

/** One bucket's versions, page by page. */
export interface VersionLister {
  readonly bucket: string;
  page(
    prefix: string,
    options?: { after?: ListingMarker; maxKeys?: number; signal?: AbortSignal },
  ): Promise<VersionsPage>;
}

export function s3VersionLister({ bucket, ...settings }: S3ClientSettings & { bucket: string }): VersionLister {
  const client = signedS3As(settings, bucket);
  const kind = { root: 'ListVersionsResult', entry: 'Version', versionIdOf: () => 'null' };
  return {
    bucket,
    async page(prefix, { after, maxKeys, signal } = {}) {
      const query = {
        versions: '',
        prefix,
        'key-marker': after?.objectKey,
        'version-id-marker': after?.versionId,
        'max-keys': maxKeys?.toString(),
      };
      const page = await inS3('LIST', bucket, `${prefix}*`, () => listedPage(client, kind, query, signal));
      const { versions, deleteMarkers } = page;
      if (!page.isTruncated) return { versions, deleteMarkers };
      return {
        ...{ versions, deleteMarkers },
        next: { objectKey: page.key('NextKeyMarker') ?? '', versionId: page.text('NextVersionIdMarker') },
      };
    },
  };
}

export function objectHistories(
  settings: S3ClientSettings & { bucket: string },
  prefix: string,
): AsyncGenerator<ObjectHistory> {
  return historiesInOrder(s3VersionLister(settings), prefix);
}

/** Lists what is below a prefix, object by object in the order of their keys. Holds one page and one object at a time. */
export async function* historiesInOrder(
  lister: VersionLister,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<ObjectHistory> {
  const grouping = new HistoryGrouping();
  for (let after: ListingMarker | undefined | null = undefined; after !== null;) {
    const page: VersionsPage = await lister.page(prefix, { after, signal });
    yield* grouping.add(page);
    after = page.next ?? null;
  }
  yield* grouping.rest();
}

/**
 * The first version below a prefix; undefined where there is none. It is looked for to the end: whether delete markers count among the keys of a page
 * AWS does not say, and where they do, pages may have markers alone.
 */
export async function firstVersionBelow(
  lister: VersionLister,
  prefix: string,
  signal?: AbortSignal,
): Promise<ObjectVersion | undefined> {
  for (let after: ListingMarker | undefined | null = undefined; after !== null;) {
    const { versions, next }: VersionsPage = await lister.page(prefix, { after, signal });
    if (versions[0]) return versions[0];
    after = next ?? null;
  }
  return undefined;
}

/** Puts the versions of one object together, although they may come in several pages. */
export class HistoryGrouping {
  private current: ObjectVersion[] = [];
  /** Of each object that has any, the latest one. They come before the versions that they lie above, some pages before. */
  private markers = new Map<string, DeleteMarker>();

  /** The histories that are whole now. S3 lists an object's versions with the last stored first. */
  add({ versions, deleteMarkers = [] }: Pick<VersionsPage, 'versions' | 'deleteMarkers'>): ObjectHistory[] {
    for (const marker of deleteMarkers) {
      if (marker.isLatest || !this.markers.has(marker.objectKey)) this.markers.set(marker.objectKey, marker);
    }
    const whole: ObjectHistory[] = [];
    for (const version of versions) {
      const open = this.current[0];
      if (open && open.objectKey !== version.objectKey) whole.push(this.closed(open));
      this.current.push(version);
    }
    // Of what may go on in the next page.
    const open = [this.current[0]?.objectKey, deleteMarkers.at(-1)?.objectKey];
    this.markers = new Map([...this.markers].filter(([objectKey]) => open.includes(objectKey)));
    return whole;
  }

  rest(): ObjectHistory[] {
    const open = this.current[0];
    return open ? [this.closed(open)] : [];
  }

  private closed({ objectKey }: ObjectVersion): ObjectHistory {
    const versions = this.current.reverse();
    this.current = [];
    const marker = this.markers.get(objectKey);
    if (!marker) return { objectKey, versions };
    return marker.isLatest ? { objectKey, versions, hiddenBy: marker } : { objectKey, versions, wasHidden: true };
  }
}

import type { S3ClientSettings } from './s3Client';
import { inS3 } from './s3Error';
import { listedPage, type ListedVersion } from './signed';
import { signedS3As } from './signed/asSdk';

/** One version, as {@link VersionLister} shows it. */
export type ObjectVersion = ListedVersion;

/** All versions of one object, in the order in which they were stored. Delete markers are left out: they are no images. */
export interface ObjectHistory {
  readonly objectKey: string;
  readonly versions: readonly ObjectVersion[];
}

/** Where a listing goes on: after this version, or after all versions of this key (or of where it would stand). */
export interface ListingMarker {
  readonly objectKey: string;
  readonly versionId?: string;
}

export interface VersionsPage {
  /** By key, and the last stored first. */
  readonly versions: readonly ObjectVersion[];
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
      const { versions } = page;
      if (!page.isTruncated) return { versions };
      return {
        versions,
        next: { objectKey: page.key('NextKeyMarker') ?? '', versionId: page.text('NextVersionIdMarker') },
      };
    },
  };
}

/** Lists what is below a prefix, object by object in the order of their keys. Holds one page and one object at a time. */
export async function* objectHistories(
  settings: S3ClientSettings & { bucket: string },
  prefix: string,
): AsyncGenerator<ObjectHistory> {
  const grouping = new HistoryGrouping();
  const lister = s3VersionLister(settings);
  for (let after: ListingMarker | undefined | null = undefined; after !== null;) {
    const page: VersionsPage = await lister.page(prefix, { after });
    yield* grouping.add(page.versions);
    after = page.next ?? null;
  }
  yield* grouping.rest();
}

/** Puts the versions of one object together, although they may come in several pages. */
export class HistoryGrouping {
  private current: ObjectVersion[] = [];

  /** The histories that are whole now. S3 lists an object's versions with the last stored first. */
  add(versions: readonly ObjectVersion[]): ObjectHistory[] {
    const whole: ObjectHistory[] = [];
    for (const version of versions) {
      if (this.current[0] && this.current[0].objectKey !== version.objectKey) whole.push(...this.rest());
      this.current.push(version);
    }
    return whole;
  }

  rest(): ObjectHistory[] {
    const newestFirst = this.current;
    this.current = [];
    return newestFirst[0] ? [{ objectKey: newestFirst[0].objectKey, versions: newestFirst.reverse() }] : [];
  }
}

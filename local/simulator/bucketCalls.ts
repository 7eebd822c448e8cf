import type { BytesStore } from '../../aws/bytesStore';
import type { WriteCondition } from '../../aws/conditionalPut';
import type { ImageStore } from '../../aws/imageStore';
import { LARGE_IMAGE_BYTES } from '../../aws/largeImages';
import type { LockStore } from '../../aws/objectLocks';
import type { TagStore } from '../../aws/objectTags';
import type { ObjectVersion, VersionLister } from '../../aws/objectVersions';
import type { StatusReader } from '../../aws/replicationStatus';
import { S3Error } from '../../aws/s3Error';
import type { TextStore } from '../../aws/textStore';
import type { RefusedDelete, VersionDeletes, VersionId } from '../../aws/versionDeletes';
import type { ImageSource } from '../../operations/images/imageSource';
import { listedImageSource } from '../../operations/images/s3ImageSource';
import type { CallErrors, Process } from './process';
import { S3Refusal, type ListedVersion, type S3Bucket, type VersionsPage } from './s3';

/** Every way in which the project reaches a bucket, for one process. The only file that knows both sides. */
export interface BucketCalls {
  readonly images: ImageStore;
  readonly source: ImageSource;
  readonly versions: VersionLister;
  readonly current: VersionLister;
  readonly texts: TextStore;
  readonly bytes: BytesStore;
  readonly locks: LockStore;
  readonly tags: TagStore;
  readonly deletes: VersionDeletes;
  readonly statusOf: StatusReader;
  /** The `Date` of an answer, epoch milliseconds in whole seconds: RFC 9110, 6.6.1. */
  readonly date: () => Promise<number>;
}

const S3_ERRORS: CallErrors = {
  unavailable: () => s3Error('SlowDown', 503),
  lostAnswer: () => s3Error('TimeoutError', undefined),
};

export function bucketCalls(process: Pick<Process, 'name' | 'call'>, bucket: S3Bucket): BucketCalls {
  const call = async <Answer>(does: () => Answer): Promise<Answer> => {
    try {
      return await process.call(S3_ERRORS, does);
    } catch (error) {
      throw error instanceof S3Refusal ? s3Error(error.code, error.statusCode) : error;
    }
  };
  type ToPut = Parameters<ImageStore['put']>[1] & { readonly isBytes?: true };
  const put = (objectKey: string, image: ToPut, condition?: WriteCondition) =>
    call(() =>
      bucket.put(objectKey, { ...image, storageClass: classOf(image.body), storedBy: process.name }, condition),
    );
  const putIf = async (objectKey: string, image: ToPut, condition: WriteCondition, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    try {
      await put(objectKey, image, condition);
      return 'written';
    } catch (error) {
      if (error instanceof S3Error && (error.statusCode === 412 || error.code === 'NoSuchKey')) return 'refused';
      throw error;
    }
  };
  const read = async (objectKey: string, versionId?: string) => {
    const { body, metadata, storedAtMs } = await call(() => bucket.read(objectKey, versionId));
    return { body, metadata, storedAtMs };
  };
  const images: ImageStore = {
    async put(objectKey, image, { signal } = {}) {
      signal?.throwIfAborted();
      await put(objectKey, image);
    },
    putIf: (objectKey, image, condition, { signal } = {}) => putIf(objectKey, image, condition, signal),
    get: read,
    async head(objectKey, versionId) {
      try {
        const { metadata, storedAtMs } = await read(objectKey, versionId);
        return { metadata, storedAtMs };
      } catch (error) {
        // An answer to HEAD has no body that tells a code.
        if (error instanceof S3Error && error.statusCode === 404) throw s3Error('NotFound', 404);
        throw error;
      }
    },
  };
  const versions: VersionLister = {
    bucket: bucket.name,
    async page(prefix, { after, maxKeys, signal } = {}) {
      signal?.throwIfAborted();
      return pageOf(await call(() => bucket.listVersions(prefix, after, maxKeys)));
    },
  };
  const current: VersionLister = {
    bucket: bucket.name,
    async page(prefix, { after, maxKeys, signal } = {}) {
      signal?.throwIfAborted();
      const page = pageOf(await call(() => bucket.listCurrent(prefix, after?.objectKey, maxKeys)));
      return { ...page, versions: page.versions.map((one) => ({ ...one, versionId: one.objectKey })) };
    },
  };
  // The model holds text: a character for each byte.
  const bytes: BytesStore = {
    async get(objectKey, { versionId, range, signal } = {}) {
      signal?.throwIfAborted();
      const { body, metadata, storedAtMs } = await read(objectKey, versionId);
      const whole = Buffer.from(body, 'latin1');
      return { bytes: range ? whole.subarray(range.first, range.last + 1) : whole, metadata, storedAtMs };
    },
    putOnce: (objectKey, { bytes, metadata = {} }, { signal } = {}) =>
      putIf(objectKey, { body: bytes.toString('latin1'), metadata, isBytes: true }, { IfNoneMatch: '*' }, signal),
  };
  return {
    ...{ images, versions, current, bytes },
    source: listedImageSource(versions, { images }),
    texts: {
      async read(objectKey) {
        try {
          return (await read(objectKey)).body;
        } catch (error) {
          if (error instanceof S3Error && error.code === 'NoSuchKey') return undefined;
          throw error;
        }
      },
      async write(objectKey, body) {
        await put(objectKey, { body, metadata: {} });
      },
    },
    locks: {
      async look(objectKey, versionId) {
        const { metadata, storedAtMs, lock } = await call(() => bucket.read(objectKey, versionId));
        return { metadata, storedAtMs, ...(lock && { lock }) };
      },
      lock: (objectKey, versionId, lock) => call(() => bucket.lockVersion(objectKey, versionId, lock)),
      tags: (objectKey, versionId) => call(() => bucket.read(objectKey, versionId).tags ?? {}),
    },
    tags: {
      async put(objectKey, versionId, { key, value }, { signal } = {}) {
        signal?.throwIfAborted();
        await call(() => bucket.tagVersion(objectKey, versionId, { [key]: value }));
      },
    },
    deletes: { deleteAll: (named) => call(() => named.flatMap((one) => refusedDelete(bucket, one))) },
    date: () => call(() => bucket.dateMs),
    statusOf: (objectKey, versionId) => call(() => bucket.read(objectKey, versionId).replicationStatus),
  };
}

/** DeleteObjects: what is refused is told of each. */
function refusedDelete(bucket: S3Bucket, { objectKey, versionId }: VersionId): RefusedDelete[] {
  try {
    bucket.deleteVersion(objectKey, versionId);
    return [];
  } catch (error) {
    if (!(error instanceof S3Refusal)) throw error;
    return [{ objectKey, versionId, code: error.code, message: error.message }];
  }
}

function classOf(body: string): string {
  return Buffer.byteLength(body) >= LARGE_IMAGE_BYTES ? 'STANDARD_IA' : 'STANDARD';
}

/** Delete markers are listed in elements of their own. */
function pageOf({ versions, next }: VersionsPage): Awaited<ReturnType<VersionLister['page']>> {
  return {
    versions: versions.filter(({ isDeleteMarker }) => !isDeleteMarker).map(described),
    deleteMarkers: versions.filter(({ isDeleteMarker }) => isDeleteMarker),
    ...(next && { next }),
  };
}

function described({
  objectKey,
  versionId,
  storedAtMs,
  body,
  etag,
  isLatest,
  storageClass,
  isBytes,
}: ListedVersion): ObjectVersion {
  const sizeBytes = isBytes ? body.length : Buffer.byteLength(body);
  return { objectKey, versionId, storedAtMs, sizeBytes, etag, isLatest, storageClass };
}

function s3Error(code: string, statusCode: number | undefined): S3Error {
  return new S3Error(code, statusCode, `the simulated S3 answered ${code}`, {});
}

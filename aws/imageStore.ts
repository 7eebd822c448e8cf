import { createHash } from 'node:crypto';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { StoredImage } from '../core/image';
import type { StoredObject } from '../core/readImage';
import { putWhenAllowed, type ConditionalOutcome, type WriteCondition } from './conditionalPut';
import { LARGE_IMAGE_BYTES } from './largeImages';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3 } from './s3Error';

/** The two calls that everything's cost hangs on, and the look at metadata alone. Each names its object when it fails. */
export interface ImageStore {
  /** Adds a version. Resolves when S3 has answered 200; it is safe to call again when it has not. */
  put(objectKey: string, image: StoredImage, options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * Adds a version where the object is as the condition says, and does nothing where it is not: `refused` is an outcome,
   * not an error. A call that was carried out and whose answer was lost is refused when the client sends it again, so
   * `refused` may also mean that this very image is there.
   */
  putIf(
    objectKey: string,
    image: StoredImage,
    condition: WriteCondition,
    options?: { signal?: AbortSignal },
  ): Promise<ConditionalOutcome>;
  /** Reads one version, or the newest. */
  get(objectKey: string, versionId?: string): Promise<StoredObject>;
  /** What of a version can be known without its body. */
  head(objectKey: string, versionId?: string): Promise<Omit<StoredObject, 'body'>>;
}

export interface ImageStoreSettings extends S3ClientSettings {
  readonly bucket: string;
  /** For images that STANDARD_IA would not bill at its minimum size. */
  readonly largeImageStorageClass: string;
}

export function s3ImageStore(settings: ImageStoreSettings, client: S3Client = s3Client(settings)): ImageStore {
  const { bucket: Bucket, largeImageStorageClass } = settings;
  const putCommand = (Key: string, { body, metadata }: StoredImage, condition?: WriteCondition) => {
    const bytes = Buffer.from(body, 'utf8');
    return new PutObjectCommand({
      Bucket,
      Key,
      Body: bytes,
      Metadata: metadata,
      ContentType: 'application/json',
      ContentMD5: createHash('md5').update(bytes).digest('base64'),
      ...(bytes.length >= LARGE_IMAGE_BYTES && { StorageClass: largeImageStorageClass as 'STANDARD_IA' }),
      ...condition,
    });
  };
  return {
    async put(Key, image, { signal } = {}) {
      await inS3('PUT', Bucket, Key, () => client.send(putCommand(Key, image), { abortSignal: signal }));
    },

    putIf: (Key, image, condition, { signal } = {}) =>
      putWhenAllowed(signal, () =>
        inS3('PUT', Bucket, Key, () => client.send(putCommand(Key, image, condition), { abortSignal: signal })),
      ),

    async get(Key, VersionId) {
      return inS3('GET', Bucket, Key, async () => {
        const answer = await client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
        const body = (await answer.Body?.transformToString('utf8')) ?? '';
        return { body, ...described(answer) };
      });
    },

    async head(Key, VersionId) {
      return inS3('HEAD', Bucket, Key, async () =>
        described(await client.send(new HeadObjectCommand({ Bucket, Key, VersionId }))),
      );
    },
  };
}

function described({ Metadata = {}, LastModified }: { Metadata?: Record<string, string>; LastModified?: Date }): {
  metadata: Record<string, string>;
  storedAtMs: number;
} {
  return { metadata: Metadata, storedAtMs: LastModified?.getTime() ?? NaN };
}

import { createHash } from 'node:crypto';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { StoredImage } from '../../../core/image';
import { putWhenAllowed, type WriteCondition } from '../../../aws/conditionalPut';
import type { ImageStore, ImageStoreSettings } from '../../../aws/imageStore';
import { LARGE_IMAGE_BYTES } from '../../../aws/largeImages';
import { s3Client } from '../../../aws/s3Client';
import { inS3 } from '../../../aws/s3Error';

/** The reference: what the signed store has to do as well. */
export function sdkImageStore(settings: ImageStoreSettings, client: S3Client = s3Client(settings)): ImageStore {
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

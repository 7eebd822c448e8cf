import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3, S3Error } from './s3Error';

/** What S3 Batch Operations reads and writes: manifests and reports. */
export interface BatchFiles {
  readonly bucket: string;
  /** @returns the ETag, by which a job knows that the manifest is the one that was meant */
  writeManifest(objectKey: string, bytes: Buffer): Promise<string>;
  /** Undefined when there is no such object. */
  read(objectKey: string): Promise<Buffer | undefined>;
}

export function s3BatchFiles({ bucket: Bucket, ...settings }: S3ClientSettings & { bucket: string }): BatchFiles {
  const client = s3Client(settings);
  return {
    bucket: Bucket,
    async writeManifest(Key, Body) {
      const command = new PutObjectCommand({
        ...{ Bucket, Key, Body, ContentType: 'text/csv' },
        ContentMD5: createHash('md5').update(Body).digest('base64'),
        // Whatever the bucket's default: a manifest under a KMS key is not supported. Source: S3 user guide, batch-ops-create-job.
        ServerSideEncryption: 'AES256',
      });
      const { ETag = '' } = await inS3('PUT', Bucket, Key, () => client.send(command));
      return ETag.replaceAll('"', '');
    },
    async read(Key) {
      try {
        return await inS3('GET', Bucket, Key, async () => {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
          return Buffer.from((await Body?.transformToByteArray()) ?? []);
        });
      } catch (error) {
        if (error instanceof S3Error && error.statusCode === 404) return undefined;
        throw error;
      }
    },
  };
}

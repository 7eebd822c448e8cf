import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3, S3Error } from './s3Error';

/** Small texts of a bucket that are no images, such as a table's definition. */
export interface TextStore {
  /** The newest version, or undefined when there is no such object. */
  read(objectKey: string): Promise<string | undefined>;
  /** @param contentType application/json when left out */
  write(objectKey: string, text: string, contentType?: string): Promise<void>;
}

export function s3TextStore({ bucket: Bucket, ...settings }: S3ClientSettings & { bucket: string }): TextStore {
  const client = s3Client(settings);
  return {
    async read(Key) {
      try {
        return await inS3('GET', Bucket, Key, async () => {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
          return (await Body?.transformToString('utf8')) ?? '';
        });
      } catch (error) {
        if (error instanceof S3Error && error.code === 'NoSuchKey') return undefined;
        throw error;
      }
    },
    async write(Key, text, ContentType = 'application/json') {
      const Body = Buffer.from(text, 'utf8');
      // A bucket with Object Lock refuses a put without a checksum.
      const ContentMD5 = createHash('md5').update(Body).digest('base64');
      const command = new PutObjectCommand({ Bucket, Key, Body, ContentType, ContentMD5 });
      await inS3('PUT', Bucket, Key, () => client.send(command));
    },
  };
}

import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3 } from './s3Error';

/** Files that are written whole. */
export interface FileStore {
  readonly bucket: string;
  /** @returns the MD5 of what S3 has checked and stored, as hex */
  write(objectKey: string, bytes: Buffer, contentType: string): Promise<string>;
}

export function s3FileStore({ bucket: Bucket, ...settings }: S3ClientSettings & { bucket: string }): FileStore {
  const client = s3Client(settings);
  return {
    bucket: Bucket,
    async write(Key, Body, ContentType) {
      const md5 = createHash('md5').update(Body).digest();
      const command = new PutObjectCommand({ Bucket, Key, Body, ContentType, ContentMD5: md5.toString('base64') });
      await inS3('PUT', Bucket, Key, () => client.send(command));
      return md5.toString('hex');
    },
  };
}

import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3 } from './s3Error';

/** A bucket's objects as streams of bytes, for what is too large to be held. */
export interface ObjectReader {
  readonly bucket: string;
  /** @param ifMatch an ETag: another content is refused with 412 */
  open(objectKey: string, ifMatch?: string): Promise<{ readonly bytes: Readable; readonly etag: string }>;
}

export function s3ObjectReader({ bucket: Bucket, ...settings }: S3ClientSettings & { bucket: string }): ObjectReader {
  const client = s3Client(settings);
  return {
    bucket: Bucket,
    open: (Key, IfMatch) =>
      inS3('GET', Bucket, Key, async () => {
        const { Body, ETag = '' } = await client.send(new GetObjectCommand({ Bucket, Key, IfMatch }));
        return { bytes: Body as Readable, etag: ETag };
      }),
  };
}

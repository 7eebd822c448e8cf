import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { QuotingError } from '../core/errors';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3, S3Error } from './s3Error';

/** Small texts of a bucket that are no images, such as a table's definition. */
export interface TextStore {
  /** The newest version, or undefined when there is no such object. */
  read(objectKey: string): Promise<string | undefined>;
  /** @param contentType application/json when left out */
  write(objectKey: string, text: string, contentType?: string): Promise<void>;
}

/**
 * The largest are manifests of exports (some 300 bytes for each of tens of thousands of files) and parked batches: 6 MB of a
 * call's payload, twice escaped. What is larger is none of these, and would fill the memory.
 */
const LARGEST_TEXT_BYTES = 64 * 1024 * 1024;

/** An object that is too large to be what it should be. It has not been read. */
export class TooLargeTextError extends QuotingError {
  constructor(bytes: number, mostBytes = LARGEST_TEXT_BYTES) {
    super(`it has ${bytes} bytes; ${mostBytes} are the most that are read`);
  }
}

export function s3TextStore({ bucket: Bucket, ...settings }: S3ClientSettings & { bucket: string }): TextStore {
  const client = s3Client(settings);
  return {
    async read(Key) {
      try {
        return await inS3('GET', Bucket, Key, async () => {
          const { Body, ContentLength = 0 } = await client.send(new GetObjectCommand({ Bucket, Key }));
          if (ContentLength > LARGEST_TEXT_BYTES) {
            (Body as Readable).destroy();
            throw new TooLargeTextError(ContentLength);
          }
          return (await Body?.transformToString('utf8')) ?? '';
        });
      } catch (error) {
        if (error instanceof S3Error && error.code === 'NoSuchKey') return undefined;
        if (error instanceof S3Error && error.cause instanceof TooLargeTextError) throw error.cause;
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

import { createHash } from 'node:crypto';
import { CopyObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { s3BytesStore, type ByteRange } from './bytesStore';
import { putWhenAllowed, type ConditionalOutcome } from './conditionalPut';
import { s3CurrentLister } from './currentObjects';
import { s3FileStore, type FileStore } from './fileStore';
import type { VersionLister } from './objectVersions';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3 } from './s3Error';
import { s3TextStore } from './textStore';

/** The bucket in which the workers of an engine leave what they made, and find what others made. */
export interface EngineStore extends FileStore {
  /** Undefined when there is no such object. */
  read(objectKey: string): Promise<string | undefined>;
  /** `refused`: somebody has written it before, and that stays. */
  writeOnce(objectKey: string, text: string): Promise<ConditionalOutcome>;
  /** Every current object below a prefix, in order. */
  page: VersionLister['page'];
  /** Some bytes of an object, of which it has at least so many. */
  readRange(objectKey: string, range: ByteRange): Promise<Buffer>;
  /** A copy of an object in the same bucket. */
  copy(from: string, to: string): Promise<void>;
}

export function s3EngineStore(settings: S3ClientSettings & { bucket: string }): EngineStore {
  const { bucket: Bucket, ...connection } = settings;
  const client = s3Client(connection);
  const texts = s3TextStore(settings);
  const lister = s3CurrentLister(settings);
  const bytes = s3BytesStore(settings);
  return {
    ...s3FileStore(settings),
    read: (objectKey) => texts.read(objectKey),
    page: (prefix, options) => lister.page(prefix, options),
    readRange: async (objectKey, range) => (await bytes.get(objectKey, { range })).bytes,
    writeOnce(Key, text) {
      const Body = Buffer.from(text, 'utf8');
      const ContentMD5 = createHash('md5').update(Body).digest('base64');
      const put = { Bucket, Key, Body, ContentMD5, ContentType: 'application/json', IfNoneMatch: '*' };
      return putWhenAllowed(undefined, () => inS3('PUT', Bucket, Key, () => client.send(new PutObjectCommand(put))));
    },
    async copy(from, Key) {
      const CopySource = `${Bucket}/${from.split('/').map(encodeURIComponent).join('/')}`;
      await inS3('COPY', Bucket, Key, () => client.send(new CopyObjectCommand({ Bucket, Key, CopySource })));
    },
  };
}

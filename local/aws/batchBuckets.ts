import { GetObjectCommand, PutObjectCommand, RestoreObjectCommand } from '@aws-sdk/client-s3';
import { s3Client, type S3ClientSettings } from '../../aws/s3Client';
import { inS3, S3Error } from '../../aws/s3Error';
import type { StandInBuckets, TaskAnswer } from '../batchOperations/standIn';

/** Jobs over the S3 of one account. */
export function bucketsOverS3(settings: S3ClientSettings): StandInBuckets {
  const client = s3Client(settings);
  return {
    async read(Bucket, Key) {
      try {
        return await inS3('GET', Bucket, Key, async () => {
          const {
            Body,
            ETag = '',
            ServerSideEncryption: encryption,
          } = await client.send(new GetObjectCommand({ Bucket, Key }));
          const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
          return { bytes, etag: ETag.replaceAll('"', ''), encryption };
        });
      } catch (error) {
        if (error instanceof S3Error && error.statusCode === 404) return undefined;
        throw error;
      }
    },
    async write(Bucket, Key, Body) {
      // Reports are always under S3's own keys. Source: S3 user guide, batch-ops-examples-reports.
      const command = new PutObjectCommand({ Bucket, Key, Body, ServerSideEncryption: 'AES256' });
      await inS3('PUT', Bucket, Key, () => client.send(command));
    },
    async perform({ options }, { bucket: Bucket, objectKey: Key, versionId: VersionId }): Promise<TaskAnswer> {
      const Tier = options.GlacierJobTier === 'BULK' ? 'Bulk' : 'Standard';
      const RestoreRequest = { Days: Number(options.ExpirationInDays), GlacierJobParameters: { Tier } } as const;
      try {
        const command = new RestoreObjectCommand({ Bucket, Key, VersionId, RestoreRequest });
        await inS3('RESTORE', Bucket, Key, () => client.send(command));
        return { status: 202 };
      } catch (error) {
        if (!(error instanceof S3Error) || error.statusCode === undefined) throw error;
        return { status: error.statusCode, code: error.code, message: error.message };
      }
    },
  };
}

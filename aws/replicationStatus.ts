import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3 } from './s3Error';

/** S3's `x-amz-replication-status` of a version: PENDING, COMPLETED, FAILED, REPLICA, or undefined when no rule applies. */
export async function replicationStatus(
  { bucket: Bucket, ...settings }: S3ClientSettings & { bucket: string },
  Key: string,
  VersionId?: string,
): Promise<string | undefined> {
  const client = s3Client(settings);
  const { ReplicationStatus } = await inS3('HEAD', Bucket, Key, () =>
    client.send(new HeadObjectCommand({ Bucket, Key, VersionId })),
  );
  return ReplicationStatus;
}

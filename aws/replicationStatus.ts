import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3 } from './s3Error';

/** S3's `x-amz-replication-status` of a version: PENDING, COMPLETED, FAILED, REPLICA, or undefined when no rule applies. */
export type StatusReader = (objectKey: string, versionId?: string) => Promise<string | undefined>;

export function s3StatusReader({ bucket: Bucket, ...settings }: S3ClientSettings & { bucket: string }): StatusReader {
  const client = s3Client(settings);
  return async (Key, VersionId) => {
    const { ReplicationStatus } = await inS3('HEAD', Bucket, Key, () =>
      client.send(new HeadObjectCommand({ Bucket, Key, VersionId })),
    );
    return ReplicationStatus;
  };
}

/** The same for one version, where it is asked for once. */
export function replicationStatus(
  settings: S3ClientSettings & { bucket: string },
  objectKey: string,
  versionId?: string,
): Promise<string | undefined> {
  return s3StatusReader(settings)(objectKey, versionId);
}

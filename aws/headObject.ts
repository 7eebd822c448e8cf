import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3, S3Error } from './s3Error';

/** What S3 says of an object's newest version without sending it. */
export interface ObjectHead {
  readonly storedAtMs: number;
  /** PENDING, COMPLETED, FAILED, REPLICA, or undefined when no rule applies. */
  readonly replicationStatus?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly lockMode?: string;
  readonly lockedUntilMs?: number;
  readonly encryption?: string;
  readonly kmsKeyArn?: string;
}

/** Undefined when there is no such object. */
export async function headObject(
  { bucket: Bucket, ...settings }: S3ClientSettings & { bucket: string },
  Key: string,
): Promise<ObjectHead | undefined> {
  const client = s3Client(settings);
  try {
    const head = await inS3('HEAD', Bucket, Key, () => client.send(new HeadObjectCommand({ Bucket, Key })));
    return {
      storedAtMs: head.LastModified?.getTime() ?? NaN,
      replicationStatus: head.ReplicationStatus,
      metadata: head.Metadata ?? {},
      lockMode: head.ObjectLockMode,
      lockedUntilMs: head.ObjectLockRetainUntilDate?.getTime(),
      encryption: head.ServerSideEncryption,
      kmsKeyArn: head.SSEKMSKeyId,
    };
  } catch (error) {
    if (error instanceof S3Error && (error.code === 'NotFound' || error.code === 'NoSuchKey')) return undefined;
    throw error;
  }
}

/** Asks for one key of a bucket, whatever it is: to see whether that is allowed. @throws S3Error */
export async function listOneKey({
  bucket: Bucket,
  ...settings
}: S3ClientSettings & { bucket: string }): Promise<void> {
  const client = s3Client(settings);
  await inS3('LIST', Bucket, '*', () => client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 })));
}

import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { s3Client, type S3ClientSettings } from '../../aws/s3Client';
import { inS3 } from '../../aws/s3Error';

/** Makes a versioned bucket in the settings' region; with Object Lock, versions can be locked, and none is of itself. */
export async function createVersionedBucket(
  settings: S3ClientSettings & { region: string },
  Bucket: string,
  ObjectLockEnabledForBucket = false,
): Promise<void> {
  const client = s3Client(settings);
  const CreateBucketConfiguration = { LocationConstraint: settings.region as 'eu-west-1' };
  await inS3('CREATE', Bucket, '', () =>
    client.send(
      new CreateBucketCommand({
        Bucket,
        ...(ObjectLockEnabledForBucket && { ObjectLockEnabledForBucket }),
        ...(settings.region !== 'us-east-1' && { CreateBucketConfiguration }),
      }),
    ),
  );
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await inS3('VERSION', Bucket, '', () =>
    client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration })),
  );
}

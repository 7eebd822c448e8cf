import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  type DefaultRetention,
  type LifecycleRule,
  type PublicAccessBlockConfiguration,
  type ReplicationConfiguration,
  type ReplicationRule,
  type ServerSideEncryptionByDefault,
} from '@aws-sdk/client-s3';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3, S3Error } from './s3Error';

export type {
  DefaultRetention,
  LifecycleRule,
  PublicAccessBlockConfiguration,
  ReplicationConfiguration,
  ReplicationRule,
  ServerSideEncryptionByDefault,
};

/** What a bucket is set to, in S3's words. A part that is not set is undefined, or an empty list. */
export interface BucketConfiguration {
  /** @throws S3Error with status 403 when the bucket is another account's, or may not be listed; 404 when it is not there */
  readonly belongsTo: (accountId: string) => Promise<void>;
  readonly versioning: () => Promise<string | undefined>;
  readonly publicAccessBlock: () => Promise<PublicAccessBlockConfiguration | undefined>;
  readonly ownership: () => Promise<string | undefined>;
  /** As JSON text. */
  readonly policy: () => Promise<string | undefined>;
  readonly encryption: () => Promise<ServerSideEncryptionByDefault | undefined>;
  readonly lifecycle: () => Promise<LifecycleRule[]>;
  readonly replication: () => Promise<ReplicationConfiguration | undefined>;
  readonly objectLock: () => Promise<{ readonly enabled: boolean; readonly retention?: DefaultRetention }>;
}

/** How S3 says that something of a bucket is not set. */
const NOT_SET = new Set([
  'NoSuchBucketPolicy',
  'NoSuchLifecycleConfiguration',
  'NoSuchPublicAccessBlockConfiguration',
  'ObjectLockConfigurationNotFoundError',
  'OwnershipControlsNotFoundError',
  'ReplicationConfigurationNotFoundError',
  'ServerSideEncryptionConfigurationNotFoundError',
]);

export function bucketConfiguration({
  bucket: Bucket,
  ...settings
}: S3ClientSettings & { bucket: string }): BucketConfiguration {
  const client = s3Client(settings);
  const asked = <Answer>(what: string, ask: () => Promise<Answer>) => inS3(`GET ${what} of`, Bucket, '', ask);
  const orUnset = async <Answer>(what: string, ask: () => Promise<Answer>): Promise<Answer | undefined> => {
    try {
      return await asked(what, ask);
    } catch (error) {
      if (error instanceof S3Error && NOT_SET.has(error.code)) return undefined;
      throw error;
    }
  };
  return {
    async belongsTo(ExpectedBucketOwner) {
      await inS3('HEAD', Bucket, '', () => client.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner })));
    },
    versioning: async () =>
      (await asked('versioning', () => client.send(new GetBucketVersioningCommand({ Bucket })))).Status,
    publicAccessBlock: async () =>
      (await orUnset('public access block', () => client.send(new GetPublicAccessBlockCommand({ Bucket }))))
        ?.PublicAccessBlockConfiguration,
    ownership: async () =>
      (await orUnset('ownership controls', () => client.send(new GetBucketOwnershipControlsCommand({ Bucket }))))
        ?.OwnershipControls?.Rules?.[0]?.ObjectOwnership,
    policy: async () => (await orUnset('policy', () => client.send(new GetBucketPolicyCommand({ Bucket }))))?.Policy,
    encryption: async () =>
      (await orUnset('encryption', () => client.send(new GetBucketEncryptionCommand({ Bucket }))))
        ?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault,
    lifecycle: async () =>
      (await orUnset('lifecycle', () => client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))))?.Rules ??
      [],
    replication: async () =>
      (await orUnset('replication', () => client.send(new GetBucketReplicationCommand({ Bucket }))))
        ?.ReplicationConfiguration,
    async objectLock() {
      const found = await orUnset('Object Lock', () => client.send(new GetObjectLockConfigurationCommand({ Bucket })));
      const { ObjectLockEnabled, Rule } = found?.ObjectLockConfiguration ?? {};
      return { enabled: ObjectLockEnabled === 'Enabled', retention: Rule?.DefaultRetention };
    },
  };
}

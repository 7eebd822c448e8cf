import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import {
  S3BucketLifecycleConfiguration,
  type S3BucketLifecycleConfigurationRule,
} from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ITSELF } from '../DcsStack';
import { policyJson, type Statement } from '../policies/document';

export interface GuardedBucketProps {
  readonly provider: AwsProvider;
  readonly bucketName: string;
  readonly objectLockEnabled: boolean;
  /** Customer-managed key; S3's own keys encrypt without one. */
  readonly keyArn?: string;
  readonly lifecycleRules: S3BucketLifecycleConfigurationRule[];
  readonly policy: readonly Statement[];
}

/** The resources of a bucket: their types, and what their ids end with. */
export const GUARDS_OF_A_BUCKET = [
  { type: 'aws_s3_bucket', end: '' },
  { type: 'aws_s3_bucket_versioning', end: '_versioning' },
  { type: 'aws_s3_bucket_server_side_encryption_configuration', end: '_encryption' },
  { type: 'aws_s3_bucket_ownership_controls', end: '_ownership' },
  { type: 'aws_s3_bucket_public_access_block', end: '_public-access' },
  { type: 'aws_s3_bucket_policy', end: '_policy' },
  { type: 'aws_s3_bucket_lifecycle_configuration', end: '_lifecycle' },
] as const;

/** A bucket that holds data: private, versioned, encrypted, owned by its account, over TLS only, and not to be destroyed. */
export class GuardedBucket extends Construct {
  readonly bucket: S3Bucket;
  readonly versioning: S3BucketVersioningA;
  /** What has to be there before anything is written or replicated. */
  readonly guards: ITerraformDependable[];

  constructor(scope: Construct, id: string, props: GuardedBucketProps) {
    super(scope, id);
    const { provider } = props;
    const lifecycle = { preventDestroy: true };
    this.bucket = new S3Bucket(this, ITSELF, {
      provider,
      bucket: props.bucketName,
      objectLockEnabled: props.objectLockEnabled,
      lifecycle,
    });
    const bucket = this.bucket.id;

    this.versioning = new S3BucketVersioningA(this, 'versioning', {
      provider,
      bucket,
      versioningConfiguration: { status: 'Enabled' },
      lifecycle, // Destroying this resource would suspend versioning.
    });
    const encryption = new S3BucketServerSideEncryptionConfigurationA(this, 'encryption', {
      provider,
      bucket,
      rule: [encryptionRule(props.keyArn)],
    });
    const ownership = new S3BucketOwnershipControls(this, 'ownership', {
      provider,
      bucket,
      rule: { objectOwnership: 'BucketOwnerEnforced' },
    });
    const publicAccess = new S3BucketPublicAccessBlock(this, 'public-access', {
      provider,
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    const policy = new S3BucketPolicy(this, 'policy', {
      provider,
      bucket,
      policy: policyJson(...props.policy),
      dependsOn: [publicAccess], // S3 refuses two changes of a bucket's access at the same time.
    });
    new S3BucketLifecycleConfiguration(this, 'lifecycle', {
      provider,
      bucket,
      // S3's default, stated because the transition rests on it: nothing below 128 KB moves to another class.
      transitionDefaultMinimumObjectSize: 'all_storage_classes_128K',
      rule: props.lifecycleRules,
      dependsOn: [this.versioning],
    });
    this.guards = [this.versioning, encryption, ownership, policy];
  }
}

function encryptionRule(keyArn: string | undefined) {
  if (keyArn === undefined) return { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } };
  return {
    applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: keyArn },
    bucketKeyEnabled: true, // One request to KMS for many objects; also makes the bucket the encryption context.
  };
}

import { lifecycleWeakened } from '../lifecycle';
import { lockWeakened } from '../lock';
import { replicationWeakened } from '../replication';
import { canonical } from '../json';
import { appears, becomes, same, type Verdict } from '../verdicts';
import { policyJudge } from './access';
import { TAKE_BACK, type GuardedTypes } from './type';

/** S3 blocks SSE-C by itself since April 2026. Source: S3 user guide, blocking-unblocking-s3-c-encryption-gpb. */
const blocksCustomerKeys: Verdict = (leaf, context) =>
  canonical(leaf.to) === canonical(['SSE-C'])
    ? undefined
    : same(
        'who may write may store under a key that nobody else has. Versions 6.22 to 6.39 of the aws provider plan this by themselves: take 6.40 or later',
      )(leaf, context);

const PUBLIC = becomes(true, 'the bucket can be made public');

export const BUCKETS: GuardedTypes = {
  aws_s3_bucket: {
    finding: 'object-lock',
    lost: 'images and their whole history are lost',
    why: 'what is in the bucket can be deleted, or read by others',
    next: TAKE_BACK,
    verdicts: {
      object_lock_enabled: becomes(true, 'what is in the bucket can be deleted'),
      force_destroy: becomes(false, 'Terraform may then delete all that is in the bucket'),
    },
    computed: [
      'arn',
      'bucket_domain_name',
      'bucket_region',
      'bucket_regional_domain_name',
      'hosted_zone_id',
      'website_domain',
      'website_endpoint',
    ],
    mirrors: [
      'lifecycle_rule',
      'object_lock_configuration',
      'policy',
      'replication_configuration',
      'server_side_encryption_configuration',
      'versioning',
    ],
  },
  aws_s3_bucket_versioning: {
    finding: 'versioning',
    lost: 'versioning is suspended, and the history ends',
    why: 'every write overwrites the one before: the history ends, and replication with it',
    next: TAKE_BACK,
    verdicts: {
      'versioning_configuration.status': becomes('Enabled', 'every write overwrites the one before'),
      'versioning_configuration.mfa_delete': becomes('Enabled', 'versions can be deleted without a second factor'),
    },
    partOf: 'bucket',
  },
  aws_s3_bucket_object_lock_configuration: {
    finding: 'object-lock',
    lost: 'new versions are no longer locked',
    why: 'new versions can be deleted sooner, or by more people; COMPLIANCE alone binds an administrator',
    next: 'Take back destination.objectLock of the settings.',
    verdicts: { object_lock_enabled: becomes('Enabled', 'new versions are not locked') },
    judges: { rule: lockWeakened },
    partOf: 'bucket',
  },
  aws_s3_bucket_replication_configuration: {
    finding: 'replication',
    lost: 'nothing reaches the destination any more',
    why: 'images no longer reach the destination, reach another one, or nobody sees that they are late',
    next: 'Take the change back. An image that is written while the rule is off is not replicated later.',
    verdicts: {},
    judges: { rule: replicationWeakened },
    partOf: 'bucket',
  },
  aws_s3_bucket_server_side_encryption_configuration: {
    finding: 'encryption',
    lost: 'new versions are no longer under the key that was chosen',
    why: 'new versions are under another key, which the destination or the restore role may not know',
    next: 'See that replication and the restore role may use the key, or take the change back.',
    verdicts: { 'rule.blocked_encryption_types': blocksCustomerKeys },
    partOf: 'bucket',
  },
  aws_s3_bucket_public_access_block: {
    finding: 'public-access',
    lost: 'the bucket can be made public',
    why: 'the bucket can be made public',
    next: TAKE_BACK,
    verdicts: {
      block_public_acls: PUBLIC,
      block_public_policy: PUBLIC,
      ignore_public_acls: PUBLIC,
      restrict_public_buckets: PUBLIC,
      bucket: appears('another bucket is guarded in the place of this one'),
    },
    partOf: 'bucket',
  },
  aws_s3_bucket_ownership_controls: {
    finding: 'ownership',
    lost: 'ACLs come back, and replicas may belong to another account',
    why: 'ACLs come back, and replicas may belong to the source account',
    next: TAKE_BACK,
    verdicts: { 'rule.object_ownership': becomes('BucketOwnerEnforced', 'ACLs decide who may read') },
    partOf: 'bucket',
  },
  aws_s3_bucket_policy: {
    finding: 'policy',
    lost: 'TLS is no longer asked for, and the destination no longer accepts replicas',
    why: 'somebody may do what nobody could before, or may not do any more what the copy lives by',
    next: 'Compare the statements: who may now do what, and who asked for it?',
    verdicts: {},
    judges: { policy: policyJudge },
    partOf: 'bucket',
  },
  aws_s3_bucket_lifecycle_configuration: {
    finding: 'expiration',
    lost: '',
    why: 'versions are deleted or archived sooner than now, those that are there already too',
    next: 'Take back lifecycle of the settings, or see that nobody needs to go back that far, or that fast.',
    verdicts: {},
    judges: { rule: lifecycleWeakened },
    computed: ['id'],
    partOf: 'bucket',
  },
  aws_s3_bucket_notification: {
    finding: 'replication',
    lost: 'replications that failed are no longer listed',
    why: 'replications that failed are no longer listed, or listed elsewhere',
    next: TAKE_BACK,
    verdicts: { eventbridge: becomes(true, 'rules no longer see what happens in the bucket') },
    partOf: 'bucket',
  },
};

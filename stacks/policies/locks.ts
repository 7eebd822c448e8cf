import type { LockRule } from '../../core/lockRenewal';
import { locksPrefix, lockSweepsKey } from '../../core/serviceKeys';
import type { Statement } from './document';

/** What the function that renews locks may do: look at versions, make their locks longer, and keep where it stands. */

/**
 * Never s3:BypassGovernanceRetention, without which S3 takes no shorter lock and no weaker one (user guide, object-lock). Nor may a
 * lock be made longer than the retention: in COMPLIANCE mode nobody could take that back. Whether S3 sends the keys of a condition is
 * documented; that it might not stops nothing.
 */
export function renewLocks(bucketArn: string, prefix: string, { mode, retentionDays }: LockRule): readonly Statement[] {
  return [
    {
      Sid: 'ListVersions',
      Effect: 'Allow',
      Action: ['s3:ListBucket', 's3:ListBucketVersions'],
      Resource: bucketArn,
    },
    {
      Sid: 'LookAtLocks',
      Effect: 'Allow',
      // By its tags it knows what of a journal may go.
      Action: ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectVersionTagging', 's3:GetObjectRetention'],
      Resource: `${bucketArn}/${prefix}*`,
    },
    {
      Sid: 'RenewLocks',
      Effect: 'Allow',
      Action: 's3:PutObjectRetention',
      Resource: `${bucketArn}/${prefix}*`,
      Condition: {
        // A day more: AWS does not say how it rounds.
        NumericLessThanEqualsIfExists: { 's3:object-lock-remaining-retention-days': String(retentionDays + 1) },
        // What is locked in GOVERNANCE mode stays so where S3 refuses the stronger one.
        StringEqualsIfExists: { 's3:object-lock-mode': mode === 'COMPLIANCE' ? [mode, 'GOVERNANCE'] : [mode] },
      },
    },
    { Sid: 'KeepSweeps', Effect: 'Allow', Action: 's3:PutObject', Resource: `${bucketArn}/${lockSweepsKey(prefix)}` },
  ];
}

/** Of the bucket: a source account that could write what the function remembers could keep it from renewing anything. */
export function refuseReplicasOfSweeps(bucketArn: string, prefix: string): Statement {
  return {
    Sid: 'RefuseReplicasOfSweeps',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:ReplicateObject',
    Resource: `${bucketArn}/${locksPrefix(prefix)}*`,
  };
}

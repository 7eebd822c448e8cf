import type { Statement } from './document';

/** What the two buckets say themselves, whatever an identity's policy says. */

export function requireTls(bucketArn: string): Statement {
  return {
    Sid: 'RequireTls',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}

export interface ReplicaSender {
  readonly partition: string;
  readonly sourceAccountId: string;
  readonly replicationRoleArn: string;
  readonly destinationBucketArn: string;
  /** The destination's own key; undefined where S3's keys encrypt. */
  readonly destinationKeyArn?: string;
}

/**
 * The one thing that the source account may do in the destination: add a version through its replication role. The role
 * is named in a condition, not as principal: as principal it would have to exist first, and one that was made again would
 * no longer match. Which key encrypts the replica is not the sender's choice either: under a key of a stranger the copy
 * would be lost with that key.
 */
export function acceptReplicas(from: ReplicaSender): Statement {
  return {
    Sid: 'AcceptReplicas',
    Effect: 'Allow',
    Principal: { AWS: `arn:${from.partition}:iam::${from.sourceAccountId}:root` },
    Action: 's3:ReplicateObject',
    Resource: `${from.destinationBucketArn}/*`,
    Condition: { ArnEquals: { 'aws:PrincipalArn': from.replicationRoleArn }, ...underKey(from.destinationKeyArn) },
  };
}

function underKey(keyArn: string | undefined): NonNullable<Statement['Condition']> {
  const key = 's3:x-amz-server-side-encryption-aws-kms-key-id';
  return keyArn === undefined ? { Null: { [key]: 'true' } } : { StringEquals: { [key]: keyArn } };
}

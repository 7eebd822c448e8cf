import { GENERATE_DATA_KEYS, throughS3, type BucketKey, type Statement } from './document';

/** What the replication role may do, and what the destination bucket accepts of it (userguide/setting-repl-config-perm-overview). */

export interface ReplicationArns {
  readonly sourceBucketArn: string;
  readonly destinationBucketArn: string;
}

/** No s3:ReplicateDelete: delete markers are not replicated, and the destination refuses them besides. */
export function replicate({ sourceBucketArn, destinationBucketArn }: ReplicationArns): readonly Statement[] {
  return [
    {
      Sid: 'ReadReplicationRule',
      Effect: 'Allow',
      Action: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
      Resource: sourceBucketArn,
    },
    {
      Sid: 'ReadVersions',
      Effect: 'Allow',
      Action: ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'],
      Resource: `${sourceBucketArn}/*`,
    },
    { Sid: 'WriteReplicas', Effect: 'Allow', Action: 's3:ReplicateObject', Resource: `${destinationBucketArn}/*` },
  ];
}

/** Decrypts with the key of the source, encrypts with the key of the destination, each through S3 and for its bucket alone. */
export function reencrypt(source: BucketKey, destination: BucketKey): readonly Statement[] {
  return [
    {
      Sid: 'DecryptSource',
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: source.keyArn,
      Condition: { StringEquals: throughS3(source) },
    },
    {
      Sid: 'EncryptReplicas',
      Effect: 'Allow',
      Action: ['kms:Encrypt', ...GENERATE_DATA_KEYS, 'kms:Decrypt'], // Decrypt: only so can a bucket key be used again.
      Resource: destination.keyArn,
      Condition: { StringEquals: throughS3(destination) },
    },
  ];
}

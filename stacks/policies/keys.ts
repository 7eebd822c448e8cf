import { GENERATE_DATA_KEYS, throughS3, type Statement } from './document';

/** What a KMS key says itself. In a key policy the resource "*" is the key that carries it. */

/** Hands the key to the policies of its own account. Without it nobody could ever administer the key again. */
export function administerInAccount(partition: string, accountId: string): Statement {
  return {
    Sid: 'AdministerInAccount',
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
}

/**
 * Whatever an administrator of the account may do otherwise: with the key every copy under it is lost. The policy itself can be
 * changed by whoever may administer the key; that is a second step, which a review and an alarm can see.
 */
export function refuseDeletion(breakGlassPrincipalArn: string | undefined): Statement {
  return {
    Sid: 'RefuseDeletion',
    Effect: 'Deny',
    Principal: '*',
    Action: 'kms:ScheduleKeyDeletion',
    Resource: '*',
    ...(breakGlassPrincipalArn === undefined
      ? {}
      : { Condition: { ArnNotEquals: { 'aws:PrincipalArn': breakGlassPrincipalArn } } }),
  };
}

export interface ReplicaEncryption {
  readonly partition: string;
  readonly sourceAccountId: string;
  readonly replicationRoleArn: string;
  readonly destinationBucketArn: string;
  readonly destinationRegion: string;
}

/**
 * Lets the replication role of the other account encrypt replicas, through S3 and for this bucket alone. Decrypt is there
 * because S3 asks for it to use a bucket key again; the role has no s3:GetObject on the bucket, so it reads nothing by it.
 */
export function encryptReplicas(by: ReplicaEncryption): Statement {
  const bound = throughS3({ bucketArn: by.destinationBucketArn, region: by.destinationRegion });
  return {
    Sid: 'EncryptReplicas',
    Effect: 'Allow',
    Principal: { AWS: `arn:${by.partition}:iam::${by.sourceAccountId}:root` },
    Action: ['kms:Encrypt', ...GENERATE_DATA_KEYS, 'kms:Decrypt'],
    Resource: '*',
    Condition: { ArnEquals: { 'aws:PrincipalArn': by.replicationRoleArn }, StringEquals: bound },
  };
}

export interface ExportEncryption {
  readonly partition: string;
  readonly sourceAccountId: string;
  readonly operatorRoleArn: string;
  readonly bucketArn: string;
  readonly region: string;
}

/** Lets the operator of the source account have exports encrypted, through S3 and for the engine's bucket alone, where it reads nothing. */
export function encryptExports(by: ExportEncryption): Statement {
  return {
    Sid: 'EncryptExports',
    Effect: 'Allow',
    Principal: { AWS: `arn:${by.partition}:iam::${by.sourceAccountId}:root` },
    Action: [...GENERATE_DATA_KEYS, 'kms:Decrypt'],
    Resource: '*',
    Condition: { ArnEquals: { 'aws:PrincipalArn': by.operatorRoleArn }, StringEquals: throughS3(by) },
  };
}

/** Lets services write to a topic or a queue under the key: alarms, and what S3 tells about the buckets. */
export function encryptNotifications(
  accountId: string,
  services: readonly ('cloudwatch' | 's3')[],
): readonly Statement[] {
  return services.map((service) => ({
    Sid: `EncryptNotificationsOf${service === 's3' ? 'S3' : 'CloudWatch'}`,
    Effect: 'Allow',
    Principal: { Service: `${service}.amazonaws.com` },
    Action: [...GENERATE_DATA_KEYS, 'kms:Decrypt'],
    Resource: '*',
    Condition: { StringEquals: { 'aws:SourceAccount': accountId } },
  }));
}

/** Lets rules of EventBridge write to a topic under the key; no condition, for the reason that `publishEvents` has none. */
export function encryptEvents(): Statement {
  return {
    Sid: 'EncryptNotificationsOfEventBridge',
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: [...GENERATE_DATA_KEYS, 'kms:Decrypt'],
    Resource: '*',
  };
}

import { REPORT_KINDS, reportsPrefix } from '../../core/serviceKeys';
import { GENERATE_DATA_KEYS, throughS3, type BucketKey, type Statement } from './document';

/** What the restore role may do in the destination account: read any version, fill tables of that account, and leave reports. */

export function readVersions(bucketArn: string, isLocked: boolean): readonly Statement[] {
  return [
    {
      Sid: 'ListVersions',
      Effect: 'Allow',
      Action: ['s3:ListBucket', 's3:ListBucketVersions'],
      Resource: bucketArn,
    },
    {
      Sid: 'CheckGuards',
      Effect: 'Allow',
      Action: [
        ...(isLocked ? ['s3:GetBucketObjectLockConfiguration'] : []),
        's3:GetBucketOwnershipControls',
        's3:GetBucketPolicy',
        's3:GetBucketPublicAccessBlock',
        's3:GetBucketVersioning',
        's3:GetEncryptionConfiguration',
        's3:GetLifecycleConfiguration',
      ],
      Resource: bucketArn,
    },
    {
      Sid: 'ReadVersions',
      Effect: 'Allow',
      // RestoreObject asks for a readable copy of an archived version; it changes nothing that is stored.
      Action: [
        ...['s3:GetObject', 's3:GetObjectVersion', 's3:RestoreObject'],
        ...(isLocked ? ['s3:GetObjectRetention'] : []),
      ],
      Resource: `${bucketArn}/*`,
    },
  ];
}

/** For dcs check: whether the key is enabled, and not about to be deleted. */
export function lookAtKey({ keyArn }: BucketKey): Statement {
  return {
    Sid: 'LookAtKey',
    Effect: 'Allow',
    Action: ['kms:DescribeKey', 'kms:GetKeyRotationStatus'],
    Resource: keyArn,
  };
}

/** What was stored under a key that encrypts no longer. */
export function decryptFormer(keyArns: readonly string[], bucket: Omit<BucketKey, 'keyArn'>): Statement[] {
  return keyArns.map((keyArn, index) => ({
    ...decryptReplicas({ ...bucket, keyArn }),
    Sid: `DecryptFormerly${index + 1}`,
  }));
}

export function decryptReplicas(key: BucketKey): Statement {
  return {
    Sid: 'DecryptReplicas',
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: key.keyArn,
    Condition: { StringEquals: throughS3(key) },
  };
}

/**
 * Reports of `dcs verify` and `dcs drill` lie below `<prefix>=dcs/<table>/`, apart from every table's objects. Adding a version there
 * is all that the role may do in the bucket; the lock keeps the versions that are there. Not below all of `=dcs/`: what the
 * service remembers of its locks lies there too.
 */
export function writeReports(bucketArn: string, prefix: string): Statement {
  return {
    Sid: 'WriteReports',
    Effect: 'Allow',
    Action: 's3:PutObject',
    Resource: REPORT_KINDS.map((kind) => `${bucketArn}/${reportsPrefix({ prefix, tableName: '*' }, kind)}*`),
  };
}

export function encryptReports(key: BucketKey): Statement {
  return {
    Sid: 'EncryptReports',
    Effect: 'Allow',
    Action: [...GENERATE_DATA_KEYS],
    Resource: key.keyArn,
    Condition: { StringEquals: throughS3(key) },
  };
}

/** Any table of the destination account, in any region: where a restore goes is decided at three in the morning, not here. */
export function fillTables(partition: string, accountId: string): Statement {
  return {
    Sid: 'FillTables',
    Effect: 'Allow',
    Action: [
      'dynamodb:BatchGetItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:CreateTable',
      'dynamodb:DeleteItem',
      'dynamodb:DescribeContinuousBackups',
      'dynamodb:DescribeTable',
      'dynamodb:DescribeTimeToLive',
      'dynamodb:ListTagsOfResource',
      'dynamodb:PutItem',
      'dynamodb:Scan',
      'dynamodb:TagResource',
      'dynamodb:UpdateContinuousBackups',
      'dynamodb:UpdateItem',
      'dynamodb:UpdateTable',
      'dynamodb:UpdateTimeToLive',
    ],
    Resource: [`arn:${partition}:dynamodb:*:${accountId}:table/*`],
  };
}

/**
 * For dcs check: whether an alarm goes off, and whether somebody would be told.
 *
 * DescribeAlarms and ListSubscriptionsByTopic take the resource types alarm* and topic*. Source: service authorization
 * reference, "Actions defined by Amazon CloudWatch" and "... by Amazon SNS".
 */
export function lookAtAlarms({ partition, accountId, region, topicArn }: WatchedAlarms): Statement[] {
  return [
    {
      Sid: 'LookAtAlarms',
      Effect: 'Allow',
      Action: 'cloudwatch:DescribeAlarms',
      Resource: `arn:${partition}:cloudwatch:${region}:${accountId}:alarm:*`,
    },
    {
      Sid: 'LookForMetrics',
      Effect: 'Allow',
      Action: ['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics'],
      Resource: '*',
    },
    { Sid: 'LookAtAlarmTopic', Effect: 'Allow', Action: 'sns:ListSubscriptionsByTopic', Resource: topicArn },
  ];
}

/**
 * For dcs check: whether what runs by the clock in the destination account is there, and is started. Both services take the
 * resource types function* and rule*. Source: service authorization reference, AWS Lambda and Amazon EventBridge.
 */
export function lookAtSchedules({ partition, accountId, region, name }: ScheduledFunctions): Statement[] {
  return [
    {
      Sid: 'LookAtFunctions',
      Effect: 'Allow',
      Action: 'lambda:GetFunctionConfiguration',
      Resource: `arn:${partition}:lambda:${region}:${accountId}:function:${name}-*`,
    },
    {
      Sid: 'LookAtRules',
      Effect: 'Allow',
      Action: ['events:DescribeRule', 'events:ListTargetsByRule'],
      Resource: `arn:${partition}:events:${region}:${accountId}:rule/${name}-*`,
    },
  ];
}

/** For dcs check: whether a trail logs what changes something, without which nobody hears of tampering. DescribeTrails knows no resource. */
export function lookAtTrails(partition: string): Statement[] {
  return [
    { Sid: 'FindTrails', Effect: 'Allow', Action: 'cloudtrail:DescribeTrails', Resource: '*' },
    // That of an organization belongs to another account, and may be of another Region.
    {
      Sid: 'LookAtTrails',
      Effect: 'Allow',
      Action: ['cloudtrail:GetEventSelectors', 'cloudtrail:GetTrailStatus'],
      Resource: `arn:${partition}:cloudtrail:*:*:trail/*`,
    },
  ];
}
interface InAccount {
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
}
interface ScheduledFunctions extends InAccount {
  /** Of the deployment, which the names of its functions and rules begin with. */
  readonly name: string;
}
interface WatchedAlarms extends InAccount {
  readonly topicArn: string;
}

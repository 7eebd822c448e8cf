import type { Names } from '../../settings/names';
import type { Statement } from './document';

/** What an operator of the source account may do beside reading versions and filling tables, and S3 Batch Replication. */

/** Images of a backfill, a redrive, a repair; table.json; reports. Nothing is removed: every write adds a version. */
export function addVersions(bucketArn: string): Statement {
  return { Sid: 'AddVersions', Effect: 'Allow', Action: 's3:PutObject', Resource: `${bucketArn}/*` };
}

/** For dcs check, dcs status and dcs costs: the functions, their mappings and schedules, what was measured, and whether anybody would be told. */
export function lookAtCapture(of: {
  readonly names: Names;
  readonly deploymentName: string;
  readonly accountId: string;
  readonly regions: readonly string[];
}): Statement[] {
  const { names, deploymentName, accountId, regions } = of;
  const arns = (service: string, resource: string) =>
    regions.map((region) => `arn:${names.partition}:${service}:${region}:${accountId}:${resource}`);
  return [
    {
      Sid: 'LookAtFunctions',
      Effect: 'Allow',
      Action: 'lambda:GetFunctionConfiguration',
      Resource: arns('lambda', `function:${deploymentName}-*`).slice(0, 1),
    },
    {
      Sid: 'LookAtRules',
      Effect: 'Allow',
      Action: ['events:DescribeRule', 'events:ListTargetsByRule'],
      Resource: arns('events', `rule/${deploymentName}-*`).slice(0, 1),
    },
    {
      Sid: 'LookAtMappingsAndMetrics',
      Effect: 'Allow',
      Action: [
        'cloudwatch:GetMetricData',
        'cloudwatch:ListMetrics',
        'dynamodb:DescribeStream',
        'lambda:ListEventSourceMappings',
      ],
      Resource: '*',
    },
    {
      Sid: 'LookAtAlarms',
      Effect: 'Allow',
      Action: 'cloudwatch:DescribeAlarms',
      Resource: arns('cloudwatch', 'alarm:*'),
    },
    {
      Sid: 'LookAtTopics',
      Effect: 'Allow',
      Action: 'sns:ListSubscriptionsByTopic',
      Resource: [names.alarmTopicArns.source, names.alarmTopicArns.replication],
    },
    {
      Sid: 'LookAtReplication',
      Effect: 'Allow',
      Action: 's3:GetReplicationConfiguration',
      Resource: names.sourceBucketArn,
    },
  ];
}

/** `dcs verify --history --replicate`, and the command that it prints without: a job of S3 Batch Replication, and no other kind of job. */
export function startBatchReplication({
  batchReplicationRoleArn,
}: Pick<Names, 'batchReplicationRoleArn'>): Statement[] {
  return [
    {
      Sid: 'StartBatchReplication',
      Effect: 'Allow',
      Action: 's3:CreateJob',
      Resource: '*',
      Condition: { StringEquals: { 's3:RequestJobOperation': 'S3ReplicateObject' } },
    },
    {
      Sid: 'LookAtBatchReplication',
      Effect: 'Allow',
      Action: ['s3:DescribeJob', 's3:ListJobs'],
      Resource: '*',
    },
    {
      Sid: 'LookAtBatchReplicationRole',
      Effect: 'Allow',
      Action: 'iam:GetRole',
      Resource: batchReplicationRoleArn,
    },
    {
      Sid: 'PassBatchReplicationRole',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: batchReplicationRoleArn,
      Condition: { StringEquals: { 'iam:PassedToService': 'batchoperations.s3.amazonaws.com' } },
    },
  ];
}

/**
 * What S3 Batch Replication needs, with a manifest that S3 makes and does not keep (S3 user guide,
 * s3-batch-replication-policies): it asks for replication, and the replication role replicates.
 */
export function replicateAgain(sourceBucketArn: string): readonly Statement[] {
  return [
    { Sid: 'ReplicateAgain', Effect: 'Allow', Action: 's3:InitiateReplication', Resource: `${sourceBucketArn}/*` },
    {
      Sid: 'MakeManifest',
      Effect: 'Allow',
      Action: ['s3:GetReplicationConfiguration', 's3:PutInventoryConfiguration'],
      Resource: sourceBucketArn,
    },
  ];
}

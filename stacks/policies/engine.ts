import type { EngineNames } from '../../settings/engineNames';
import { GENERATE_DATA_KEYS, throughS3, type BucketKey, type Statement } from './document';

/** What the distributed engine may do: read the copy, leave its files in a bucket of its own, have DynamoDB import them, and write images by a role of the source account. */

/** Of the workers, and of whoever starts a run. What a run has written is removed by the lifecycle alone. */
export function useEngineBucket(bucketArn: string, runs = ['restores', 'verifies', 'backfills']): readonly Statement[] {
  return [
    { Sid: 'ListRuns', Effect: 'Allow', Action: 's3:ListBucket', Resource: bucketArn },
    {
      Sid: 'ReadAndAddToRuns',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: runs.map((folder) => `${bucketArn}/${folder}/*`),
    },
  ];
}

/** What a copy is compared with, and what a backfill reads. */
export function readExports(bucketArn: string): Statement {
  return { Sid: 'ReadExports', Effect: 'Allow', Action: 's3:GetObject', Resource: `${bucketArn}/exports/*` };
}

/** What DynamoDB does with the rights of whoever asks for an export. Source: developer guide, S3DataExport.Requesting. */
const LEAVE_EXPORTS = ['s3:AbortMultipartUpload', 's3:PutObject', 's3:PutObjectAcl'];

export interface ExportSender {
  readonly partition: string;
  readonly sourceAccountId: string;
  readonly operatorRoleArn: string;
}

/**
 * In the policy of the engine's bucket: exports come from the operator of the source account, and nothing else does. The role is named in a
 * condition, for the reason that `acceptReplicas` has.
 */
export function takeExports(bucketArn: string, from: ExportSender): Statement {
  return {
    Sid: 'TakeExports',
    Effect: 'Allow',
    Principal: { AWS: `arn:${from.partition}:iam::${from.sourceAccountId}:root` },
    Action: LEAVE_EXPORTS,
    Resource: `${bucketArn}/exports/*`,
    Condition: { ArnEquals: { 'aws:PrincipalArn': from.operatorRoleArn } },
  };
}

/** Of an operator in the source account: tables are exported into the engine's bucket, and nothing there is read. */
export function exportIntoEngine(bucketArn: string, key?: BucketKey): Statement[] {
  const leave: Statement = {
    ...{ Sid: 'LeaveExports', Effect: 'Allow', Action: LEAVE_EXPORTS, Resource: `${bucketArn}/exports/*` },
  };
  if (!key) return [leave];
  const Action = [...GENERATE_DATA_KEYS, 'kms:Decrypt'];
  const Condition = { StringEquals: throughS3(key) };
  return [leave, { Sid: 'EncryptExports', Effect: 'Allow', Action, Resource: key.keyArn, Condition }];
}

interface InAccount {
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
}

/**
 * An import makes a new table and no other; the log of what it could not read is made with the rights of whoever starts it.
 * Source: DynamoDB developer guide, "Requesting a table import", permissions.
 */
export function importRuns({ partition, accountId, region }: InAccount): readonly Statement[] {
  return [
    {
      Sid: 'ImportTables',
      Effect: 'Allow',
      Action: ['dynamodb:BatchGetItem', 'dynamodb:DescribeImport', 'dynamodb:ImportTable'],
      // An import of a table stands below it, and its log stream below the log group.
      Resource: `arn:${partition}:dynamodb:${region}:${accountId}:table/*`,
    },
    {
      Sid: 'LogImports',
      Effect: 'Allow',
      Action: [
        'logs:CreateLogGroup',
        'logs:CreateLogStream',
        'logs:DescribeLogStreams',
        'logs:PutLogEvents',
        'logs:PutRetentionPolicy',
      ],
      Resource: `arn:${partition}:logs:${region}:${accountId}:log-group:/aws-dynamodb/*`,
    },
    { Sid: 'FindLogsOfImports', Effect: 'Allow', Action: 'logs:DescribeLogGroups', Resource: '*' },
  ];
}

/**
 * Of the state machine: it calls the workers, reads the lists of ranges, and starts the children of its Map, which are executions of
 * itself. Source: Step Functions developer guide, iam-policies-eg-dist-map, which names executions as `execution:NAME:*`, children of a Map being
 * `execution:NAME/LABEL:*`: both; and cw-logs, which gives the rights of delivery no narrower resource.
 */
export function runEngine(names: EngineNames): readonly Statement[] {
  const functionArns = Object.values(names.functionArns);
  return [
    { Sid: 'CallWorkers', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: functionArns },
    {
      Sid: 'ReadRanges',
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: ['restores', 'verifies', 'backfills'].map((runs) => `${names.bucketArn}/${runs}/*/rounds/*`),
    },
    { Sid: 'StartChildren', Effect: 'Allow', Action: 'states:StartExecution', Resource: names.stateMachineArn },
    {
      Sid: 'FollowChildren',
      Effect: 'Allow',
      Action: ['states:DescribeExecution', 'states:StopExecution'],
      Resource: [names.executionArns, names.childArns],
    },
    {
      Sid: 'DeliverLogs',
      Effect: 'Allow',
      Action: [
        'logs:CreateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:DescribeLogGroups',
        'logs:DescribeResourcePolicies',
        'logs:GetLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:UpdateLogDelivery',
      ],
      Resource: '*',
    },
    {
      Sid: 'WriteLogs',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: `${names.logGroupArn}:*`,
    },
  ];
}

/** Of an operator: runs are started and looked at, and what they do is the engine's own right. */
export function startRuns({ stateMachineArn, executionArns }: EngineNames): readonly Statement[] {
  return [
    {
      Sid: 'StartRuns',
      Effect: 'Allow',
      Action: ['states:DescribeStateMachine', 'states:ListExecutions', 'states:StartExecution'],
      Resource: stateMachineArn,
    },
    { Sid: 'FollowRuns', Effect: 'Allow', Action: 'states:DescribeExecution', Resource: executionArns },
  ];
}

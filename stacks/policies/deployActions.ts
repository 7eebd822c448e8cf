import type { Place } from './deployPlaces';

/**
 * What the aws provider (5.100 to 6) calls for a resource, as actions of IAM. `write` creates, changes and removes; whoever
 * may write may read. For what holds data, guards it or brings it over there is no action that removes it: Terraform is told
 * not to (`prevent_destroy`), and could not.
 */
export interface Use {
  readonly on: Place;
  readonly read?: readonly string[];
  readonly write?: readonly string[];
}

const TAGS_OF_LAMBDA = { read: ['lambda:ListTags'], write: ['lambda:TagResource', 'lambda:UntagResource'] };
const DESCRIBE_TABLE = [
  'dynamodb:DescribeContinuousBackups',
  'dynamodb:DescribeTable',
  'dynamodb:DescribeTimeToLive',
  'dynamodb:ListTagsOfResource',
];

/** By resource type; data sources start with `data.`. A type without a row is refused when the roles are synthesized. */
export const DEPLOY_ACTIONS: Readonly<Record<string, readonly Use[]>> = {
  aws_cloudwatch_dashboard: [
    {
      on: 'dashboard',
      read: ['cloudwatch:GetDashboard'],
      write: ['cloudwatch:DeleteDashboards', 'cloudwatch:PutDashboard'],
    },
  ],
  aws_cloudwatch_event_rule: [
    {
      on: 'rule',
      read: ['events:DescribeRule', 'events:ListTagsForResource'],
      write: ['events:DeleteRule', 'events:PutRule', 'events:TagResource', 'events:UntagResource'],
    },
  ],
  aws_cloudwatch_event_target: [
    {
      on: 'rule',
      read: ['events:ListTargetsByRule'],
      write: ['events:PutTargets', 'events:RemoveTargets'],
    },
  ],
  aws_cloudwatch_log_group: [
    { on: 'anything', read: ['logs:DescribeLogGroups'] },
    {
      on: 'logGroup',
      read: ['logs:ListTagsForResource'],
      write: [
        'logs:CreateLogGroup',
        'logs:DeleteLogGroup',
        'logs:DeleteRetentionPolicy',
        'logs:PutRetentionPolicy',
        'logs:TagResource',
        'logs:UntagResource',
      ],
    },
  ],
  aws_cloudwatch_metric_alarm: [
    { on: 'anyAlarm', read: ['cloudwatch:DescribeAlarms'] },
    {
      on: 'alarm',
      read: ['cloudwatch:ListTagsForResource'],
      write: [
        'cloudwatch:DeleteAlarms',
        'cloudwatch:PutMetricAlarm',
        'cloudwatch:TagResource',
        'cloudwatch:UntagResource',
      ],
    },
  ],
  aws_dynamodb_table: [
    {
      on: 'tableThatIsMade',
      read: DESCRIBE_TABLE,
      write: [
        'dynamodb:CreateTable',
        'dynamodb:TagResource',
        'dynamodb:UntagResource',
        'dynamodb:UpdateContinuousBackups',
        'dynamodb:UpdateTable',
        'dynamodb:UpdateTimeToLive',
      ],
    },
    { on: 'keyOfTable', read: ['kms:DescribeKey'] }, // The provider compares the key with alias/aws/dynamodb.
  ],
  aws_iam_policy: [
    {
      on: 'policy',
      read: ['iam:GetPolicy', 'iam:GetPolicyVersion', 'iam:ListPolicyVersions'],
      write: [
        'iam:CreatePolicy',
        'iam:CreatePolicyVersion',
        'iam:DeletePolicy',
        'iam:DeletePolicyVersion', // Five are kept; the provider makes room.
        'iam:TagPolicy',
        'iam:UntagPolicy',
      ],
    },
  ],
  aws_iam_role: [
    {
      on: 'role',
      read: ['iam:GetRole', 'iam:GetRolePolicy', 'iam:ListAttachedRolePolicies', 'iam:ListRolePolicies'],
      write: [
        'iam:DeleteRole',
        'iam:ListInstanceProfilesForRole', // Asked for before a role is removed.
        'iam:TagRole',
        'iam:UntagRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRole',
        'iam:UpdateRoleDescription',
      ],
    },
    { on: 'boundedRole', write: ['iam:CreateRole', 'iam:PutRolePermissionsBoundary'] },
  ],
  aws_iam_role_policy: [
    { on: 'role', read: ['iam:GetRolePolicy'], write: ['iam:DeleteRolePolicy'] },
    { on: 'boundedRole', write: ['iam:PutRolePolicy'] },
  ],
  aws_iam_role_policy_attachment: [
    { on: 'role', read: ['iam:ListAttachedRolePolicies'] },
    { on: 'roleWithPolicy', write: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'] },
  ],
  aws_kms_alias: [
    { on: 'anything', read: ['kms:ListAliases'] },
    { on: 'alias', write: ['kms:CreateAlias', 'kms:DeleteAlias', 'kms:UpdateAlias'] },
    { on: 'key', write: ['kms:CreateAlias', 'kms:DeleteAlias', 'kms:UpdateAlias'] },
  ],
  aws_kms_key: [
    { on: 'taggedWhenMade', write: ['kms:CreateKey'] },
    { on: 'keyWhenTagged', write: ['kms:TagResource'] },
    {
      on: 'key',
      read: ['kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:GetKeyRotationStatus', 'kms:ListResourceTags'],
      write: [
        'kms:EnableKey',
        'kms:EnableKeyRotation',
        'kms:PutKeyPolicy',
        'kms:UntagResource',
        'kms:UpdateKeyDescription',
      ],
    },
  ],
  aws_lambda_event_source_mapping: [
    { on: 'mapping', ...TAGS_OF_LAMBDA },
    {
      on: 'mappingOfFunction',
      read: ['lambda:GetEventSourceMapping'],
      write: ['lambda:DeleteEventSourceMapping', 'lambda:UpdateEventSourceMapping'],
    },
    { on: 'anyMappingOfFunction', write: ['lambda:CreateEventSourceMapping'] },
  ],
  aws_lambda_function: [
    {
      on: 'function',
      read: [
        'lambda:GetFunction',
        'lambda:GetFunctionCodeSigningConfig',
        'lambda:GetFunctionConfiguration',
        'lambda:ListVersionsByFunction',
        ...TAGS_OF_LAMBDA.read,
      ],
      write: [
        'lambda:CreateFunction',
        'lambda:DeleteFunction',
        'lambda:UpdateFunctionCode',
        'lambda:UpdateFunctionConfiguration',
        ...TAGS_OF_LAMBDA.write,
      ],
    },
    { on: 'roleOfLambda', write: ['iam:PassRole'] },
  ],
  aws_lambda_function_event_invoke_config: [
    {
      on: 'function',
      read: ['lambda:GetFunctionEventInvokeConfig'],
      write: ['lambda:DeleteFunctionEventInvokeConfig', 'lambda:PutFunctionEventInvokeConfig'],
    },
  ],
  aws_lambda_permission: [
    { on: 'function', read: ['lambda:GetPolicy'], write: ['lambda:AddPermission', 'lambda:RemovePermission'] },
  ],
  aws_s3_bucket: [
    {
      on: 'bucket',
      read: [
        's3:GetAccelerateConfiguration',
        's3:GetBucketAcl',
        's3:GetBucketCORS',
        's3:GetBucketLocation',
        's3:GetBucketLogging',
        's3:GetBucketObjectLockConfiguration',
        's3:GetBucketPolicy',
        's3:GetBucketRequestPayment',
        's3:GetBucketTagging',
        's3:GetBucketVersioning',
        's3:GetBucketWebsite',
        's3:GetEncryptionConfiguration',
        's3:GetLifecycleConfiguration',
        's3:GetReplicationConfiguration',
        's3:ListBucket', // HeadBucket asks for it.
        's3:ListTagsForResource', // Version 6 reads and writes tags by S3 Control.
      ],
      write: [
        's3:CreateBucket',
        's3:PutBucketObjectLockConfiguration',
        's3:PutBucketTagging',
        's3:TagResource',
        's3:UntagResource',
      ],
    },
  ],
  aws_s3_bucket_lifecycle_configuration: [
    { on: 'bucket', read: ['s3:GetLifecycleConfiguration'], write: ['s3:PutLifecycleConfiguration'] },
  ],
  aws_s3_bucket_notification: [
    { on: 'bucket', read: ['s3:GetBucketNotification'], write: ['s3:PutBucketNotification'] },
  ],
  aws_s3_bucket_object_lock_configuration: [
    {
      on: 'bucket',
      read: ['s3:GetBucketObjectLockConfiguration'],
      write: ['s3:PutBucketObjectLockConfiguration'],
    },
  ],
  aws_s3_bucket_ownership_controls: [
    { on: 'bucket', read: ['s3:GetBucketOwnershipControls'], write: ['s3:PutBucketOwnershipControls'] },
  ],
  aws_s3_bucket_policy: [{ on: 'bucket', read: ['s3:GetBucketPolicy'], write: ['s3:PutBucketPolicy'] }],
  aws_s3_bucket_public_access_block: [
    { on: 'bucket', read: ['s3:GetBucketPublicAccessBlock'], write: ['s3:PutBucketPublicAccessBlock'] },
  ],
  aws_s3_bucket_replication_configuration: [
    { on: 'bucket', read: ['s3:GetReplicationConfiguration'], write: ['s3:PutReplicationConfiguration'] },
    { on: 'roleOfReplication', write: ['iam:PassRole'] },
  ],
  aws_s3_bucket_server_side_encryption_configuration: [
    { on: 'bucket', read: ['s3:GetEncryptionConfiguration'], write: ['s3:PutEncryptionConfiguration'] },
  ],
  aws_s3_bucket_versioning: [{ on: 'bucket', read: ['s3:GetBucketVersioning'], write: ['s3:PutBucketVersioning'] }],
  aws_sfn_state_machine: [
    { on: 'anything', read: ['states:ValidateStateMachineDefinition'] },
    {
      on: 'stateMachine',
      read: ['states:DescribeStateMachine', 'states:ListStateMachineVersions', 'states:ListTagsForResource'],
      write: [
        'states:CreateStateMachine',
        'states:DeleteStateMachine',
        'states:TagResource',
        'states:UntagResource',
        'states:UpdateStateMachine',
      ],
    },
    { on: 'roleOfStates', write: ['iam:PassRole'] },
  ],
  aws_sns_topic: [
    {
      on: 'topic',
      read: ['sns:GetTopicAttributes', 'sns:ListTagsForResource'],
      write: ['sns:CreateTopic', 'sns:DeleteTopic', 'sns:SetTopicAttributes', 'sns:TagResource', 'sns:UntagResource'],
    },
  ],
  aws_sns_topic_policy: [{ on: 'topic', read: ['sns:GetTopicAttributes'], write: ['sns:SetTopicAttributes'] }],
  aws_sns_topic_subscription: [
    {
      on: 'topic',
      read: ['sns:GetSubscriptionAttributes'],
      write: ['sns:SetSubscriptionAttributes', 'sns:Subscribe', 'sns:Unsubscribe'],
    },
  ],
  aws_sqs_queue: [
    {
      on: 'queue',
      read: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ListQueueTags'],
      write: ['sqs:CreateQueue', 'sqs:DeleteQueue', 'sqs:SetQueueAttributes', 'sqs:TagQueue', 'sqs:UntagQueue'],
    },
  ],
  aws_sqs_queue_policy: [{ on: 'queue', read: ['sqs:GetQueueAttributes'], write: ['sqs:SetQueueAttributes'] }],
  'data.aws_dynamodb_table': [{ on: 'tableThatExists', read: DESCRIBE_TABLE }],
  'data.aws_kms_key': [{ on: 'keyOfTable', read: ['kms:DescribeKey'] }],
};

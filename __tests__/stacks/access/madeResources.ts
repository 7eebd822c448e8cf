/** Where a resource is made. */
export interface Where {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

interface Reached {
  readonly action: string;
  readonly arn: (body: Readonly<Record<string, string>>, where: Where) => string;
}

const ARN = (service: string, resource: string, { partition, region, accountId }: Where) =>
  `arn:${partition}:${service}:${region}:${accountId}:${resource}`;

/** The resource's ARN by the argument that names it. Formats: service authorization reference. */
const named =
  (service: string, before = '', argument = 'name'): Reached['arn'] =>
  (body, where) =>
    ARN(service, `${before}${body[argument] ?? ''}`, where);
const OF_ACCOUNT = (where: Where) => ({ ...where, region: '' });
const withPath =
  (kind: string): Reached['arn'] =>
  ({ path = '/', name = '' }, where) =>
    ARN('iam', `${kind}${path}${name}`, OF_ACCOUNT(where));

/** Of each type the action that makes it, and where; or that it is part of another resource, whose name it has. */
export const REACHED: Readonly<Record<string, Reached | 'part of another'>> = {
  aws_cloudwatch_dashboard: {
    action: 'cloudwatch:PutDashboard',
    arn: ({ dashboard_name = '' }, where) => ARN('cloudwatch', `dashboard/${dashboard_name}`, OF_ACCOUNT(where)),
  },
  aws_cloudwatch_event_rule: { action: 'events:PutRule', arn: named('events', 'rule/') },
  aws_cloudwatch_event_target: 'part of another',
  aws_cloudwatch_log_group: { action: 'logs:CreateLogGroup', arn: named('logs', 'log-group:') },
  aws_cloudwatch_metric_alarm: {
    action: 'cloudwatch:PutMetricAlarm',
    arn: named('cloudwatch', 'alarm:', 'alarm_name'),
  },
  aws_dynamodb_table: { action: 'dynamodb:CreateTable', arn: named('dynamodb', 'table/') },
  aws_iam_policy: { action: 'iam:CreatePolicy', arn: withPath('policy') },
  aws_iam_role: { action: 'iam:CreateRole', arn: withPath('role') },
  aws_iam_role_policy: 'part of another',
  aws_iam_role_policy_attachment: 'part of another',
  aws_kms_alias: { action: 'kms:CreateAlias', arn: named('kms') },
  aws_kms_key: 'part of another', // It has no name; its tags decide.
  aws_lambda_event_source_mapping: 'part of another',
  aws_lambda_function: { action: 'lambda:CreateFunction', arn: named('lambda', 'function:', 'function_name') },
  aws_lambda_function_event_invoke_config: 'part of another',
  aws_lambda_permission: 'part of another',
  aws_s3_bucket: {
    action: 's3:CreateBucket',
    arn: ({ bucket = '' }, { partition }) => `arn:${partition}:s3:::${bucket}`,
  },
  aws_s3_bucket_lifecycle_configuration: 'part of another',
  aws_s3_bucket_notification: 'part of another',
  aws_s3_bucket_object_lock_configuration: 'part of another',
  aws_s3_bucket_ownership_controls: 'part of another',
  aws_s3_bucket_policy: 'part of another',
  aws_s3_bucket_public_access_block: 'part of another',
  aws_s3_bucket_replication_configuration: 'part of another',
  aws_s3_bucket_server_side_encryption_configuration: 'part of another',
  aws_s3_bucket_versioning: 'part of another',
  aws_sfn_state_machine: { action: 'states:CreateStateMachine', arn: named('states', 'stateMachine:') },
  aws_sns_topic: { action: 'sns:CreateTopic', arn: named('sns') },
  aws_sns_topic_policy: 'part of another',
  aws_sns_topic_subscription: 'part of another',
  aws_sqs_queue: { action: 'sqs:CreateQueue', arn: named('sqs') },
  aws_sqs_queue_policy: 'part of another',
};

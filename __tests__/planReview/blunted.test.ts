import type { Json, JsonObject } from '../../planReview/json';
import { updated } from './support';

const statement = (Effect: string, Principal: Json, Action: Json): JsonObject => ({
  Effect,
  Principal,
  Action,
  Resource: '*',
});
const policy = (...Statement: JsonObject[]) => ({ policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
const root = statement('Allow', { AWS: 'arn:aws:iam::222222222222:root' }, 'kms:*');
const replicate = statement('Allow', { AWS: 'arn:aws:iam::111111111111:role/r' }, 's3:ReplicateObject');
const capture = (...actions: string[]) => policy({ Effect: 'Allow', Action: actions, Resource: '*' });
const moving = (storage_class: string, days: number): JsonObject => ({
  rule: [{ id: 'r', status: 'Enabled', filter: [{ prefix: 'users/' }], transition: [{ days, storage_class }] }],
});
const recovery = (recovery_period_in_days: number): JsonObject => ({
  point_in_time_recovery: [{ enabled: true, recovery_period_in_days }],
});

/** By finding and type: what is there, and what each change of it looks like. */
const cases: readonly (readonly [string, string, JsonObject, Readonly<Record<string, JsonObject>>])[] = [
  [
    'capture',
    'aws_lambda_event_source_mapping',
    {
      function_name: 'dcs-capture-orders',
      maximum_retry_attempts: 100,
      maximum_record_age_in_seconds: 79_200,
      function_response_types: ['ReportBatchItemFailures'],
    },
    {
      'no retries': { maximum_retry_attempts: 0 },
      'records that are given up after a minute': { maximum_record_age_in_seconds: 60 },
      'no partial responses': { function_response_types: [] },
      'another function': { function_name: 'other' },
    },
  ],
  [
    'capture',
    'aws_lambda_function',
    { handler: 'index.handler', runtime: 'nodejs22.x', environment: [{ variables: { DCS_BUCKET: 'a' } }] },
    {
      'another handler': { handler: 'other.handler' },
      'an older runtime': { runtime: 'nodejs20.x' },
      'another layer': { layers: ['arn:aws:lambda:eu-central-1:999999999999:layer:x:1'] },
      'what Node.js runs first': {
        environment: [{ variables: { DCS_BUCKET: 'a', NODE_OPTIONS: '--require /opt/x.js' } }],
      },
    },
  ],
  ['key', 'aws_kms_key', policy(root), { 'a policy that locks the account out': policy(replicate) }],
  [
    'policy',
    'aws_s3_bucket_policy',
    policy(replicate),
    { 'a deny for everybody': policy(replicate, statement('Deny', '*', 's3:*')) },
  ],
  [
    'policy',
    'aws_iam_role_policy',
    capture('s3:GetObject', 's3:PutObject'),
    { 'a role that loses PutObject': capture('s3:GetObject') },
  ],
  [
    'object-lock',
    'aws_s3_bucket',
    { force_destroy: false },
    { 'a grant': { grant: [{ type: 'Group', permissions: ['READ'] }] }, 'a public ACL': { acl: 'public-read' } },
  ],
  [
    'alarm',
    'aws_cloudwatch_metric_alarm',
    { threshold: 0, period: 60, treat_missing_data: 'breaching' },
    {
      'a blunt threshold': { threshold: 1_000_000 },
      'missing data that is fine': { treat_missing_data: 'notBreaching' },
      'a long period': { period: 86_400 },
    },
  ],
  [
    'capture',
    'aws_cloudwatch_event_rule',
    { schedule_expression: 'rate(1 hour)' },
    { 'a schedule of once a year': { schedule_expression: 'rate(365 days)' } },
  ],
  ['table', 'aws_dynamodb_table', recovery(35), { 'recovery of a day': recovery(1) }],
  [
    'expiration',
    'aws_s3_bucket_lifecycle_configuration',
    moving('GLACIER', 30),
    { 'DEEP_ARCHIVE after a day': moving('DEEP_ARCHIVE', 1), 'GLACIER sooner': moving('GLACIER', 29) },
  ],
];

const each = cases.flatMap(([finding, type, before, changes]) =>
  Object.entries(changes).map(([what, change]) => [what, finding, type, before, { ...before, ...change }] as const),
);

test.each(each)('%s is a finding (%s)', (_what, finding, type, before, after) => {
  expect(updated(type, before, after)).toEqual([`${type}.it:${finding}`]);
});

import type { Json, JsonObject } from '../../planReview/json';
import { found, updated } from './support';

const rule = (change: JsonObject, destination: JsonObject = {}): JsonObject => ({
  rule: [
    {
      id: 'all',
      status: 'Enabled',
      priority: 0,
      filter: [{ prefix: '', tag: [], and: [] }],
      delete_marker_replication: [{ status: 'Disabled' }],
      destination: [
        {
          bucket: 'arn:aws:s3:::theirs',
          metrics: [{ status: 'Enabled', event_threshold: [{ minutes: 15 }] }],
          replication_time: [{ status: 'Enabled', time: [{ minutes: 15 }] }],
          ...destination,
        },
      ],
      ...change,
    },
  ],
});
const lock = (mode: string, kept: JsonObject): JsonObject => ({ rule: [{ default_retention: [{ mode, ...kept }] }] });
const expiring = (change: JsonObject, status = 'Enabled'): JsonObject => ({
  rule: [{ id: 'r', status, filter: [{ prefix: 'users/' }], ...change }],
});
const noncurrent = (noncurrent_days: number, more: JsonObject = {}): JsonObject =>
  expiring({ noncurrent_version_expiration: [{ noncurrent_days, ...more }] });
const GLACIER: JsonObject = { noncurrent_days: 30, storage_class: 'GLACIER' };
const table = { stream_enabled: true, stream_view_type: 'NEW_AND_OLD_IMAGES', deletion_protection_enabled: true };
const open = { block_public_acls: true, block_public_policy: true, ignore_public_acls: true };

type Case = [what: string, finding: string, type: string, before: JsonObject, after: JsonObject];
const cases: Case[] = [
  [
    'versioning suspended',
    'versioning',
    'aws_s3_bucket_versioning',
    { versioning_configuration: [{ status: 'Enabled' }] },
    { versioning_configuration: [{ status: 'Suspended' }] },
  ],
  [
    'a lock by GOVERNANCE',
    'object-lock',
    'aws_s3_bucket_object_lock_configuration',
    lock('COMPLIANCE', { days: 30 }),
    lock('GOVERNANCE', { days: 30 }),
  ],
  [
    'a lock of fewer days',
    'object-lock',
    'aws_s3_bucket_object_lock_configuration',
    lock('COMPLIANCE', { days: 30 }),
    lock('COMPLIANCE', { days: 29 }),
  ],
  [
    'days in the place of years',
    'object-lock',
    'aws_s3_bucket_object_lock_configuration',
    lock('COMPLIANCE', { years: 1 }),
    lock('COMPLIANCE', { days: 364 }),
  ],
  [
    'no default retention',
    'object-lock',
    'aws_s3_bucket_object_lock_configuration',
    lock('COMPLIANCE', { days: 30 }),
    { rule: [] },
  ],
  ['force_destroy', 'object-lock', 'aws_s3_bucket', { force_destroy: false }, { force_destroy: true }],
  ['a rule disabled', 'replication', 'aws_s3_bucket_replication_configuration', rule({}), rule({ status: 'Disabled' })],
  ['a rule removed', 'replication', 'aws_s3_bucket_replication_configuration', rule({}), { rule: [] }],
  [
    'a rule for fewer objects',
    'replication',
    'aws_s3_bucket_replication_configuration',
    rule({}),
    rule({ filter: [{ prefix: 'users/' }] }),
  ],
  ['another priority', 'replication', 'aws_s3_bucket_replication_configuration', rule({}), rule({ priority: 1 })],
  [
    'delete markers replicated',
    'replication',
    'aws_s3_bucket_replication_configuration',
    rule({}),
    rule({ delete_marker_replication: [{ status: 'Enabled' }] }),
  ],
  [
    'another destination',
    'replication',
    'aws_s3_bucket_replication_configuration',
    rule({}),
    rule({}, { bucket: 'arn:aws:s3:::ours' }),
  ],
  [
    'another account',
    'replication',
    'aws_s3_bucket_replication_configuration',
    rule({}),
    rule({}, { account: '999999999999' }),
  ],
  ['no metrics', 'replication', 'aws_s3_bucket_replication_configuration', rule({}), rule({}, { metrics: [] })],
  [
    'no time control',
    'replication',
    'aws_s3_bucket_replication_configuration',
    rule({}),
    rule({}, { replication_time: [] }),
  ],
  ['public ACLs', 'public-access', 'aws_s3_bucket_public_access_block', open, { ...open, block_public_acls: false }],
  [
    'another owner',
    'ownership',
    'aws_s3_bucket_ownership_controls',
    { rule: [{ object_ownership: 'BucketOwnerEnforced' }] },
    { rule: [{ object_ownership: 'ObjectWriter' }] },
  ],
  ['a key disabled', 'key', 'aws_kms_key', { is_enabled: true }, { is_enabled: false }],
  ['no rotation', 'key', 'aws_kms_key', { enable_key_rotation: true }, { enable_key_rotation: false }],
  ['a shorter window', 'key', 'aws_kms_key', { deletion_window_in_days: 30 }, { deletion_window_in_days: 7 }],
  [
    'other encryption',
    'encryption',
    'aws_s3_bucket_server_side_encryption_configuration',
    { rule: [{ key: 'a' }] },
    { rule: [{ key: 'b' }] },
  ],
  [
    'noncurrent versions gone sooner',
    'expiration',
    'aws_s3_bucket_lifecycle_configuration',
    noncurrent(90),
    noncurrent(89),
  ],
  [
    'fewer noncurrent versions',
    'expiration',
    'aws_s3_bucket_lifecycle_configuration',
    noncurrent(90, { newer_noncurrent_versions: 5 }),
    noncurrent(90),
  ],
  [
    'noncurrent versions that stayed where they are',
    'expiration',
    'aws_s3_bucket_lifecycle_configuration',
    expiring({ noncurrent_version_transition: [{ ...GLACIER, newer_noncurrent_versions: 5 }] }),
    expiring({ noncurrent_version_transition: [{ ...GLACIER, newer_noncurrent_versions: null }] }),
  ],
  [
    'a new expiration',
    'expiration',
    'aws_s3_bucket_lifecycle_configuration',
    { rule: [] },
    expiring({ expiration: [{ days: 3650 }] }),
  ],
  [
    'a date',
    'expiration',
    'aws_s3_bucket_lifecycle_configuration',
    expiring({}),
    expiring({ expiration: [{ date: '2030-01-01T00:00:00Z' }] }),
  ],
  [
    'a rule switched on',
    'expiration',
    'aws_s3_bucket_lifecycle_configuration',
    expiring({ expiration: [{ days: 9 }] }, 'Disabled'),
    expiring({ expiration: [{ days: 9 }] }),
  ],
  ['no stream', 'table', 'aws_dynamodb_table', table, { ...table, stream_enabled: false }],
  ['a stream with less', 'table', 'aws_dynamodb_table', table, { ...table, stream_view_type: 'KEYS_ONLY' }],
  ['no protection', 'table', 'aws_dynamodb_table', table, { ...table, deletion_protection_enabled: false }],
  [
    'no recovery',
    'table',
    'aws_dynamodb_table',
    { point_in_time_recovery: [{ enabled: true }] },
    { point_in_time_recovery: [{ enabled: false }] },
  ],
  [
    'items that expire',
    'table',
    'aws_dynamodb_table',
    table,
    { ...table, ttl: [{ enabled: true, attribute_name: 'x' }] },
  ],
  ['capture disabled', 'capture', 'aws_lambda_event_source_mapping', { enabled: true }, { enabled: false }],
  [
    'no place for what fails',
    'capture',
    'aws_lambda_event_source_mapping',
    { destination_config: [{ on_failure: [{ destination_arn: 'a' }] }] },
    { destination_config: [] },
  ],
  [
    'records left out',
    'capture',
    'aws_lambda_event_source_mapping',
    {},
    { filter_criteria: [{ filter: [{ pattern: '{}' }] }] },
  ],
  [
    'images elsewhere',
    'capture',
    'aws_lambda_function',
    { environment: [{ variables: { DCS_BUCKET: 'a' } }] },
    { environment: [{ variables: { DCS_BUCKET: 'b' } }] },
  ],
  ['a silent alarm', 'alarm', 'aws_cloudwatch_metric_alarm', { alarm_actions: ['a'] }, { alarm_actions: [] }],
  ['a schedule that stands', 'capture', 'aws_cloudwatch_event_rule', { state: 'ENABLED' }, { state: 'DISABLED' }],
];

test.each(cases)('%s is a finding (%s)', (_what, finding, type, before, after) => {
  expect(updated(type, before, after)).toEqual([`${type}.it:${finding}`]);
});

/** Of these the way back is another change of the same kind, and has to be looked at too. */
const BOTH_WAYS = [
  'a rule removed',
  'another priority',
  'a rule for fewer objects',
  'another destination',
  'another account',
  'other encryption',
  'no place for what fails',
  'records left out',
  'images elsewhere',
];

test.each(cases.filter(([what]) => !BOTH_WAYS.includes(what)))(
  'the opposite of "%s" has no findings',
  (_what, _finding, type, before, after) => {
    expect(updated(type, after, before)).toEqual([]);
  },
);

test('a guarded argument that is known after the apply alone is a finding, another one is not', () => {
  const status: Json = { versioning_configuration: [{ status: true }] };
  const before = { versioning_configuration: [{ status: 'Enabled' }] };
  expect(updated('aws_s3_bucket_versioning', before, {}, status)).toEqual(['aws_s3_bucket_versioning.it:not-known']);
  expect(updated('aws_s3_bucket_versioning', before, before, { id: true })).toEqual([]);
});

test('a policy that is added to a bucket that is there already is compared with none', () => {
  const policy = JSON.stringify({
    Statement: { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' },
  });
  const added = {
    address: 'aws_s3_bucket_policy.it',
    actions: ['create'],
    after: { bucket: 'vault', policy },
  } as const;
  const bucket = { address: 'aws_s3_bucket.it', after: { bucket: 'vault' } };
  expect(found({ ...bucket, actions: ['no-op'], before: bucket.after }, added)).toEqual([
    'aws_s3_bucket_policy.it:policy',
  ]);
  expect(found({ ...bucket, actions: ['create'] }, added)).toEqual([]);
});

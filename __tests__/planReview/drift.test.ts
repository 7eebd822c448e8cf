import type { JsonObject } from '../../planReview/json';
import { findings, type Change } from './support';

const vault = { bucket: 'vault', object_lock_enabled: true };
const changedOutside = (address: string, before: JsonObject, after: JsonObject): Change => ({
  address,
  actions: ['update'],
  before,
  after,
});
const names = (drift: Change[], ...changes: Change[]) =>
  findings(drift, ...changes).map(({ address, finding }) => `${address}:${finding}`);

test('a vault that was deleted outside is a finding, though the plan creates it as on the first day', () => {
  const all = findings([{ address: 'aws_s3_bucket.vault', actions: ['delete'], before: vault }], {
    address: 'aws_s3_bucket.vault',
    actions: ['create'],
    after: vault,
  });
  expect(all).toHaveLength(1);
  expect(all[0]).toMatchObject({ finding: 'drift', what: 'It was deleted outside Terraform.' });
});

test('what was weakened outside is a finding, what was only added to is none', () => {
  const retention = (retention_in_days: number) => ({ retention_in_days });
  const address = 'aws_cloudwatch_log_group.it';
  expect(names([changedOutside(address, retention(30), retention(1))])).toEqual([`${address}:drift`]);
  expect(names([changedOutside(address, retention(30), retention(60))])).toEqual([]);
});

test('code that was put there outside is a finding, code of a plan is none', () => {
  const address = 'aws_lambda_function.it';
  const update = changedOutside(address, { source_code_hash: 'a' }, { source_code_hash: 'b' });
  expect(names([update])).toEqual([`${address}:drift`]);
  expect(names([], update)).toEqual([]);
});

test('what shows another resource is judged there: a bucket shows its policy after the apply that gave it one', () => {
  const update = changedOutside('aws_s3_bucket.vault', { ...vault, policy: '' }, { ...vault, policy: '{}' });
  expect(names([update])).toEqual([]);
  expect(names([], update)).toEqual(['aws_s3_bucket.vault:object-lock']);
});

test('that S3 blocks keys of whoever writes is no drift; that somebody, or an older provider, lifts the block is a finding', () => {
  const address = 'aws_s3_bucket_server_side_encryption_configuration.it';
  const encrypted = (...blocked: JsonObject['x'][]) => ({
    rule: [
      {
        apply_server_side_encryption_by_default: [{ sse_algorithm: 'AES256', kms_master_key_id: '' }],
        bucket_key_enabled: false,
        ...(blocked.length > 0 ? { blocked_encryption_types: blocked[0]! } : {}),
      },
    ],
  });
  const change = (before: JsonObject, after: JsonObject) => changedOutside(address, before, after);
  for (const before of [encrypted(), encrypted(null), encrypted([]), encrypted(['NONE'])]) {
    expect(names([change(before, encrypted(['SSE-C']))])).toEqual([]);
    expect(names([], change(before, encrypted(['SSE-C'])))).toEqual([]);
  }
  for (const after of [encrypted(null), encrypted([]), encrypted(['NONE'])]) {
    expect(names([change(encrypted(['SSE-C']), after)])).toEqual([`${address}:drift`]);
    const [finding] = findings([], change(encrypted(['SSE-C']), after));
    expect(finding?.finding).toBe('encryption');
    expect(finding?.what).toContain('take 6.40 or later');
  }
});

test('a role that was given more outside is a finding', () => {
  const managed = (...managed_policy_arns: string[]) => ({ managed_policy_arns });
  const update = changedOutside('aws_iam_role.it', managed(), managed('arn:aws:iam::aws:policy/AdministratorAccess'));
  expect(names([update])).toEqual(['aws_iam_role.it:drift']);
});

test('a policy that is attached to a role which is there is a finding', () => {
  const after = { role: 'dcs-restore', policy_arn: 'arn:aws:iam::aws:policy/AdministratorAccess' };
  expect(names([], { address: 'aws_iam_role_policy_attachment.it', actions: ['create'], after })).toHaveLength(1);
});

test.each(['aws_s3_bucket_acl', 'aws_kms_grant', 'aws_iam_user_policy_attachment', 'null_resource'])(
  'a resource of a type that these stacks do not have is a finding: %s',
  (type) => {
    expect(names([], { address: `${type}.it`, actions: ['create'], after: {} })).toEqual([`${type}.it:not-known`]);
  },
);

test('what is not known hides nothing: beside it the rest is judged', () => {
  const address = 'aws_lambda_event_source_mapping.it';
  const change: Change = {
    address,
    actions: ['update'],
    before: { maximum_retry_attempts: 100, function_name: 'a' },
    after: { maximum_retry_attempts: 0 },
    afterUnknown: { function_name: true, last_modified: true },
  };
  expect(names([], change)).toEqual([`${address}:not-known`, `${address}:capture`]);
});

test('what the application of a created table changes there is its own, what capture lives by is not', () => {
  const address = 'aws_dynamodb_table.it';
  const table = { stream_enabled: true, read_capacity: 5, global_secondary_index: [] };
  const index = [{ name: 'byDate', hash_key: 'date' }];
  const scaled = changedOutside(address, table, { ...table, read_capacity: 50, global_secondary_index: index });
  expect(names([scaled])).toEqual([]);
  expect(names([], scaled)).toEqual([`${address}:table`]);
  expect(names([changedOutside(address, table, { ...table, stream_enabled: false })])).toEqual([`${address}:drift`]);
});

import fc from 'fast-check';
import { openings } from '../../planReview/policies';

const arns = ['arn:aws:s3:::a', 'arn:aws:s3:::a/*', 'arn:aws:s3:::b/*'];
const actions = ['s3:GetObject', 's3:Get*', 's3:PutObject', 'kms:Decrypt'];
const some = (values: readonly string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 });
const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Principal: fc.oneof(fc.constant('*'), fc.record({ AWS: some(['111111111111', 'arn:aws:iam::2:role/r']) })),
  Action: some(actions),
  Resource: some(arns),
  Condition: fc.constantFrom(
    {},
    { Bool: { 'aws:SecureTransport': 'false' } },
    { StringEquals: { 'aws:SourceAccount': ['1', '2'] } },
  ),
});
const statements = fc.array(statement, { maxLength: 5 });
const policy = (Statement: readonly unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement });

test('statements, keys and values in another order, with other Sids, never are a finding', () => {
  fc.assert(
    fc.property(statements, fc.infiniteStream(fc.nat()), (all, random) => {
      const by = <T>(values: readonly T[]) =>
        values
          .map((value) => [random.next().value as number, value] as const)
          .sort(([a], [b]) => a - b)
          .map(([, value]) => value);
      const again = by(all).map((one) =>
        Object.fromEntries(
          by(
            Object.entries({
              ...one,
              Sid: `S${random.next().value as number}`,
              Action: by(one.Action),
              Resource: by(one.Resource),
            }),
          ),
        ),
      );
      expect(openings(policy(all), policy(again))).toEqual([]);
    }),
  );
});

test('an Allow that nothing covers always is a finding', () => {
  const added = { Effect: 'Allow', Principal: { AWS: '999999999999' }, Action: 's3:GetObject', Resource: arns[0] };
  fc.assert(
    fc.property(statements, (all) => {
      const others = all.filter(({ Principal }) => Principal !== '*');
      expect(openings(policy(others), policy([...others, added]))).toHaveLength(1);
    }),
  );
});

test('a Deny that is gone is a finding, unless another one covers it', () => {
  const deny = {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: '*',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  fc.assert(
    fc.property(statements, (all) => {
      expect(openings(policy([...all, deny]), policy(all))).toEqual([expect.stringContaining('No longer denied')]);
      expect(openings(policy([...all, deny, deny]), policy([deny, ...all]))).toEqual([]);
    }),
  );
});

const base = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::1:role/r' },
  Action: 's3:Get*',
  Resource: 'arn:aws:s3:::a/*',
  Condition: { StringEquals: { 'aws:SourceAccount': '1' } },
};
test.each([
  ['everybody', { Principal: '*' }],
  ['another principal', { Principal: { AWS: 'arn:aws:iam::1:root' } }],
  ['an account for a service', { Principal: { Service: 'arn:aws:iam::1:role/r' } }],
  ['a broader action', { Action: 's3:*' }],
  ['a broader resource', { Resource: 'arn:aws:s3:::*' }],
  ['all but one action', { Action: undefined, NotAction: 's3:DeleteObject' }],
  ['all but one principal', { Principal: undefined, NotPrincipal: { AWS: 'x' } }],
  ['no condition', { Condition: undefined }],
  ['another value in a condition', { Condition: { StringEquals: { 'aws:SourceAccount': ['1', '2'] } } }],
  ['a looser operator', { Condition: { StringLike: { 'aws:SourceAccount': '1' } } }],
])('%s is a finding', (_what, change) => {
  const wider = policy([{ ...base, ...change }]);
  expect(openings(policy([base]), wider)).not.toEqual([]);
});

test.each([
  ['a narrower action', { Action: 's3:GetObject' }],
  ['a narrower resource', { Resource: 'arn:aws:s3:::a/users/*' }],
  ['one more condition', { Condition: { ...base.Condition, Bool: { 'aws:SecureTransport': 'true' } } }],
])('%s allows nothing new, and is a finding, for somebody may have lived by it', (_what, change) => {
  const narrower = openings(policy([base]), policy([{ ...base, ...change }]));
  expect(narrower).toEqual([expect.stringMatching(/^No longer allowed/)]);
});

test('a Deny that is new is a finding: it may lock out those that the copy lives by', () => {
  const deny = { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' };
  expect(openings(policy([base]), policy([base, deny]))).toEqual([expect.stringMatching(/^Newly denied/)]);
});

test('another Version is a finding: without it variables are plain text', () => {
  const old = JSON.stringify({ Statement: [base] });
  expect(openings(policy([base]), old)).toEqual([expect.stringMatching(/^Version/)]);
});

test('an Allow to replicate that is gone is a finding: the copy stands still', () => {
  expect(openings(policy([{ ...base, Action: 's3:ReplicateObject' }]), policy([]))).toHaveLength(1);
});

test('what cannot be read as a policy is a finding', () => {
  expect(openings(policy([]), 'no JSON')).toHaveLength(1);
});

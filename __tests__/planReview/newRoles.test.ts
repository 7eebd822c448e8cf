import { GUARDED_TYPES } from '../../planReview/guarded/types';
import type { JsonObject } from '../../planReview/json';
import { TAKES_AWAY } from '../../planReview/newRoles';
import { variants } from '../../stacks/variants';
import { bodies, planned } from './planned';
import { found, type Change } from './support';

const policy = (...Statement: JsonObject[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const trusting = (Principal: JsonObject | string) => policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
const LAMBDA = { Service: 'lambda.amazonaws.com' };

const deployed = Object.values(bodies(variants.minimal))[0]!;
const there: readonly Change[] = planned(deployed, deployed);
const made = (type: string, after: JsonObject, afterUnknown = {}): Change => ({
  ...{ address: `${type}.new`, actions: ['create'], after, afterUnknown },
});
const role = (after: JsonObject) =>
  made('aws_iam_role', { name: 'new', assume_role_policy: trusting(LAMBDA), ...after });
const may = (Action: string | string[], more: JsonObject = {}) =>
  made('aws_iam_role_policy', { role: 'new', policy: policy({ Effect: 'Allow', Action, Resource: '*', ...more }) });

test('a role that a service takes, and that only reads and writes, has no findings', () => {
  expect(found(...there, role({}), may(['s3:GetObject', 's3:PutObject']))).toEqual([]);
  expect(found(...there, role({}), made('aws_iam_role_policy', { role: 'new' }, { policy: true }))).toEqual([]);
});

test.each<[string, Change]>([
  ['everything', may('*')],
  ['everything of S3', may('s3:*')],
  [
    'everything but',
    made('aws_iam_role_policy', {
      role: 'new',
      policy: policy({ Effect: 'Allow', NotAction: 's3:GetObject', Resource: '*' }),
    }),
  ],
  ['deleting versions', may('s3:DeleteObject*')],
  ['a policy that cannot be read', made('aws_iam_role_policy', { role: 'new', policy: '{' })],
  [
    'a policy of a role that is only known later',
    made(
      'aws_iam_role_policy',
      { policy: policy({ Effect: 'Allow', Action: 'iam:*', Resource: '*' }) },
      { role: true },
    ),
  ],
  [
    'a managed policy',
    made('aws_iam_policy', { name: 'new-2', policy: policy({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }) }),
  ],
  [
    'a policy of AWS',
    made('aws_iam_role_policy_attachment', { role: 'new', policy_arn: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
  ],
])('a new role with %s is a finding', (_what, change) => {
  expect(found(...there, role({}), change)).toEqual([`${change.address}:policy`]);
});

test.each<[string, JsonObject]>([
  ['another account', { assume_role_policy: trusting({ AWS: '999999999999' }) }],
  ['everybody', { assume_role_policy: trusting('*') }],
  [
    'an identity provider',
    { assume_role_policy: trusting({ Federated: 'arn:aws:iam::111111111111:saml-provider/x' }) },
  ],
  [
    'all but somebody',
    { assume_role_policy: policy({ Effect: 'Allow', NotPrincipal: { AWS: '1' }, Action: 'sts:AssumeRole' }) },
  ],
  ['whom only the apply tells', { assume_role_policy: null }],
])('a new role for %s is a finding', (_what, change) => {
  expect(found(...there, role(change))).toEqual(['aws_iam_role.new:policy']);
});

test('so is one with rights in itself', () => {
  expect(found(...there, role({ managed_policy_arns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }))).toHaveLength(
    1,
  );
  expect(found(...there, role({ inline_policy: [{ name: 'x', policy: '{}' }] }))).toHaveLength(1);
});

test.each(TAKES_AWAY.map((action) => [action]))('%s is a right to look at', (action) => {
  expect(found(...there, may(action))).toEqual(['aws_iam_role_policy.new:policy']);
});

test('the roles that erase are looked at, those of a table with a journal pass', () => {
  const [stack] = Object.values(
    bodies({ ...variants.minimal, erase: { trustedPrincipalArns: ['arn:aws:iam::222222222222:role/dpo'] } }),
  );
  expect(found(...planned(deployed, stack!)).filter((each) => each.includes('erase')).length).toBeGreaterThan(2);
  const journal = Object.values(
    bodies({
      ...variants.minimal,
      tables: [...variants.minimal.tables, { ...variants.minimal.tables[0], name: 'busy', layout: 'journal' }],
    }),
  )[0]!;
  expect(found(...planned(deployed, journal)).filter((each) => each.startsWith('aws_iam_'))).toEqual([]);
});

test('every kind of role and policy of the stacks is looked at when it is new', () => {
  const kinds = Object.keys(GUARDED_TYPES).filter((type) => /^aws_iam_(role|policy)/.test(type));
  expect(kinds.sort()).toEqual([
    'aws_iam_policy',
    'aws_iam_role',
    'aws_iam_role_policy',
    'aws_iam_role_policy_attachment',
  ]);
});

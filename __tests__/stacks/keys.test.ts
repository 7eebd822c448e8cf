import { parseSettings } from '../../settings/load';
import { variants } from '../../stacks/variants';
import { resource, resources, statements, synthesize, synthesizeTogether } from './support/synth';

const KEYS = ['aws_kms_key.destination_key', 'aws_kms_key.source_key'];

test.each(Object.keys(variants) as (keyof typeof variants)[])(
  '%s: a key is made, or forgotten if it was made; never destroyed',
  (name) => {
    const stacks = Object.values(synthesize(variants[name]));
    const made = stacks.flatMap((stack) => resources(stack, 'aws_kms_key'));
    const forgotten = stacks.flatMap(({ removed = [] }) =>
      removed.filter(({ from }) => from.startsWith('aws_kms_key.')),
    );
    for (const { body } of made) expect(body.lifecycle).toEqual({ prevent_destroy: true });
    for (const { lifecycle } of forgotten) expect(lifecycle).toEqual({ destroy: false });
    const addresses = [...made.map(({ address }) => address), ...forgotten.map(({ from }) => from)];
    expect(addresses.sort()).toEqual(KEYS);
  },
);

test('deployed apart, each stack forgets its own key', () => {
  const stacks = synthesize(variants.apart);
  const keysForgotten = (stack: string) =>
    stacks[stack]?.removed?.flatMap(({ from }) => (from.startsWith('aws_kms_key.') ? [from] : []));
  expect(keysForgotten('dcs-source')).toEqual(['aws_kms_key.source_key']);
  expect(keysForgotten('dcs-destination')).toEqual(['aws_kms_key.destination_key']);
});

test('what is stored under a former key is read with it: by each role that reads there, through S3, for its bucket', () => {
  const former = statements(synthesizeTogether(variants['customer-managed-before'])).filter(({ statement }) =>
    statement.Sid.startsWith('DecryptFormerly'),
  );
  expect(former.map(({ address, statement }) => [address, (statement.Resource as string).split(':')[4]])).toEqual([
    ['aws_iam_role_policy.destination_drill_function_role-policy', '222222222222'],
    ['aws_iam_role_policy.destination_lock-renewal_function_role-policy', '222222222222'],
    ['aws_iam_role_policy.destination_restore-role_policy', '222222222222'],
    ['aws_iam_role_policy.source_operator_role-policy', '111111111111'],
    ['aws_iam_role_policy.source_replication_role-policy', '111111111111'],
    ['aws_iam_role_policy.source_table-definitions_function_role-policy', '111111111111'],
  ]);
  for (const { address, statement } of former) {
    expect(statement.Action).toBe('kms:Decrypt');
    expect(JSON.stringify(statement.Condition)).toContain(
      address.includes('.source_') ? 'dcs-source' : 'dcs-destination',
    );
  }
});

test('a former key of a third account is a problem of the settings', () => {
  const formerKeyArns = ['arn:aws:kms:eu-west-1:333333333333:key/11111111-2222-3333-4444-555555555555'];
  expect(() => parseSettings({ ...variants.minimal, encryption: { type: 's3-managed', formerKeyArns } })).toThrow(
    'encryption.formerKeyArns[0] is',
  );
});

test.each([
  ['nobody', 'customer-managed', undefined],
  [
    'the one principal',
    'break-glass',
    { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::222222222222:role/break-glass' } },
  ],
] as const)('the destination key is deleted by %s', (_who, name, condition) => {
  const { policy } = resource(synthesizeTogether(variants[name]), 'aws_kms_key.destination_key');
  const { Statement } = JSON.parse(policy as string) as { Statement: { Sid: string; Condition?: object }[] };
  expect(Statement.find(({ Sid }) => Sid === 'RefuseDeletion')).toEqual({
    ...{ Sid: 'RefuseDeletion', Effect: 'Deny', Principal: '*', Action: 'kms:ScheduleKeyDeletion', Resource: '*' },
    ...(condition && { Condition: condition }),
  });
});

import { batchReplicationCommand } from '../../operations/verify/batchReplication';
import { namesOf } from '../../settings/names';
import { parseSettings } from '../../settings/load';
import { variants } from '../../stacks/variants';
import { resource, synthesizeTogether } from './support/synth';

test.each(['minimal', 'bounded', 'china'] as const)(
  '%s: the printed job names the role and the bucket that are deployed',
  (name) => {
    const settings = parseSettings(variants[name]);
    const { sourceBucketArn, batchReplicationRoleArn: roleArn } = namesOf(settings);
    const command = batchReplicationCommand({ ...settings.source, sourceBucketArn, roleArn, prefix: 'users/' });
    const role = resource(synthesizeTogether(variants[name]), 'aws_iam_role.source_operator_batch-replication');
    const path = typeof role.path === 'string' ? role.path : '/';
    expect(command).toContain(
      `--role-arn arn:${namesOf(settings).partition}:iam::111111111111:role${path}${String(role.name)}`,
    );
    expect(command).toContain(`"SourceBucket":"arn:${namesOf(settings).partition}:s3:::example-dcs-source"`);
    expect(command).not.toMatch(/\bROLE\b/);
  },
);

test('who may be the operator is said in the settings', () => {
  const operator = { trustedPrincipalArns: ['arn:aws:iam::111111111111:role/on-call'] };
  const stack = synthesizeTogether({ ...variants.minimal, operator });
  const { assume_role_policy: trust } = resource(stack, 'aws_iam_role.source_operator_role');
  expect(trust).toContain('"AWS":["arn:aws:iam::111111111111:role/on-call"]');
});

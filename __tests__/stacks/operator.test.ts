import { batchReplicationCommand, prefixesToReplicate } from '../../operations/verify/batchReplication';
import { namesOf } from '../../settings/names';
import { parseSettings } from '../../settings/load';
import { variants } from '../../stacks/variants';
import { isAllowed } from './access/evaluate';
import { resource, synthesizeTogether } from './support/synth';

test.each(['minimal', 'bounded', 'china'] as const)(
  '%s: the printed job names the role and the bucket that are deployed',
  (name) => {
    const settings = parseSettings(variants[name]);
    const { sourceBucketArn, batchReplicationRoleArn: roleArn } = namesOf(settings);
    const prefixes = prefixesToReplicate({ prefix: '', tableName: 'users' });
    const command = batchReplicationCommand({ ...settings.source, sourceBucketArn, roleArn, prefixes });
    // What a journal lacks is in no image.
    expect(command).toContain('"MatchAnyPrefix":["users/","=dcs/users/journal/"]');
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

test('the operator begins jobs that replicate and no others, by their own role alone, finds and follows them, and changes none', async () => {
  const stack = synthesizeTogether(variants.minimal);
  const principal = {
    arn: 'arn:aws:iam::111111111111:role/dcs-operator',
    rolePolicy: 'aws_iam_role_policy.source_operator_role-policy',
  };
  const allowed = (action: string, resourceArn: string, context: Record<string, string> = {}) =>
    isAllowed(stack, { principal, action, resourceArn, resourceAccountId: '111111111111', context });
  const create = (operation: string) => allowed('s3:CreateJob', '*', { 's3:RequestJobOperation': operation });
  expect(await create('S3ReplicateObject')).toBe(true);
  for (const other of ['S3InitiateRestoreObject', 'S3PutObjectCopy', 'LambdaInvoke', 'S3PutObjectRetention'])
    expect(await create(other)).toBe(false);
  const pass = (name: string, service = 'batchoperations.s3.amazonaws.com') =>
    allowed('iam:PassRole', `arn:aws:iam::111111111111:role/${name}`, { 'iam:PassedToService': service });
  expect(await pass('dcs-batch-replication')).toBe(true);
  expect(await pass('dcs-batch-replication', 'lambda.amazonaws.com')).toBe(false);
  expect(await pass('dcs-replication')).toBe(false);
  const ofJobs = 'arn:aws:iam::111111111111:role/dcs-batch-replication';
  expect(await allowed('iam:GetRole', ofJobs)).toBe(true);
  for (const change of ['iam:UpdateAssumeRolePolicy', 'iam:PutRolePolicy'])
    expect(await allowed(change, ofJobs)).toBe(false);
  const job = 'arn:aws:s3:eu-central-1:111111111111:job/1';
  expect(await allowed('s3:ListJobs', '*')).toBe(true);
  expect(await allowed('s3:DescribeJob', job)).toBe(true);
  for (const change of ['s3:UpdateJobStatus', 's3:UpdateJobPriority']) expect(await allowed(change, job)).toBe(false);
});

import { partitionOf } from '../../core/partitions';
import { parseSettings } from '../../settings/load';
import { minimal, variants } from '../../stacks/variants';
import { resources, statements, synthesize, synthesizeTogether } from './support/synth';

/** By what the Regions of each are called. aws-eusc has one Region alone, and a copy needs two. */
const OTHERS = { china: 'aws-cn', govcloud: 'aws-us-gov', isolated: 'aws-iso-b' } as const;

describe.each(Object.entries(OTHERS))('in %s', (name, partition) => {
  const settings = variants[name as keyof typeof OTHERS];
  const stack = synthesizeTogether(settings);
  const { dnsSuffix } = partitionOf(settings.source.region);

  test('every ARN is of the partition', () => {
    const arns = JSON.stringify(stack).match(/\barn:[\w-]*:/g) ?? [];
    expect(arns.length).toBeGreaterThan(20);
    expect(new Set(arns)).toEqual(new Set([`arn:${partition}:`]));
  });

  // "Invalid principal in policy: ec2.amazonaws.eu" (pulumi/pulumi-eks#2341): only a few services have names of their own.
  test('services are called as everywhere', () => {
    const principals = JSON.stringify(statements(stack)).match(/"Service":"[^"]*"/g) ?? [];
    expect(principals.length).toBeGreaterThan(5);
    for (const principal of principals) expect(principal).toMatch(/"[a-z0-9.]+\.amazonaws\.com"$/);
    for (const { body } of resources(stack, 'aws_lambda_permission'))
      expect(body.principal).toBe('events.amazonaws.com');
  });

  test('a key may be used through S3, whatever the ending that KMS knows S3 by', () => {
    const through = statements(stack).flatMap(({ statement: { Condition } }) => {
      const { StringEquals } = (Condition ?? {}) as { StringEquals?: Record<string, unknown> };
      return StringEquals?.['kms:ViaService'] ?? [];
    });
    const { region } = settings.source;
    expect(through).toContain(`s3.${region}.amazonaws.com`);
    expect(through).toContain(`s3.${region}.${dnsSuffix}`);
  });

  test('mappings have no default tags, which AWS does not know there; everything else has', () => {
    const without = (stack.provider.aws ?? []).filter(({ default_tags }) => default_tags === undefined);
    expect(without.map(({ alias, region }) => ({ alias, region }))).toEqual([
      { alias: 'source-without-tags', region: settings.source.region },
    ]);
    const untagged = resources(stack).filter(({ body }) => body.provider === 'aws.source-without-tags');
    expect(untagged.map(({ address }) => address)).toEqual(
      resources(stack, 'aws_lambda_event_source_mapping').map(({ address }) => address),
    );
  });
});

test('in the partition aws mappings are tagged like everything else', () => {
  const providers = synthesizeTogether(minimal).provider.aws ?? [];
  expect(providers.map(({ alias }) => alias)).not.toContain('source-without-tags');
  for (const provider of providers) expect(provider).toHaveProperty('default_tags');
});

test('each account can have credentials of its own: a profile, a role, or a role that is assumed from a profile', () => {
  const stack = synthesizeTogether({
    ...minimal,
    source: { ...minimal.source, profile: 'live' },
    destination: {
      ...minimal.destination,
      profile: 'vault',
      assumeRole: { roleArn: 'arn:aws:iam::222222222222:role/deploy' },
    },
  });
  const of = (alias: string) => stack.provider.aws?.find((provider) => provider.alias === alias);
  expect(of('source')).toMatchObject({ profile: 'live', allowed_account_ids: ['111111111111'] });
  expect(of('source-in-destination-region')).toMatchObject({ profile: 'live' });
  expect(of('destination')).toMatchObject({
    profile: 'vault',
    assume_role: [{ role_arn: 'arn:aws:iam::222222222222:role/deploy' }],
  });
});

test('together, without a word about credentials, is refused: one run would hold those of one account', () => {
  const destination = { ...minimal.destination, profile: undefined };
  expect(() => parseSettings({ ...minimal, destination })).toThrow('at least one of the two accounts');
  const apart = { ...variants.apart, destination };
  expect(Object.keys(synthesize(apart))).toHaveLength(2);
});

test('an ARN of another partition is refused', () => {
  const roleArn = 'arn:aws-cn:iam::222222222222:role/deploy';
  const destination = { ...minimal.destination, assumeRole: { roleArn } };
  expect(() => parseSettings({ ...minimal, destination })).toThrow(
    `destination.assumeRole.roleArn is "${roleArn}"; allowed: an ARN of the partition aws`,
  );
});

import type { LifecycleRule } from '../../../aws/bucketConfiguration';
import { alarmNames } from '../../../settings/alarmNames';
import { acceptsReplicas, allowsStrangers, requiresTls, statementsOf } from '../../../operations/check/bucketPolicy';
import { acceptedForgeries } from '../../../operations/check/refusedReplicas';
import { journalsIn } from '../../../operations/check/journalsIn';
import { endlessHistories, harmfulRules, harmfulToJournals, idleRules } from '../../../operations/check/lifecycleRules';
import { namesOf } from '../../../settings/names';
import { parseSettings } from '../../../settings/load';
import { variants } from '../../../stacks/variants';
import { lifecycleRulesOf } from '../../stacks/support/awsWords';
import { resource, resources, synthesize, type StackJson } from '../../stacks/support/synth';

/** Every resource of a deployment, whether it is one stack or two. */
function whole(raw: unknown): StackJson {
  const [first, ...others] = Object.values(synthesize(raw));
  const merged: Record<string, Record<string, Record<string, unknown>>> = {};
  for (const stack of [first!, ...others])
    for (const [type, byId] of Object.entries(stack.resource)) merged[type] = { ...merged[type], ...byId };
  return { ...first!, resource: merged };
}
const bodyOf = (stack: StackJson, type: string, end: string) =>
  resources(stack, type).find(({ address }) => address.endsWith(end))!.body;

describe.each(Object.entries(variants))('what the stacks make of %s', (_, raw) => {
  const settings = parseSettings(raw);
  const stack = whole(raw);
  const names = namesOf(settings);
  const policyOf = (side: string) =>
    statementsOf(bodyOf(stack, 'aws_s3_bucket_policy', `${side}_bucket_policy`).policy as string);

  test.each([
    ['source', 'source'],
    ['replication', 'source-in-destination-region'],
    ['destination', 'destination'],
  ] as const)('law: check looks for every alarm of the place "%s", and for none else', (place, alias) => {
    const made = resources(stack, 'aws_cloudwatch_metric_alarm').filter(({ body }) => body.provider === `aws.${alias}`);
    expect(made.map(({ body }) => body.alarm_name).sort()).toEqual([...alarmNames(settings)[place]].sort());
  });

  test('refuses replicas of what is made in the destination alone, and no statement of that may be missing or weaker', () => {
    const statements = policyOf('destination');
    const accepted = (all: typeof statements) => acceptedForgeries(all, names.destinationBucketArn, settings.prefix);
    expect(accepted(statements)).toEqual([]);
    const refusals = statements.filter(({ Sid = '' }) => Sid.startsWith('Refuse'));
    expect(refusals).toHaveLength(3);
    for (const refusal of refusals) {
      const others = statements.filter((one) => one !== refusal);
      const places = [refusal.Resource ?? []].flat();
      expect(accepted(others).sort()).toEqual([...places].sort());
      for (const weaker of [
        { Effect: 'Allow' },
        { Principal: { AWS: names.replicationRoleArn } },
        { Action: 's3:PutObject' },
        { Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
        { Resource: `${names.destinationBucketArn}/other/*` },
      ])
        expect(accepted([...others, { ...refusal, ...weaker }])).toHaveLength(places.length);
    }
  });

  test('requires TLS in both buckets, and lets nobody but the replication role in', () => {
    expect(requiresTls(policyOf('source'), names.sourceBucketArn)).toBe(true);
    expect(requiresTls(policyOf('destination'), names.destinationBucketArn)).toBe(true);
    const sender = { ...names, ownAccountId: settings.destination.accountId };
    expect(acceptsReplicas(policyOf('destination'), sender)).toBe(true);
    expect(allowsStrangers(policyOf('destination'), sender)).toEqual([]);
  });

  test.each(['source', 'destination'] as const)(
    'has lifecycle rules in the %s bucket that fire and do no harm',
    (side) => {
      const rules = lifecycleRulesOf(resource(stack, `aws_s3_bucket_lifecycle_configuration.${side}_bucket_lifecycle`));
      const kept = {
        prefix: settings.prefix,
        tablePrefixes: settings.tables.map(({ name }) => `${settings.prefix}${name}/`),
        noncurrentDays: settings[side].lifecycle.noncurrentVersionExpirationDays ?? undefined,
      };
      expect(harmfulRules(rules, kept)).toEqual([]);
      expect(harmfulToJournals(rules, journalsIn(settings, side))).toEqual([]);
      expect(idleRules(rules, kept)).toEqual([]);
      if (kept.noncurrentDays !== undefined) expect(endlessHistories(rules, kept)).toEqual([]);
    },
  );
});

const kept = { prefix: '', tablePrefixes: ['users/'], noncurrentDays: 365 };
const rule = (more: Partial<LifecycleRule>): LifecycleRule => ({ ID: 'r', Status: 'Enabled', Filter: {}, ...more });

describe('lifecycle rules', () => {
  test.each<[string, Partial<LifecycleRule>]>([
    ['expires everything', { Expiration: { Days: 30 } }],
    ['expires small images with the tombstones', { Filter: { ObjectSizeLessThan: 1_000 }, Expiration: { Days: 30 } }],
    ['expires one table', { Filter: { And: { Prefix: 'users/a' } }, Expiration: { Date: new Date(0) } }],
    ['ends the history early', { NoncurrentVersionExpiration: { NoncurrentDays: 7 } }],
  ])('a rule that %s does harm', (_, more) => {
    expect(harmfulRules([rule(more)], kept)).toHaveLength(1);
    expect(harmfulRules([rule({ ...more, Status: 'Disabled' })], kept)).toEqual([]);
  });

  const covered = { Key: 'dcs-covered', Value: 'yes' };
  const below = { prefixes: ['=dcs/users/journal/', '=dcs/users/runs/', '=dcs/users/base/'] };
  test.each<[string, Partial<LifecycleRule>]>([
    ['expires reports and all that is beside them', { Filter: { Prefix: '=dcs/' }, Expiration: { Days: 365 } }],
    ['expires one day of a journal', { Filter: { Prefix: '=dcs/users/journal/2026/' }, Expiration: { Days: 9_999 } }],
    ['deletes what was replaced', { NoncurrentVersionExpiration: { NoncurrentDays: 365 } }],
    ['goes by another tag', { Filter: { Tag: { ...covered, Value: 'no' } }, Expiration: { Days: 365 } }],
  ])('a rule that %s does harm to a journal', (_, more) => {
    expect(harmfulToJournals([rule(more)], below)).toHaveLength(1);
    expect(harmfulToJournals([rule({ ...more, Status: 'Disabled' })], below)).toEqual([]);
    expect(harmfulToJournals([rule(more)], { prefixes: [] })).toEqual([]);
  });

  test('what is covered may expire, and in the source bucket what is as old as the settings say', () => {
    const tagged = rule({ Filter: { And: { Prefix: '=dcs/users/', Tags: [covered] } }, Expiration: { Days: 1 } });
    expect(harmfulToJournals([tagged], below)).toEqual([]);
    expect(idleRules([tagged], { ...kept, prefix: '' })).toEqual([]);
    const after = (Days: number) => [rule({ Filter: { Prefix: '=dcs/users/journal/' }, Expiration: { Days } })];
    const inSource = { prefixes: ['=dcs/users/journal/'], days: 30 };
    expect(harmfulToJournals(after(30), inSource)).toEqual([]);
    expect(harmfulToJournals(after(29), inSource)).toEqual([
      'rule r expires objects younger than 30 days below =dcs/users/journal/',
    ]);
    expect(harmfulToJournals(after(30), { ...inSource, days: Infinity })).toHaveLength(1);
  });

  test.each<[string, Partial<LifecycleRule>]>([
    ['is disabled', { Status: 'Disabled' }],
    ['is for no object', { Filter: { Prefix: '/users/' } }],
    ['asks for tags', { Filter: { Tag: { Key: 'a', Value: 'b' } } }],
    [
      'moves what S3 never moves',
      { Filter: { ObjectSizeLessThan: 131_072 }, Transitions: [{ Days: 30, StorageClass: 'GLACIER' }] },
    ],
  ])('a rule that %s never fires', (_, more) => expect(idleRules([rule(more)], kept)).toHaveLength(1));
});

describe('bucket policies', () => {
  const sender = { ownAccountId: '222222222222', replicationRoleArn: 'arn:aws:iam::111111111111:role/r' };
  const allow = (Action: string | string[], Principal: unknown, more = {}) =>
    statementsOf(JSON.stringify({ Statement: { Effect: 'Allow', Action, Principal, Resource: '*', ...more } }));

  test.each([
    ['anybody', allow('s3:GetObject', '*')],
    [
      'another account, beyond replication',
      allow(['s3:ReplicateObject', 's3:ReplicateDelete'], { AWS: sender.replicationRoleArn }),
    ],
    ['every role of the source account', allow('s3:ReplicateObject', { AWS: 'arn:aws:iam::111111111111:root' })],
    ['all actions but some', allow([], { AWS: '333333333333' }, { NotAction: 's3:Delete*', Action: undefined })],
  ])('%s is a stranger', (_, statements) => expect(allowsStrangers(statements, sender)).toHaveLength(1));

  test('the own account is none', () =>
    expect(allowsStrangers(allow('s3:*', { AWS: 'arn:aws:iam::222222222222:role/admin' }), sender)).toEqual([]));

  test('TLS for objects alone, or under a second condition, is not TLS', () => {
    const deny = (Resource: string[], more = {}) =>
      statementsOf(
        JSON.stringify({
          Statement: [
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 's3:*',
              Resource,
              Condition: { Bool: { 'aws:SecureTransport': 'false' }, ...more },
            },
          ],
        }),
      );
    expect(requiresTls(deny(['b', 'b/*']), 'b')).toBe(true);
    expect(requiresTls(deny(['b/*']), 'b')).toBe(false);
    expect(requiresTls(deny(['b', 'b/*'], { StringEquals: { 'aws:PrincipalArn': 'x' } }), 'b')).toBe(false);
  });
});

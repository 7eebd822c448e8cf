import {
  lifecycleRules,
  parkedBatchesInDestination,
  parkedBatchesInSource,
} from '../../stacks/constructs/lifecycleRules';
import { parseSettings } from '../../settings/load';
import { minimal, variants } from '../../stacks/variants';
import { resource, synthesizeTogether } from './support/synth';

const { lifecycle } = parseSettings(minimal).source;
const rulesOf = (change: Partial<typeof lifecycle> = {}) => {
  const changed = { ...lifecycle, ...change };
  return lifecycleRules(changed, ['dcs/users/', 'dcs/orders/'], parkedBatchesInSource(changed));
};

describe('lifecycle rules', () => {
  test('by size: large images move, old versions and tombstones end, small images stay where they are', () => {
    expect(rulesOf().filter(({ id }) => id.includes('users'))).toEqual([
      {
        id: expect.stringMatching(/^images-dcs-users-/) as unknown,
        status: 'Enabled',
        filter: [{ prefix: 'dcs/users/' }],
        transition: [{ days: 30, storageClass: 'GLACIER' }],
        noncurrentVersionTransition: [{ noncurrentDays: 30, storageClass: 'GLACIER' }],
        noncurrentVersionExpiration: [{ noncurrentDays: 365 }],
        expiration: [{ expiredObjectDeleteMarker: true }],
      },
      {
        id: expect.stringMatching(/^tombstones-dcs-users-/) as unknown,
        status: 'Enabled',
        filter: [{ and: [{ prefix: 'dcs/users/', objectSizeLessThan: 3 }] }],
        expiration: [{ days: 365 }],
      },
    ]);
  });

  test('a tombstone is below the size of its rule, the smallest image is not', () => {
    const rule = rulesOf().find(({ id }) => id.startsWith('tombstones')) as unknown as {
      filter: { and: { objectSizeLessThan: number }[] }[];
    };
    const limit = rule.filter[0]?.and[0]?.objectSizeLessThan ?? 0;
    expect(Buffer.byteLength('{}')).toBeLessThan(limit);
    expect(Buffer.byteLength('{"Item":{}}')).toBeGreaterThanOrEqual(limit);
  });

  test('no current object but a tombstone ever expires, nor moves by a rule that reaches parked batches', () => {
    for (const rule of rulesOf()) {
      const expires = JSON.stringify(rule.expiration ?? []).includes('"days"');
      expect({ id: rule.id, expires }).toEqual({ id: rule.id, expires: rule.id.startsWith('tombstones') });
      if (rule.transition) expect(JSON.stringify(rule.filter)).toMatch(/dcs\/(users|orders)\//);
    }
  });

  test('every rule does something, and ids differ', () => {
    const actions = ['transition', 'noncurrentVersionExpiration', 'expiration', 'abortIncompleteMultipartUpload'];
    const none = { noncurrentVersionExpirationDays: null, glacierTransitionDays: null, tombstoneExpirationDays: null };
    for (const rules of [rulesOf(), rulesOf(none)]) {
      expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
      for (const rule of rules) expect(actions.some((action) => action in rule)).toBe(true);
    }
    expect(JSON.stringify(rulesOf(none))).not.toMatch(/GLACIER|noncurrentDays|"days"/);
  });

  test('incomplete uploads are aborted in the whole bucket', () => {
    expect(rulesOf().at(-1)).toMatchObject({
      filter: [{}],
      abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }],
    });
  });

  test('a parked batch stays in the source until it is redriven; its replica ends with the history', () => {
    expect(parkedBatchesInSource(lifecycle)).toMatchObject({
      filter: [{ prefix: 'aws/lambda/' }],
      expiration: [{ expiredObjectDeleteMarker: true }],
    });
    expect(parkedBatchesInDestination(lifecycle)).toMatchObject({ expiration: [{ days: 365 }] });
  });

  test('both buckets have their own numbers', () => {
    const stack = synthesizeTogether(variants.everything);
    const text = (side: string) =>
      JSON.stringify(resource(stack, `aws_s3_bucket_lifecycle_configuration.${side}_bucket_lifecycle`).rule);
    expect(text('source')).toContain('"noncurrent_days":30');
    expect(text('source')).not.toContain('GLACIER');
    expect(text('destination')).toContain('"days":1,"storage_class":"GLACIER"');
    expect(text('destination')).not.toContain('noncurrent_version_expiration');
  });
});

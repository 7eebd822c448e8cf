import {
  lifecycleRules,
  type AgingBucket,
  parkedBatchesInDestination,
  parkedBatchesInSource,
} from '../../stacks/constructs/lifecycleRules';
import { parseSettings } from '../../settings/load';
import { minimal, variants } from '../../stacks/variants';
import { resource, synthesizeTogether } from './support/synth';

const { lifecycle } = parseSettings(minimal).source;
const rulesOf = (
  change: Partial<typeof lifecycle> = {},
  largeImageStorageClass: AgingBucket['largeImageStorageClass'] = 'STANDARD_IA',
) => {
  const changed = { ...lifecycle, ...change };
  return lifecycleRules(
    { lifecycle: changed, prefix: 'dcs/', tablePrefixes: ['dcs/users/', 'dcs/orders/'], largeImageStorageClass },
    parkedBatchesInSource(changed),
  );
};

describe('lifecycle rules', () => {
  test('by size: old versions of large images move to where they are read at once, old versions and tombstones end', () => {
    expect(rulesOf().filter(({ id }) => id.includes('users'))).toEqual([
      {
        id: expect.stringMatching(/^images-dcs-users-/) as unknown,
        status: 'Enabled',
        filter: [{ prefix: 'dcs/users/' }],
        noncurrentVersionExpiration: [{ noncurrentDays: 365 }],
        expiration: [{ expiredObjectDeleteMarker: true }],
      },
      {
        id: expect.stringMatching(/^archive-dcs-users-/) as unknown,
        status: 'Enabled',
        filter: [{ and: [{ prefix: 'dcs/users/', objectSizeGreaterThan: 204_799 }] }],
        noncurrentVersionTransition: [{ noncurrentDays: 30, storageClass: 'GLACIER_IR' }],
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

  test('no current object but a tombstone, a report and a probe ever expires, nor moves by a rule that reaches parked batches', () => {
    for (const rule of rulesOf()) {
      const expires = JSON.stringify(rule.expiration ?? []).includes('"days"');
      expect({ id: rule.id, expires }).toEqual({ id: rule.id, expires: /^(tombstones|reports)/.test(rule.id) });
      if (rule.transition ?? rule.noncurrentVersionTransition)
        expect(JSON.stringify(rule.filter)).toMatch(/dcs\/(users|orders)\//);
    }
  });

  test('every rule does something, and ids differ', () => {
    const actions = [
      'noncurrentVersionTransition',
      'noncurrentVersionExpiration',
      'expiration',
      'abortIncompleteMultipartUpload',
    ];
    const none = {
      noncurrentVersionExpirationDays: null,
      noncurrentVersionTransitions: [],
      tombstoneExpirationDays: null,
      reportExpirationDays: null,
    };
    for (const rules of [rulesOf(), rulesOf(none)]) {
      expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
      for (const rule of rules) expect(actions.some((action) => action in rule)).toBe(true);
    }
    const ofImages = rulesOf(none).filter(({ id }) => !/^(reports|heartbeats)$/.test(id));
    expect(JSON.stringify(ofImages)).not.toMatch(/GLACIER|noncurrentDays|"days"/);
    expect(JSON.stringify(rulesOf(none))).not.toContain('"days"');
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

  test('reports and probes expire, deleted ones can be brought back for a month, and of heartbeats the newest stays', () => {
    expect(rulesOf({ reportExpirationDays: 90 }).filter(({ id }) => /^(reports|heartbeats)$/.test(id))).toEqual([
      {
        id: 'reports',
        status: 'Enabled',
        filter: [{ prefix: 'dcs/=dcs/' }],
        expiration: [{ days: 90 }],
        noncurrentVersionExpiration: [{ noncurrentDays: 30 }],
      },
      {
        id: 'heartbeats',
        status: 'Enabled',
        filter: [{ prefix: 'dcs/=dcs/=heartbeat.json' }],
        noncurrentVersionExpiration: [{ noncurrentDays: 1 }],
      },
    ]);
  });

  test('what would move images to the class that they are in, or upwards, is left out', () => {
    const currentVersionTransitions = [
      { afterDays: 30, storageClass: 'STANDARD_IA' as const },
      { afterDays: 90, storageClass: 'GLACIER' as const },
    ];
    const moves = (largeImageStorageClass: AgingBucket['largeImageStorageClass']) =>
      rulesOf({ currentVersionTransitions }, largeImageStorageClass)
        .filter(({ id }) => id.startsWith('archive-dcs-users'))
        .map(({ transition, noncurrentVersionTransition }) => JSON.stringify([transition, noncurrentVersionTransition]))
        .join();
    expect(moves('STANDARD').match(/STANDARD_IA|GLACIER_IR|GLACIER/g)).toEqual([
      'STANDARD_IA',
      'GLACIER',
      'GLACIER_IR',
    ]);
    expect(moves('STANDARD_IA').match(/STANDARD_IA|GLACIER_IR|GLACIER/g)).toEqual(['GLACIER', 'GLACIER_IR']);
    expect(moves('GLACIER_IR').match(/STANDARD_IA|GLACIER_IR|GLACIER/g)).toEqual(['GLACIER']);
  });

  test('both buckets have their own numbers', () => {
    const stack = synthesizeTogether(variants.everything);
    const text = (side: string) =>
      JSON.stringify(resource(stack, `aws_s3_bucket_lifecycle_configuration.${side}_bucket_lifecycle`).rule);
    expect(text('source')).toContain('"noncurrent_days":30');
    expect(text('source')).not.toContain('GLACIER');
    expect(text('destination')).toContain('"days":180,"storage_class":"GLACIER"');
    expect(text('source')).not.toContain('"days":30');
    expect(text('destination')).toContain('"expiration":[{"days":30}]');
  });
});

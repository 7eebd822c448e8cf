import { readFileSync } from 'node:fs';
import {
  lifecycleRules,
  type AgingBucket,
  parkedBatchesInDestination,
  parkedBatchesInSource,
} from '../../stacks/constructs/lifecycleRules';
import { journalInDestination, journalInSource } from '../../stacks/constructs/journalRules';
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
    { lifecycle: changed, prefix: 'dcs/', tables, largeImageStorageClass },
    { parkedBatches: parkedBatchesInSource(changed), journal: journalInSource(changed) },
  );
};
const tables = [
  { name: 'users', layout: 'images' },
  { name: 'orders', layout: 'images' },
] as const;
/** Rules of a table with a journal, in the destination bucket. */
const journalRules = (change: Partial<typeof lifecycle> = {}) =>
  journalInDestination({ ...lifecycle, ...change })({ prefix: 'dcs/', tableName: 'clicks' });
const text = (value: unknown) => JSON.stringify(value);

describe('lifecycle rules', () => {
  test('by size: old versions of large images move to where they are read at once, old versions and tombstones end', () => {
    expect(rulesOf().filter(({ id }) => /^(images|archive|tombstones)-dcs-users/.test(id))).toEqual([
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
      expect({ id: rule.id, expires }).toEqual({ id: rule.id, expires: /^(tombstones|reports|probes)/.test(rule.id) });
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
    const ofImages = rulesOf(none).filter(({ id }) => !/^(reports.*|probes|heartbeats)$/.test(id));
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
    const end = { expiration: [{ days: 90 }], noncurrentVersionExpiration: [{ noncurrentDays: 30 }] };
    const reports = (prefix: string) => ({
      id: expect.any(String) as unknown,
      status: 'Enabled',
      filter: [{ prefix }],
    });
    const rules = rulesOf({ reportExpirationDays: 90 }).filter(({ id }) => /^(reports|probes|heartbeats)/.test(id));
    expect(rules).toEqual([
      { ...reports('dcs/=dcs/users/verify/'), ...end },
      { ...reports('dcs/=dcs/users/drill/'), ...end },
      { ...reports('dcs/=dcs/orders/verify/'), ...end },
      { ...reports('dcs/=dcs/orders/drill/'), ...end },
      { ...reports('dcs/=dcs/='), ...end },
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

  test('of a journal, its runs and bases nothing ever expires in the destination bucket but what the compactor has tagged', () => {
    const changes = [
      {},
      { noncurrentVersionExpirationDays: null },
      { reportExpirationDays: 1, tombstoneExpirationDays: 1 },
    ];
    for (const change of changes) {
      const changed = { ...lifecycle, ...change };
      const bucket = { lifecycle: changed, prefix: 'dcs/', largeImageStorageClass: 'STANDARD' as const };
      const parkedBatches = parkedBatchesInDestination(changed);
      const all = lifecycleRules(
        { ...bucket, tables: [...tables, { name: 'clicks', layout: 'journal' }] },
        { parkedBatches, journal: journalInDestination(changed) },
      );
      const objects = ['journal', 'runs', 'base'].map((folder) => `dcs/=dcs/clicks/${folder}/x`);
      const ending = all.filter(
        (rule) => text(rule.expiration ?? []).includes('"days"') || rule.noncurrentVersionExpiration !== undefined,
      );
      const reaching = ending.filter(({ filter }) => {
        const { prefix } = /"prefix":"(?<prefix>[^"]*)"/.exec(text(filter))?.groups ?? { prefix: '' };
        return objects.some((objectKey) => objectKey.startsWith(prefix ?? ''));
      });
      expect(reaching.length).toBeGreaterThan(1);
      for (const rule of reaching) expect(text(rule.filter)).toMatch(/"tags":{"dcs-(covered|superseded)":"yes"}/);
    }
  });

  test('a covered object of a journal stays for a month, a run that no other has taken the place of for ever', () => {
    const ends = (rules: ReturnType<typeof journalRules>) =>
      rules.flatMap(({ id, expiration }) => {
        const days = /"days":(\d+)/.exec(text(expiration ?? []))?.[1];
        return days === undefined ? [] : [[id.replace(/-dcs-clicks-.*/, ''), Number(days)]];
      });
    const expected = [
      ['covered-journal', 30],
      ['covered-bases', 2],
      ['superseded-runs', 2],
      ['superseded-bases', 2],
    ];
    expect(ends(journalRules({ noncurrentVersionExpirationDays: 90 }))).toEqual(expected);
    expect(ends(journalRules({ noncurrentVersionExpirationDays: null }))).toEqual(expected);
  });

  test('runs move to classes that are read at once, whatever moves images, and bases move nowhere', () => {
    const noncurrentVersionTransitions = [
      { afterDays: 30, storageClass: 'STANDARD_IA' as const },
      { afterDays: 90, storageClass: 'GLACIER_IR' as const },
      { afterDays: 200, storageClass: 'DEEP_ARCHIVE' as const },
    ];
    const moving = journalRules({ noncurrentVersionTransitions }).filter(({ transition }) => transition);
    expect(moving).toEqual([
      {
        id: expect.stringMatching(/^archive-runs/) as unknown,
        status: 'Enabled',
        filter: [{ and: [{ prefix: 'dcs/=dcs/clicks/runs/', objectSizeGreaterThan: 204_799 }] }],
        transition: [
          { days: 30, storageClass: 'STANDARD_IA' },
          { days: 90, storageClass: 'GLACIER_IR' },
        ],
      },
    ]);
    const archived = [{ afterDays: 1, storageClass: 'GLACIER' as const }];
    expect(text(journalRules({ noncurrentVersionTransitions: archived }))).not.toContain('transition');
  });

  test('the source bucket keeps a journal for as long as the settings say, and for ever where they do', () => {
    const inSource = (journalExpirationDays: number | null) =>
      journalInSource({ ...lifecycle, journalExpirationDays })({ prefix: '', tableName: 'clicks' });
    expect(inSource(45)).toMatchObject([{ filter: [{ prefix: '=dcs/clicks/journal/' }], expiration: [{ days: 45 }] }]);
    expect(text(inSource(null))).not.toMatch(/days/i);
  });

  test('a bucket has room for the rules of as many journals as docs/deploy.md says, and for no more', () => {
    const rulesOf = (count: number) =>
      lifecycleRules(
        {
          ...{ lifecycle, prefix: '', largeImageStorageClass: 'STANDARD_IA' },
          tables: Array.from({ length: count }, (_, index) => ({ name: `clicks-${index}`, layout: 'journal' })),
        },
        { parkedBatches: parkedBatchesInDestination(lifecycle), journal: journalInDestination(lifecycle) },
      ).length;
    const page = readFileSync('docs/deploy.md', 'utf8');
    const most = Number(/of tables with a journal for (\d+)/.exec(page)?.[1]);
    expect([rulesOf(most) <= 1_000, rulesOf(most + 1) <= 1_000]).toEqual([true, false]);
  });

  test('only a table with a journal has rules of one', () => {
    const stack = synthesizeTogether(variants.journal);
    for (const side of ['source', 'destination']) {
      const { rule } = resource(stack, `aws_s3_bucket_lifecycle_configuration.${side}_bucket_lifecycle`);
      expect(text(rule)).toContain('dcs/=dcs/users/journal/');
      expect(text(rule)).toContain('dcs/=dcs/orders/journal/');
      expect(text(rule)).not.toContain('dcs/=dcs/sessions/journal/');
    }
  });

  test('both buckets have their own numbers', () => {
    const stack = synthesizeTogether(variants.everything);
    const rulesIn = (side: string) =>
      text(resource(stack, `aws_s3_bucket_lifecycle_configuration.${side}_bucket_lifecycle`).rule);
    expect(rulesIn('source')).toContain('"noncurrent_days":30');
    expect(rulesIn('source')).not.toContain('GLACIER');
    expect(rulesIn('destination')).toContain('"days":180,"storage_class":"GLACIER"');
    expect(rulesIn('source')).not.toContain('"days":30');
    expect(rulesIn('destination')).toContain('"expiration":[{"days":30}]');
  });
});

import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { reportPage } from '../../../operations/drill/page';
import { reportText, type DrillReport } from '../../../operations/drill/report';

const report: DrillReport = {
  ...({ type: 'drill', format: '1', table: 'users', verdict: 'same', comparedWith: 'live table' } as const),
  asOf: '2026-11-23T14:05:00.000Z',
  startedAt: '2026-11-23T14:05:00.000Z',
  endedAt: '2026-11-23T14:06:10.000Z',
  ...{ items: 1_234, differences: 0, sample: null, restoreSeconds: 61.5, itemsPerSecond: 20, bytes: 2_048 },
  recoveryPoint: { at: '2026-11-23T14:02:00.000Z', ageSeconds: 180 },
  stageSeconds: { create: 1, restore: 60.5, compare: 8, remove: 0.5 },
  counts: { restored: 1_234, absent: 5, archived: 0, compared: 1_230, changedAfter: 7, late: 2 },
  ...{ differencesByKind: {}, listedDifferences: [], from: 's3://copy', definitionFrom: 'table.json' },
  liveTable: 'users in 111111111111, eu-central-1',
  scratchTable: { name: 'users-dcs-drill-20261123T140500000Z', region: 'eu-west-1', removed: true },
  ...{ ranBy: 'arn:aws:sts::222222222222:assumed-role/dcs-restore/anna', toolVersion: '1.2.3' },
};
const json = { name: 'report.json', sha256: 'f'.repeat(64) };
const words = (html: string) => html.replace(/<style>[^]*?<\/style>|<[^>]*>/g, ' ').replace(/\s+/g, ' ');

describe('the page of a drill', () => {
  test('says the verdict first, then the numbers, the time, who and where, and the digest of its data', () => {
    const text = words(reportPage(report, json));
    expect(text).toContain(
      'Restore drill of users The restored table is the live table. 1,234 items as of 2026-11-23 14:05:00 UTC restored in 1 min 2 s, and every other one of them is what the live table held at that moment.',
    );
    expect(text).toContain('Recovery point of the copy 2026-11-23 14:02:00 UTC, 3 min before this drill began');
    for (const shown of ['1,234 (2.0 KB of DynamoDB JSON)', 'Differences 0', 'f'.repeat(64), report.ranBy, '1.2.3']) {
      expect(text).toContain(shown);
    }
  });

  test('does not say more than was looked at', () => {
    const lost = { ...report, comparedWith: 'plan', liveTable: null, withoutLive: 'it is gone' } as const;
    const text = words(reportPage(lost, json));
    expect(text).not.toContain('The restored table is the live table');
    expect(text).toContain('Not compared with the live table: it is gone.');
    expect(text).toContain('2 items were restored without the last change before that moment');
    expect(words(reportPage({ ...report, recoveryPoint: { unknown: 'no heartbeat' } }, json))).toContain(
      'Recovery point of the copy not measured: no heartbeat',
    );
    expect(words(reportPage({ ...report, recoveryPoint: null }, json))).not.toContain('Recovery point');
    const counts = { ...report.counts, archived: 3 };
    const sampled = words(reportPage({ ...report, sample: 10, sampledFrom: 99, counts }, json));
    expect(sampled).toContain('Every item drawn is the live one.');
    expect(sampled).toContain('cannot show items that the copy does not know');
    expect(sampled).toContain('3 items were left out');
    expect(words(reportPage({ ...report, scratchTable: { ...report.scratchTable, removed: false } }, json))).toContain(
      'could not be removed',
    );
  });

  test('law: whatever the values are, the page has the same marks, and nothing that runs or is loaded', () => {
    const marks = (html: string) => [...html.matchAll(/<[^>]*>/g)].map(([mark]) => mark);
    const hostile = fc.constantFrom(
      '<script>alert(1)</script>',
      `"><img src=x onerror='a'>`,
      '</title>',
      '&lt;',
      '${x}',
    );
    const make = (text: string): DrillReport => ({
      ...report,
      verdict: 'differences',
      differences: 1,
      differencesByKind: { missing: 1 },
      listedDifferences: [
        { kind: 'missing', objectKey: text, reason: text, keys: { id: { S: text } }, attributes: [text] },
      ],
      ...{ table: text, from: text, definitionFrom: text, liveTable: text, ranBy: text, withoutLive: text },
      scratchTable: { name: text, region: text, removed: true },
    });
    const plain = marks(reportPage(make('plain'), json));
    expect(plain.join('')).not.toMatch(/<(script|img|link|iframe|object)|\son\w+=|(src|href)=/);
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string()), (text) => {
        expect(marks(reportPage(make(text), { ...json, name: text }))).toEqual(plain);
      }),
    );
  });

  test('shows keys as people write them, and the attributes that differ', () => {
    const listed = {
      ...({ kind: 'different', objectKey: 'orders/a%20b/7/image.json', reason: 'why' } as const),
      ...{ keys: { customer: { S: 'a b' }, number: { N: '7' } }, attributes: ['address.city', 'total'] },
    };
    const page = { ...report, verdict: 'differences', differences: 1, listedDifferences: [listed] } as const;
    expect(words(reportPage(page, json))).toContain(
      'customer &quot;a b&quot; number 7 orders/a%20b/7/image.json different differs in address.city, total: why',
    );
  });

  test('every mark that is opened is closed', () => {
    const open: string[] = [];
    for (const [, slash, name] of reportPage(report, json).matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
      if (['meta'].includes(name!)) continue;
      if (slash === '') open.push(name!);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  test('the digest is that of the very text that is kept', () => {
    const { text, sha256 } = reportText(report);
    expect(sha256).toBe(createHash('sha256').update(text).digest('hex'));
    expect(JSON.parse(text)).toMatchObject({ type: 'drill', table: 'users', verdict: 'same', sample: null });
  });
});

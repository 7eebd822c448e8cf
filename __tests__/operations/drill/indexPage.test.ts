import fc from 'fast-check';
import { attributesThatDiffer, missedTargets, pointTarget, recoveryTimeOf } from '../../../operations/drill/aims';
import { entryOf, type DrillEntry } from '../../../operations/drill/earlier';
import { indexPage } from '../../../operations/drill/indexPage';
import type { DrillReport } from '../../../operations/drill/report';

const report = { table: 'users', organization: 'Example Ltd' } as DrillReport;
const stored = (text: string) => ({
  objectKey: '=dcs/users/drill/2026-01-05T12:00:00.000Z.json',
  storedAtMs: 1_000,
  text,
});

test('law: whatever an older report says, it is an entry, and the page has the same marks', () => {
  const marks = (entry: DrillEntry) => [...indexPage(report, [entry]).matchAll(/<\/?[a-z0-9]+/g)].map(([mark]) => mark);
  const plain = marks(entryOf(stored('{}')));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(marks(entryOf(stored(text)))).toEqual(plain);
    }),
  );
  const odd = JSON.stringify({ startedAt: '<b>', verdict: '<script>', items: -1, sample: 'x', recoveryPoint: 7 });
  expect(entryOf(stored(odd))).toMatchObject({ verdict: null, items: null, sample: null, recoveryPointSeconds: null });
});

test('the page links to the pages beside it, and says what cannot be read', () => {
  const html = indexPage(report, [entryOf(stored('{"verdict":"same","items":3}')), entryOf(stored('no JSON'))]);
  expect(html).toContain('href="./2026-01-05T12%3A00%3A00.000Z.html"');
  expect(html).toContain('1 drill without a difference, 1 report that cannot be read.');
  expect(html).toContain('Example Ltd');
});

test('a whole drill is measured, a sample is an estimate: only what was measured and missed fails', () => {
  const stageMs = { create: 2_000, restore: 10_000 };
  const whole = recoveryTimeOf({ stageMs, restored: 10 }, { recoveryTimeSeconds: 11 });
  expect(whole).toEqual({ seconds: 12, isEstimated: false, targetSeconds: 11, isMet: false });
  const sample = recoveryTimeOf({ stageMs, restored: 10, objects: 100 }, { recoveryTimeSeconds: 11 });
  expect(sample).toEqual({ seconds: 102, isEstimated: true, targetSeconds: 11, isMet: false });
  expect(recoveryTimeOf({ stageMs, restored: 10 }, {}).isMet).toBeNull();
  const old = { at: '2026-01-05T12:00:00Z', ageSeconds: 60 };
  expect(pointTarget(old, { recoveryPointSeconds: 60 }).isMet).toBe(true);
  expect(pointTarget({ unknown: 'no heartbeat' }, { recoveryPointSeconds: 60 }).isMet).toBeNull();
  const of = (recoveryTime: typeof whole, most: number) =>
    missedTargets({
      ...{ recoveryTime, recoveryPoint: old, recoveryPointTarget: pointTarget(old, { recoveryPointSeconds: most }) },
    });
  expect([of(whole, 60).length, of(sample, 60).length, of(whole, 59).length]).toEqual([1, 0, 2]);
});

test('attributes that differ are counted once an item, the most frequent first', () => {
  const listed = [['a', 'a', 'b'], ['b'], undefined].map((attributes) => ({
    ...({ kind: 'different', objectKey: 'k', reason: 'r' } as const),
    ...(attributes && { attributes }),
  }));
  expect(attributesThatDiffer(listed)).toEqual([
    { attribute: 'b', items: 2 },
    { attribute: 'a', items: 1 },
  ]);
});

import fc from 'fast-check';
import { burstsIn } from '../../core/bursts';

const MINUTE_MS = 60_000;
const at = (minute: number, changes: number) => ({ atMs: minute * MINUTE_MS, changes });
const dayOf = (counts: ReturnType<typeof at>[]) =>
  burstsIn(counts, { fromMs: 0, toMs: 1440 * MINUTE_MS, bucketMs: MINUTE_MS });

describe('bursts', () => {
  test('a burst is named by where it begins and ends, how much it is, and how many times the usual', () => {
    const quiet = Array.from({ length: 1440 }, (_, minute) => at(minute, minute === 845 || minute === 846 ? 40 : 1));
    expect(dayOf(quiet)).toEqual([
      { fromMs: 845 * MINUTE_MS, toMs: 847 * MINUTE_MS, changes: 80, usual: 1, times: 40 },
    ]);
  });

  test('a large burst does not hide a small one', () => {
    const counts = [at(100, 1_000_000), at(700, 30), ...[200, 300, 400].map((minute) => at(minute, 2))];
    const found = dayOf(counts.sort((a, b) => a.atMs - b.atMs));
    expect(found.map(({ fromMs, changes }) => [fromMs / MINUTE_MS, changes])).toEqual([
      [100, 1_000_000],
      [700, 30],
    ]);
  });

  test('alone in the whole history it is a burst of no usual', () => {
    expect(dayOf([at(5, 75)])).toMatchObject([{ changes: 75, usual: 0, times: Infinity }]);
  });

  test('law: traffic that is the same at all times has no burst, however much it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 2, max: 500 }), (changes, minutes) => {
        const counts = Array.from({ length: minutes }, (_, minute) => at(minute, changes));
        expect(burstsIn(counts, { fromMs: 0, toMs: minutes * MINUTE_MS, bucketMs: MINUTE_MS })).toEqual([]);
      }),
    );
  });

  test('law: every minute far above the usual lies in a burst, and bursts count what they hold', () => {
    const counts = fc
      .uniqueArray(fc.tuple(fc.nat(1439), fc.integer({ min: 1, max: 400 })), { selector: ([minute]) => minute })
      .map((list) => list.map(([minute, changes]) => at(minute, changes)).sort((a, b) => a.atMs - b.atMs));
    fc.assert(
      fc.property(counts, (list) => {
        const bursts = dayOf(list);
        const isIn = ({ atMs }: { atMs: number }) => bursts.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
        const usual = bursts[0]?.usual ?? 0;
        for (const one of list)
          if (bursts.length > 0 && one.changes >= Math.max(10, 8 * usual)) expect(isIn(one)).toBe(true);
        for (const { fromMs, toMs, changes } of bursts) {
          const inside = list.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
          expect(changes).toBeLessThanOrEqual(inside.reduce((sum, one) => sum + one.changes, 0));
        }
      }),
    );
  });
});

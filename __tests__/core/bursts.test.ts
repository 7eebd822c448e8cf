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

  test('bursts come in the order of time, whichever of them was the plainer', () => {
    const found = dayOf([at(100, 30), at(700, 1_000_000)]);
    expect(found.map(({ fromMs }) => fromMs / MINUTE_MS)).toEqual([100, 700]);
  });

  test('ten changes, and eight times what all minutes have on average, are a burst; one less is none', () => {
    const among = (changes: number, usual: number, minutes: number) =>
      burstsIn(
        Array.from({ length: minutes }, (_, minute) => at(minute, minute === 5 ? changes : usual)),
        { fromMs: 0, toMs: minutes * MINUTE_MS, bucketMs: MINUTE_MS },
      ).length;
    expect([among(10, 1, 1440), among(9, 1, 1440)]).toEqual([1, 0]);
    // (15 + 15 × 1) / 16 minutes × 8 = 15
    expect([among(15, 1, 16), among(14, 1, 16)]).toEqual([1, 0]);
  });

  test('one quiet minute between makes one burst of two, and a second one makes two', () => {
    const minutes = (...list: number[]) => dayOf(list.map((minute) => at(minute, 50))).map(({ changes }) => changes);
    expect([minutes(5, 6, 8), minutes(5, 8)]).toEqual([[150], [50, 50]]);
  });

  test('law: bursts are the same wherever the range begins', () => {
    const counts = fc.uniqueArray(fc.tuple(fc.nat(59), fc.integer({ min: 1, max: 200 })), { selector: ([one]) => one });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 1e12 }), (list, fromMs) => {
        const sorted = list.map(([minute, changes]) => at(minute, changes)).sort((a, b) => a.atMs - b.atMs);
        const hour = { fromMs: 0, toMs: 60 * MINUTE_MS, bucketMs: MINUTE_MS };
        const shifted = sorted.map(({ atMs, changes }) => ({ atMs: atMs + fromMs, changes }));
        const found = burstsIn(shifted, { ...hour, fromMs, toMs: fromMs + hour.toMs });
        const expected = burstsIn(sorted, hour);
        expect(found).toEqual(
          expected.map((one) => ({ ...one, fromMs: one.fromMs + fromMs, toMs: one.toMs + fromMs })),
        );
      }),
    );
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

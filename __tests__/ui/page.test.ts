import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { bundlePage } from '../../ui/bundle';
import { hashOf, placeIn } from '../../ui/page/route';
import { ticksOf } from '../../ui/page/ticks';
import { asOptions, changesIn, changesText, clipped, snapped, spanOf } from '../../ui/page/window';
import { duration } from '../../ui/page/words';

const MOST_BYTES = 40 * 1024;

test('the page is at most 40 KB compressed, and names no other place', async () => {
  const { script, style } = await bundlePage();
  expect(gzipSync(script + style, { level: 9 }).length).toBeLessThan(MOST_BYTES);
  expect(`${script}${style}`.match(/https?:\/\/(?!www\.w3\.org\/)[\w.]+/g) ?? []).toEqual([]);
});

test('content becomes text alone: nothing of the page writes HTML', () => {
  const folder = path.resolve(__dirname, '../../ui/page');
  const code = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'utf8'));
  expect(code.join('\n')).not.toMatch(/innerHTML|outerHTML|dangerouslySet|insertAdjacent|document\.write|style=\{/);
});

const bar = fc.record({ insert: fc.nat(9), change: fc.nat(9), delete: fc.nat(9) });
const chart = fc
  .tuple(fc.array(bar, { minLength: 1, maxLength: 50 }), fc.constantFrom(1_000, 60_000, 3_600_000), fc.nat(1_000))
  .map(([counts, barMs, first]) => ({
    barMs,
    bars: counts.map((each, i) => ({ ...each, atMs: (first + i) * barMs })),
  }));

test('a window is whole bars within the chart, one at least, and holds what was dragged over', () => {
  fc.assert(
    fc.property(
      chart,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      ({ bars, barMs }, a, b) => {
        const whole = spanOf(bars, barMs);
        const at = (share: number) => whole.fromMs + share * (whole.toMs - whole.fromMs);
        const { fromMs, toMs } = snapped({ fromMs: at(a), toMs: at(b) }, whole, barMs);
        expect([fromMs % barMs, toMs % barMs]).toEqual([0, 0]);
        expect(toMs - fromMs).toBeGreaterThanOrEqual(barMs);
        expect(fromMs).toBeGreaterThanOrEqual(whole.fromMs);
        expect(toMs).toBeLessThanOrEqual(whole.toMs);
        expect(fromMs).toBeLessThanOrEqual(Math.min(at(a), at(b)));
        expect(toMs).toBeGreaterThanOrEqual(Math.max(at(a), at(b)));
      },
    ),
  );
});

test('what is in a window and what is beside it is all there is', () => {
  fc.assert(
    fc.property(chart, fc.nat(50), fc.nat(50), ({ bars, barMs }, i, j) => {
      const whole = spanOf(bars, barMs);
      const window = snapped({ fromMs: whole.fromMs + i * barMs, toMs: whole.fromMs + j * barMs }, whole, barMs);
      const before = changesIn(bars, { fromMs: whole.fromMs, toMs: window.fromMs }, barMs);
      const after = changesIn(bars, { fromMs: window.toMs, toMs: whole.toMs }, barMs);
      expect(before + changesIn(bars, window, barMs) + after).toBe(changesIn(bars, whole, barMs));
    }),
  );
});

test('of a window that is finer than the bars it is told how many there are at most, and no fewer', () => {
  fc.assert(
    fc.property(chart, fc.nat(50_000), fc.integer({ min: 1, max: 50_000 }), ({ bars, barMs }, at, length) => {
      const fromMs = spanOf(bars, barMs).fromMs + at;
      const window = { fromMs, toMs: fromMs + length };
      const isIn = (ms: number) => ms >= window.fromMs && ms < window.toMs;
      // Wherever within their bar its changes were made: at its first moment, or at its last.
      const made = [0, barMs - 1].map((late) =>
        bars
          .filter(({ atMs }) => isIn(atMs + late))
          .reduce((sum, one) => sum + one.insert + one.change + one.delete, 0),
      );
      expect(changesIn(bars, window, barMs)).toBeGreaterThanOrEqual(Math.max(...made));
      const isOfBars = window.fromMs % barMs === 0 && window.toMs % barMs === 0;
      expect(changesText(bars, window, barMs).startsWith('at most')).toBe(!isOfBars);
    }),
  );
});

test('where not every change is recorded it is told how many are, whatever there was', () => {
  const bars = [{ atMs: 0, insert: 2, change: 1, delete: 0 }];
  const text = (toMs: number, isPartial: boolean) => changesText(bars, { fromMs: 0, toMs }, 1_000, isPartial);
  expect([text(1_000, false), text(1_000, true)]).toEqual(['3 changes', '3 changes recorded']);
  expect([text(500, false), text(500, true)]).toEqual(['at most 3 changes', 'at most 3 changes recorded']);
});

test('the options name the second before, and the last second of the window', () => {
  const window = { fromMs: Date.parse('2026-11-24T02:10:00Z'), toMs: Date.parse('2026-11-24T02:16:00Z') };
  expect(asOptions(window)).toEqual({ from: '2026-11-24T02:09:58Z', to: '2026-11-24T02:15:59Z' });
});

const moment = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1_000);
const span = fc
  .tuple(moment, fc.integer({ min: 1, max: 90_000_000 }))
  .map(([fromMs, seconds]) => ({ fromMs, toMs: fromMs + seconds * 1_000 }));

test('an address leads back to where one was, and anything else to all tables', () => {
  const table = fc.string({ unit: fc.constantFrom('a', 'Z', '0', '_', '.', '-'), minLength: 3 });
  const item = fc.string({ minLength: 1 });
  fc.assert(
    fc.property(table, span, item, (name, window, key) => {
      for (const place of [
        {},
        { table: name },
        { table: name, span: window, item: key },
        { table: name, page: 'drills' as const },
      ])
        expect(placeIn(hashOf(place))).toEqual(place);
    }),
  );
  for (const odd of ['', '#', '#x', '#/t/', '#/t/a/b/c', '#/t/%E0%A4%A']) expect(placeIn(odd).span).toBeUndefined();
});

test('the axis has round times within the chart, in order, no more than fit', () => {
  fc.assert(
    fc.property(span, fc.integer({ min: 2, max: 12 }), (whole, most) => {
      const ticks = ticksOf(whole, most);
      expect(ticks.length).toBeLessThanOrEqual(most + 1);
      for (const [i, { atMs }] of ticks.entries()) {
        expect(atMs).toBeGreaterThanOrEqual(whole.fromMs);
        expect(atMs).toBeLessThan(whole.toMs);
        if (i > 0) expect(atMs).toBeGreaterThan(ticks[i - 1]!.atMs);
      }
    }),
  );
  const hour = { fromMs: Date.UTC(2026, 10, 23, 22, 50), toMs: Date.UTC(2026, 10, 24, 0, 50) };
  expect(ticksOf(hour, 5).map(({ label }) => label)).toEqual(['23:00', '23:30', '24 Nov', '00:30']);
});

test('what of a stretch is within another is in both, and all that is', () => {
  fc.assert(
    fc.property(span, span, moment, (a, b, ms) => {
      const both = clipped(a, b);
      const isIn = (each: typeof a | undefined) => !!each && ms >= each.fromMs && ms < each.toMs;
      expect(isIn(both)).toBe(isIn(a) && isIn(b));
    }),
  );
});

test.each([
  [0, '0 s'],
  [59.6, '1 min'],
  [3_599, '59 min 59 s'],
  [7_500, '2 h 5 min'],
  [90_000, '1 d 1 h'],
  [172_800, '2 d'],
])('%s seconds are %s', (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});

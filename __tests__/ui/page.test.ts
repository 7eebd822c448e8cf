import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { bundlePage } from '../../ui/bundle';
import { asOptions, changesIn, snapped, spanOf } from '../../ui/page/window';

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
      const before = changesIn(bars, { fromMs: whole.fromMs, toMs: window.fromMs });
      const after = changesIn(bars, { fromMs: window.toMs, toMs: whole.toMs });
      expect(before + changesIn(bars, window) + after).toBe(changesIn(bars, whole));
    }),
  );
});

test('the options name the second before, and the last second of the window', () => {
  const window = { fromMs: Date.parse('2026-11-24T02:10:00Z'), toMs: Date.parse('2026-11-24T02:16:00Z') };
  expect(asOptions(window)).toEqual({ from: '2026-11-24T02:09:58Z', to: '2026-11-24T02:15:59Z' });
});

import fc from 'fast-check';
import type { ScanPage, TableScanner } from '../../../aws/tableScan';
import { readPace } from '../../../operations/backfill/readPace';
import { scanItems } from '../../../operations/backfill/scanItems';
import { gapSince, requirePast } from '../../../operations/backfill/streamGap';

const { signal } = new AbortController();

/** Segments of pages with so many items, each item at so many capacity units. */
function table(segments: readonly (readonly number[])[], unitsPerItem: number, clock: { ms: number }) {
  let throttling = 0;
  const scanner: TableScanner = {
    page({ number }, { after }) {
      if (throttling-- > 0) return Promise.resolve('throttled');
      const at = Number((after?.page as { N: string } | undefined)?.N ?? 0);
      clock.ms += 5;
      const items = Array.from({ length: segments[number]?.[at] ?? 0 }, (_, i) => ({
        id: { S: `${number}-${at}-${i}` },
      }));
      const isLast = at + 1 >= (segments[number]?.length ?? 0);
      const next = isLast ? undefined : { page: { N: String(at + 1) } };
      return Promise.resolve<ScanPage>({ items, capacityUnits: items.length * unitsPerItem, next });
    },
  };
  return { scanner, throttle: (times: number) => (throttling = times) };
}

async function idsOf(pages: AsyncIterable<readonly { item: Record<string, unknown> }[]>): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of pages) ids.push(...page.map(({ item }) => (item.id as { S: string }).S));
  return ids;
}

test('law: every item of every segment comes once, throttled or not', async () => {
  const pages = fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(pages, fc.integer({ min: 0, max: 6 }), async (segments, throttledTimes) => {
      const clock = { ms: 0 };
      const { scanner, throttle } = table(segments, 1, clock);
      throttle(throttledTimes);
      let throttled = 0;
      const ids = await idsOf(
        scanItems({
          ...{ scanner, segments: segments.length, signal, nowMs: () => clock.ms, paced: (read) => read(undefined) },
          pause: () => Promise.resolve(),
          onThrottled: () => (throttled += 1),
        }),
      );
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toHaveLength(segments.flat().reduce((a, b) => a + b, 0));
      expect(throttled).toBe(throttledTimes);
    }),
  );
});

test('law: a scan takes no more capacity than it may, give or take the pages that are under way', async () => {
  const inputs = fc.record({
    rate: fc.integer({ min: 1, max: 2_000 }),
    segments: fc.array(fc.array(fc.integer({ min: 0, max: 256 }), { minLength: 1, maxLength: 8 }), {
      minLength: 1,
      maxLength: 4,
    }),
  });
  await fc.assert(
    fc.asyncProperty(inputs, async ({ rate, segments }) => {
      const clock = { ms: 0 };
      const pause = (ms: number) => {
        clock.ms += ms;
        return Promise.resolve();
      };
      const nowMs = () => clock.ms;
      const { scanner } = table(segments, 1, clock);
      const paced = readPace(rate, nowMs, pause);
      let taken = 0;
      const over: number[] = [];
      const onPage = (units: number) => {
        over.push(taken - (clock.ms * rate) / 1_000);
        taken += units;
      };
      await idsOf(scanItems({ scanner, segments: segments.length, signal, nowMs, pause, paced, onPage }));
      // When a page arrives, what came before it has been paid for, but for one page of each other segment.
      expect(Math.max(...over)).toBeLessThanOrEqual(256 * segments.length);
    }),
  );
});

test('pages are made about as small as one second may take', async () => {
  const asked: (number | undefined)[] = [];
  const paced = readPace(
    10,
    () => 0,
    () => Promise.resolve(),
  );
  const read = (maxItems: number | undefined) => {
    asked.push(maxItems);
    return Promise.resolve<ScanPage>({ items: Array.from({ length: 80 }, () => ({})), capacityUnits: 10 });
  };
  for (let i = 0; i < 2; i++) await paced(read, signal);
  expect(asked).toEqual([10, 80]);
});

describe('a gap between what is read and what the stream shows', () => {
  const stream = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };
  const label = '2026-01-05T12:00:00.000';
  const at = (minutes: number) => Date.UTC(2026, 0, 5, 12, minutes);
  const inAYear = { tombstoneExpirationDays: 365, nowMs: () => at(10) };
  test.each([
    ['no stream', {}, at(5), 'the table has no stream'],
    ['keys only', { StreamSpecification: { ...stream, StreamViewType: 'KEYS_ONLY' } }, at(5), 'shows KEYS_ONLY'],
    [
      'an export from before the stream',
      { StreamSpecification: stream, LatestStreamLabel: label },
      at(-1),
      "the export is of 2026-01-05T11:59:00Z, and the table's stream begins at 2026-01-05T12:00:00Z",
    ],
    [
      'an export of a former table',
      { StreamSpecification: stream, LatestStreamLabel: label, CreationDateTime: new Date(at(0)) },
      at(-1),
      'it is of a former table of the name',
    ],
  ])('%s is told, with the option that goes on', (_, described, readAtMs, message) => {
    const gap = gapSince({ ...inAYear, described }, readAtMs);
    expect(gap).toContain(message);
    expect(gap).toContain('--allow-gap');
  });

  test('an export that is dated in the future is refused', () => {
    expect(() => requirePast(at(10), at(5))).toThrow('dated 2026-01-05T12:10:00Z, and now it is 2026-01-05T12:05:00Z');
    expect(() => requirePast(at(5), at(5))).not.toThrow();
  });

  const DAY_MINUTES = 24 * 60;
  test.each([
    ['of the moment that their last day began', 3, 10, 'tombstones go 3 days after the delete'],
    ['of just after that', 3, 11, undefined],
    ['of long ago, where they stay', null, 10, undefined],
  ])('of tombstones that have gone, with an export %s', (_, tombstoneExpirationDays, minutes, message) => {
    const described = { StreamSpecification: stream, LatestStreamLabel: label };
    const gap = gapSince({ described, tombstoneExpirationDays, nowMs: () => at(10 + 3 * DAY_MINUTES) }, at(minutes));
    if (message === undefined) expect(gap).toBeUndefined();
    else expect(gap).toContain(message);
  });

  test('none', () => {
    const described = { StreamSpecification: stream, LatestStreamLabel: label };
    expect(gapSince({ ...inAYear, described }, at(0))).toBeUndefined();
  });
});

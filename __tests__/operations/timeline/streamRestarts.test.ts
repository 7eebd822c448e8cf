import fc from 'fast-check';
import type { ChangePosition } from '../../../core/changePosition';
import { encodeImage, NO_ITEM, type ImageHeader } from '../../../core/image';
import { StreamRestarts } from '../../../operations/timeline/streamRestarts';
import { MemoryBucket } from '../../support/memoryBucket';

const BEGIN_MS = Date.UTC(2026, 0, 5);
const MINUTE_MS = 60_000;
const labelOf = (ms: number) => new Date(ms).toISOString().replace('Z', '');

/** What is stored when: by the stream that was enabled at a time, or by none of them. */
interface Stored {
  readonly atMs: number;
  readonly enabledMs?: number;
}

async function restartsIn(all: readonly Stored[]) {
  const bucket = new MemoryBucket();
  for (const [n, { atMs, enabledMs }] of all.entries()) {
    const position: ChangePosition =
      enabledMs === undefined
        ? { source: 'backfill', readAtMs: atMs }
        : { source: 'stream', streamLabel: labelOf(enabledMs), sequenceNumber: String(n) };
    const event = enabledMs === undefined ? 'BACKFILL' : 'INSERT';
    const header: ImageHeader = { event, position, changedAtMs: atMs, previousDigest: NO_ITEM };
    bucket.store(`users/u${n}/image.json`, encodeImage(header, { id: { S: `u${n}` } }), atMs);
  }
  const restarts = new StreamRestarts();
  for (const objectKey of bucket.keys()) for (const version of bucket.versions(objectKey)) restarts.add(version);
  return { ...(await restarts.gaps(bucket)), reads: bucket.reads };
}

/** Streams one after another, each with images in seconds after it was enabled. */
const lives = fc
  .array(
    fc.record({
      pauseSeconds: fc.integer({ min: 1, max: 20_000 }),
      after: fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 12 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((streams) => {
    let nowMs = BEGIN_MS;
    return streams.map(({ pauseSeconds, after }) => {
      const enabledMs = (nowMs += pauseSeconds * 1_000);
      const stored = after.map((seconds) => ({ atMs: (nowMs += seconds * 1_000), enabledMs }));
      return { enabledMs, lastMs: nowMs, stored };
    });
  });

test('law: every restart of the stream is a gap, from its last change at the latest to the moment it was enabled again', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async (streams) => {
      const { gaps, isWhole } = await restartsIn(streams.flatMap(({ stored }) => stored));
      expect(isWhole).toBe(true);
      expect(gaps.map(({ toMs }) => toMs)).toEqual(streams.slice(1).map(({ enabledMs }) => enabledMs));
      for (const [i, { fromMs }] of gaps.entries()) {
        const lastMs = streams[i]?.lastMs ?? NaN;
        expect(fromMs).toBeLessThanOrEqual(lastMs);
        expect(fromMs).toBeGreaterThan(lastMs - MINUTE_MS);
      }
    }),
    { numRuns: 60 },
  );
});

test('what a backfill stored hides no restart', async () => {
  const minute = (n: number) => BEGIN_MS + n * MINUTE_MS;
  const backfilled = (from: number) => Array.from({ length: 10 }, (_, i) => ({ atMs: minute(from + i) }));
  const [first, second] = [minute(10), minute(60)];
  const { gaps } = await restartsIn([
    ...backfilled(0),
    ...[12, 13].map((n) => ({ atMs: minute(n), enabledMs: first })),
    ...backfilled(30),
    ...[62, 70].map((n) => ({ atMs: minute(n), enabledMs: second })),
    ...backfilled(80),
  ]);
  expect(gaps).toEqual([{ fromMs: minute(13), toMs: second }]);
});

test('one stream costs two looks, however long its history', async () => {
  const stored = Array.from({ length: 3_000 }, (_, i) => ({ atMs: BEGIN_MS + i * 30_000, enabledMs: BEGIN_MS }));
  expect(await restartsIn(stored)).toEqual({ gaps: [], isWhole: true, reads: 2 });
});

test('where only a backfill can be looked at, it says that not all was', async () => {
  const stored = Array.from({ length: 400 }, (_, i) => ({ atMs: BEGIN_MS + i * MINUTE_MS }));
  expect(await restartsIn(stored)).toMatchObject({ gaps: [], isWhole: false });
});

test('nothing stored is no gap', async () => {
  expect(await restartsIn([])).toEqual({ gaps: [], isWhole: true, reads: 0 });
});

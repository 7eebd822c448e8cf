import type { ScanPage } from '../../aws/tableScan';
import { segmentPages } from '../../operations/segmentPages';

const first: ScanPage = { items: [{ id: { S: 'a' } }], capacityUnits: 1, next: { id: { S: 'a' } } };
const last: ScanPage = { items: [{ id: { S: 'b' } }], capacityUnits: 1 };

test('while a page is throttled the pauses grow, and the same one is asked for; the next page begins anew', async () => {
  const answers = ['throttled', 'throttled', 'throttled', first, 'throttled', last] as const;
  const asked: unknown[] = [];
  const pausesMs: number[] = [];
  let throttled = 0;
  const pages = segmentPages({
    read: (after) => Promise.resolve(answers[asked.push(after) - 1] ?? last),
    signal: new AbortController().signal,
    pause: (ms) => Promise.resolve(void pausesMs.push(ms)),
    onThrottled: () => (throttled += 1),
  });
  const read: ScanPage[] = [];
  for await (const page of pages) read.push(page);
  expect(read).toEqual([first, last]);
  expect(asked).toEqual([undefined, undefined, undefined, undefined, first.next, first.next]);
  expect(throttled).toBe(4);
  // Half jitter: each is between a half of 50, 100, 200 ms and the whole.
  [50, 100, 200, 50].forEach((mostMs, i) => {
    expect(pausesMs[i]).toBeGreaterThanOrEqual(mostMs / 2);
    expect(pausesMs[i]).toBeLessThanOrEqual(mostMs);
  });
});

test('what stops the pause stops the reading', async () => {
  const stopped = new AbortController();
  let reads = 0;
  const pages = segmentPages({
    read: () => Promise.resolve(((reads += 1), 'throttled' as const)),
    signal: stopped.signal,
    pause: (_, signal) => {
      stopped.abort(new Error('stopped'));
      return Promise.reject(signal.reason as Error);
    },
  });
  await expect(pages.next()).rejects.toThrow('stopped');
  expect(reads).toBe(1);
});

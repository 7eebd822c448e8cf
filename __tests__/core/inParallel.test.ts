import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { inParallel } from '../../core/inParallel';

/** Hands out numbers, and tells when it is closed. */
async function* numbers(count: number, onClosed: () => void = () => undefined): AsyncGenerator<number> {
  try {
    for (let i = 0; i < count; i++) {
      await turn();
      yield i;
    }
  } finally {
    onClosed();
  }
}

test('work is done once for every item, with at most the limit at a time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(50), fc.integer({ min: 1, max: 10 }), fc.boolean(), async (count, limit, isAsync) => {
      const done: number[] = [];
      let [working, most] = [0, 0];
      await inParallel(isAsync ? numbers(count) : Array.from({ length: count }, (_, i) => i), limit, async (item) => {
        most = Math.max(most, ++working);
        await turn();
        working -= 1;
        done.push(item);
      });
      expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(most).toBeLessThanOrEqual(limit);
      expect(working).toBe(0);
    }),
    { numRuns: 30 },
  );
});

test('the first error is told once all work that was started has ended; nothing is started after it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 5 }), async (at, limit) => {
      let [working, startedAfter, hasFailed] = [0, 0, false];
      const outcome = inParallel(numbers(40), limit, async (item) => {
        if (hasFailed) startedAfter += 1;
        working += 1;
        if (item === at) {
          hasFailed = true;
          working -= 1;
          throw new Error(`item ${item}`);
        }
        await turn();
        await turn();
        working -= 1;
      });
      await expect(outcome).rejects.toThrow(`item ${at}`);
      expect({ working, startedAfter }).toEqual({ working: 0, startedAfter: 0 });
    }),
    { numRuns: 30 },
  );
});

test('an error is told although the next item never comes, once the others that were started have ended', async () => {
  async function* two(): AsyncGenerator<number> {
    yield 1;
    yield 2;
    await new Promise(() => undefined);
  }
  let hasEnded = false;
  const outcome = inParallel(two(), 4, async (item) => {
    if (item === 1) throw new Error('work');
    for (let i = 0; i < 5; i++) await turn();
    hasEnded = true;
  });
  await expect(outcome).rejects.toThrow('work');
  expect(hasEnded).toBe(true);
});

test('an error is told although the next item never comes, and nothing else was started; nor can the items be closed', async () => {
  let asked = 0;
  const next = () =>
    new Promise<IteratorResult<number>>((resolve) => (asked++ === 0 ? resolve({ value: 1, done: false }) : undefined));
  const items = { [Symbol.asyncIterator]: () => ({ next }) };
  await expect(inParallel(items, 3, () => Promise.reject(new Error('work')))).rejects.toThrow('work');
});

test('items are closed after an error', async () => {
  const closed = new Promise<void>((resolve) => {
    const outcome = inParallel(numbers(Infinity, resolve), 4, (item) =>
      item === 3 ? Promise.reject(new Error('work')) : Promise.resolve(),
    );
    outcome.catch(() => undefined);
  });
  await closed;
});

test('an error of the items is the error', async () => {
  async function* broken(): AsyncGenerator<number> {
    yield* numbers(3);
    throw new Error('listing');
  }
  let working = 0;
  const outcome = inParallel(broken(), 4, async () => {
    working += 1;
    for (let i = 0; i < 5; i++) await turn();
    working -= 1;
  });
  await expect(outcome).rejects.toThrow('listing');
  expect(working).toBe(0);
});

import fc from 'fast-check';
import {
  batchesInParallel,
  inBatches,
  inBatchesOf,
  interleaved,
  mapInOrder,
  mapInParallel,
} from '../../core/mapInParallel';
import { flattened } from '../../core/steps';

async function* from<Value>(values: readonly Value[], onEnd?: () => unknown): AsyncGenerator<Value> {
  try {
    for (const value of values) yield await Promise.resolve(value);
  } finally {
    await onEnd?.();
  }
}

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const list: Value[] = [];
  for await (const value of values) list.push(value);
  return list;
}

/** Takes one value, and leaves. */
async function leave<Value>(values: AsyncGenerator<Value>): Promise<void> {
  await values.next();
  await values.return(undefined);
}

/** Lets a task wait for a number of turns of the event loop: work of different lengths without a clock. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

const work = fc.array(fc.nat(4), { maxLength: 30 });
const limits = fc.integer({ min: 1, max: 6 });

describe('streams that work side by side', () => {
  test.each([
    ['in parallel', mapInParallel],
    ['in order', mapInOrder],
  ])('law: %s, every item once, and never more than the limit at a time', async (_, map) => {
    await fc.assert(
      fc.asyncProperty(work, limits, async (list, limit) => {
        let [running, most] = [0, 0];
        const results = await all(
          map(from([...list.entries()]), limit, async ([i, length]) => {
            most = Math.max(most, ++running);
            await turns(length);
            running -= 1;
            return i;
          }),
        );
        expect(map === mapInOrder ? results : results.sort((a, b) => a - b)).toEqual([...list.keys()]);
        expect(most).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ['in parallel', mapInParallel],
    ['in order', mapInOrder],
  ])('%s, an error comes out, and the source is closed', async (_, map) => {
    let closed = false;
    const broken = map(
      from([1, 2, 3, 4, 5], () => (closed = true)),
      2,
      (n) => (n === 2 ? Promise.reject(new Error('broken')) : Promise.resolve(n)),
    );
    await expect(all(broken)).rejects.toThrow('broken');
    expect(closed).toBe(true);
  });

  test('an error of the source comes out', async () => {
    async function* failing(): AsyncGenerator<number> {
      yield await Promise.resolve(1);
      throw new Error('no more pages');
    }
    await expect(all(mapInParallel(failing(), 3, (n) => Promise.resolve(n)))).rejects.toThrow('no more pages');
  });

  test('a reader that leaves ends the work and closes the source', async () => {
    let [closed, started] = [false, 0];
    const many = Array.from({ length: 1_000 }, (_, i) => i);
    const results = mapInParallel(
      from(many, () => (closed = true)),
      4,
      (n) => Promise.resolve(started++ + n),
    );
    await results.next();
    await results.return(undefined);
    expect(closed).toBe(true);
    expect(started).toBeLessThan(50);
  });

  test.each([
    ['in parallel', mapInParallel],
    ['in order', mapInOrder],
  ])('law: %s, as many are at work as the limit allows', async (_, map) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), limits, async (count, limit) => {
        let [running, most] = [0, 0];
        const each = async () => {
          most = Math.max(most, ++running);
          await turns(20);
          running -= 1;
        };
        await all(map(from(Array.from({ length: count })), limit, each));
        expect(most).toBe(Math.min(count, limit));
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    ['in parallel', mapInParallel],
    ['in order', mapInOrder],
  ])('%s, what was started has ended when an error comes out, or the reader has left', async (_, map) => {
    let running = 0;
    const each = async (n: number) => {
      running += 1;
      await turns(n === 1 ? 1 : 10);
      running -= 1;
      if (n === 1) throw new Error('broken');
      return n;
    };
    await expect(all(map(from([1, 2, 3, 4]), 3, each))).rejects.toThrow('broken');
    expect(running).toBe(0);
    await leave(map(from([2, 3, 4, 5]), 3, each));
    expect(running).toBe(0);
  });

  test('a source that cannot be closed is read, and left', async () => {
    let n = 0;
    const next = () => Promise.resolve({ done: n === 9, value: n++ });
    const unclosed = { [Symbol.asyncIterator]: () => ({ next }) };
    const results = mapInParallel(unclosed, 2, (one) => Promise.resolve(one));
    await results.next();
    expect(await results.return(undefined)).toEqual({ done: true, value: undefined });
  });

  test('of interleaved sources an error comes out, and all are closed', async () => {
    let closed = 0;
    async function* failing(): AsyncGenerator<number> {
      yield await Promise.resolve(1);
      throw new Error('no more pages');
    }
    const close = () => (closed += 1);
    await expect(all(interleaved([from([1, 2, 3], close), failing()]))).rejects.toThrow('no more pages');
    await leave(interleaved([from([1, 2, 3], close), from([4, 5, 6], close)]));
    expect(closed).toBe(3);
    const slowly = () => turns(5).then(close);
    await leave(interleaved([from([1, 2, 3], slowly), from([4, 5, 6], slowly)]));
    expect(closed).toBe(5);
  });

  test('law: interleaved sources lose nothing and keep their own order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(9), { maxLength: 5 }), async (lengths) => {
        const sources = lengths.map((length, source) => from(Array.from({ length }, (_, i) => ({ source, i }))));
        const merged = await all(interleaved(sources));
        for (const [source, length] of lengths.entries()) {
          const own = merged.filter((one) => one.source === source).map(({ i }) => i);
          expect(own).toEqual(Array.from({ length }, (_, i) => i));
        }
      }),
      { numRuns: 50 },
    );
  });

  test('law: results in batches are those one by one, each batch full but the last, and no more at a time', async () => {
    await fc.assert(
      fc.asyncProperty(work, limits, fc.integer({ min: 1, max: 5 }), async (list, limit, size) => {
        let [running, most, waiting, mostWaiting] = [0, 0, 0, 0];
        const batches = batchesInParallel(from([...list.entries()]), limit, size, async ([i, length]) => {
          most = Math.max(most, ++running);
          await turns(length);
          running -= 1;
          mostWaiting = Math.max(mostWaiting, ++waiting);
          return i;
        });
        const found: number[][] = [];
        for await (const batch of batches) {
          await turns(3);
          waiting -= batch.length;
          found.push(batch);
        }
        expect(found.flat().sort((a, b) => a - b)).toEqual([...list.keys()]);
        expect(found.slice(0, -1).every((batch) => batch.length === size)).toBe(true);
        expect(found.every((batch) => batch.length > 0 && batch.length <= size)).toBe(true);
        expect(most).toBeLessThanOrEqual(limit);
        // In hand, two that wait, one that fills, and what was being worked on meanwhile.
        expect(mostWaiting).toBeLessThanOrEqual(4 * size + limit);
      }),
      { numRuns: 100 },
    );
  });

  test('law: results in batches of what is there at once do not pile up before a slow reader', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 10 }), async (limit, size) => {
        const many = Array.from({ length: 600 }, (_, i) => i);
        const found: number[][] = [];
        let [begun, most] = [0, 0];
        for await (const batch of batchesInParallel(flattened(pages(many)), limit, size, (i) => (begun++, i))) {
          found.push(batch);
          most = Math.max(most, begun - found.length * size);
          await turns(3);
        }
        expect(found.flat().sort((a, b) => a - b)).toEqual(many);
        expect(found.slice(0, -1).every((batch) => batch.length === size)).toBe(true);
        expect(most).toBeLessThanOrEqual(4 * size + limit);
      }),
      { numRuns: 50 },
    );

    async function* pages(values: readonly number[]) {
      for (let at = 0; at < values.length; at += 100) yield await Promise.resolve(values.slice(at, at + 100));
    }
  });

  test('results in batches: an error comes out, and a reader that leaves closes the source', async () => {
    const closed: string[] = [];
    const broken = batchesInParallel(
      from([1, 2, 3, 4, 5], () => closed.push('broken')),
      2,
      2,
      (n) => (n === 4 ? Promise.reject(new Error('broken')) : Promise.resolve(n)),
    );
    await expect(all(broken)).rejects.toThrow('broken');
    const many = Array.from({ length: 1_000 }, (_, i) => i);
    const left = batchesInParallel(
      from(many, () => closed.push('left')),
      4,
      10,
      (n) => Promise.resolve(n),
    );
    await left.next();
    await left.return(undefined);
    expect(closed).toEqual(['broken', 'left']);
  });

  test('law: groups of any size in batches: all items in order, each batch full but the last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.nat())), fc.integer({ min: 1, max: 5 }), async (groups, size) => {
        const batches = await all(inBatchesOf(size, from(groups)));
        expect(batches.flat()).toEqual(groups.flat());
        expect(batches.slice(0, -1).every((batch) => batch.length === size)).toBe(true);
        expect(batches.every((batch) => batch.length > 0 && batch.length <= size)).toBe(true);
      }),
    );
  });

  test('batches: all items in order, none empty, none too large', async () => {
    expect(await all(inBatches(from([1, 2, 3, 4, 5]), 2))).toEqual([[1, 2], [3, 4], [5]]);
    expect(await all(inBatches(from([]), 2))).toEqual([]);
  });
});

import { sampleItems } from '../../../operations/verify/sampleItems';
import type { TableScanner } from '../../../aws/tableScan';
import { generator } from '../../core/arbitraries';

/** A table that is cut as DynamoDB cuts it: by a hash, here the number itself; throttled now and then. */
function scannerOf(count: number): TableScanner & { reads: number } {
  const scanner = {
    reads: 0,
    page: (segment: { number: number; of: number }, { after }: { after?: unknown }) => {
      scanner.reads += 1;
      if (scanner.reads % 5 === 0) return Promise.resolve('throttled' as const);
      const all = Array.from({ length: count }, (_, n) => n).filter((n) => n % segment.of === segment.number);
      const start = after === undefined ? 0 : Number((after as { at: { N: string } }).at.N);
      const items = all.slice(start, start + 2).map((n) => ({ id: { N: String(n) } }));
      const next = start + 2 < all.length ? { at: { N: String(start + 2) } } : undefined;
      return Promise.resolve({ items, capacityUnits: 1, next });
    },
  };
  return scanner;
}

const draw = async (count: number, size: number, itemCount = count, seed = 1) => {
  const random = generator(seed);
  const scanner = scannerOf(count);
  const sample = await sampleItems({
    ...{ scanner, size, itemCount, random: () => random(1 << 20) / (1 << 20) },
    signal: new AbortController().signal,
    pause: () => Promise.resolve(),
  });
  return { ...sample, reads: scanner.reads, numbers: sample.items.map(({ id }) => Number((id as { N: string }).N)) };
};

test('as many different items as asked for, from a small part of a large table', async () => {
  const { numbers, reads, segments, ofSegments } = await draw(10_000, 50);
  expect(new Set(numbers).size).toBe(50);
  expect(ofSegments).toBe(2_500);
  expect(segments).toBeLessThan(30);
  expect(reads).toBeLessThan(100);
});

test('a table not larger than the sample is drawn whole, whatever its size was thought to be', async () => {
  for (const itemCount of [0, 7, 5_000]) {
    const { numbers } = await draw(20, 50, itemCount);
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  }
});

test('a table of unknown size is read whole, and the sample is still random and no larger than asked for', async () => {
  const { numbers } = await draw(400, 10, 0);
  expect(new Set(numbers).size).toBe(10);
  expect(Math.max(...numbers)).toBeGreaterThan(100);
});

test('every item can be drawn', async () => {
  const drawn = new Set<number>();
  for (let seed = 1; seed <= 400 && drawn.size < 40; seed++) {
    for (const number of (await draw(40, 4, 40, seed)).numbers) drawn.add(number);
  }
  expect(drawn.size).toBe(40);
});

test('an empty table gives an empty sample', async () => {
  expect((await draw(0, 5)).items).toEqual([]);
});

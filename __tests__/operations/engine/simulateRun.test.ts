import fc from 'fast-check';
import { simulateRun, type SimulatedTable } from '../../../operations/engine/simulateRun';

const table: SimulatedTable = {
  ...{ items: 1e9, itemBytes: 600, versions: 2e9, partitions: 1, shareInHundredth: 0.01 },
  ...{ maxConcurrency: 50, memoryMb: 1_769, region: 'us-east-1' },
};

const aTable = fc
  .record({
    items: fc.integer({ min: 1, max: 2e8 }),
    itemBytes: fc.integer({ min: 20, max: 5_000 }),
    partitions: fc.integer({ min: 1, max: 50 }),
    shareInHundredth: fc.double({ min: 0.01, max: 1, noNaN: true }),
    maxConcurrency: fc.integer({ min: 1, max: 500 }),
    memoryMb: fc.integer({ min: 512, max: 3_000 }),
  })
  .map((given) => ({ ...table, ...given, versions: given.items }));

test('however a table is spread, every item is folded, and nothing is faster than its processors and the reads of S3', () => {
  fc.assert(
    fc.property(aTable, (given) => {
      const { items, itemBytes, partitions, memoryMb, maxConcurrency } = given;
      const run = simulateRun(given);
      const rate = 8_000 * Math.min(1, memoryMb / 1_769);
      const nearly = 1 - 1e-9;
      expect(run.workerSeconds).toBeGreaterThanOrEqual((items / rate) * nearly);
      expect(run.foldSeconds).toBeGreaterThanOrEqual((items / (partitions * 5_500)) * nearly);
      expect(run.foldSeconds * maxConcurrency).toBeGreaterThanOrEqual(run.workerSeconds * nearly);
      expect(run.files * 256 * 2 ** 20).toBeGreaterThanOrEqual(items * itemBytes);
      expect(run.files).toBeGreaterThanOrEqual(1);
    }),
    { numRuns: 50 },
  );
});

test('a billion items on one prefix, by hand: 1,000,000,000 ÷ 5,500 = 181,818 seconds, $400 of GETs, $83.82 of import', () => {
  const run = simulateRun(table);
  expect(run.boundBy).toBe('reads of S3');
  expect(run.foldSeconds).toBeGreaterThan(181_818);
  expect(run.foldSeconds).toBeLessThan(1.2 * 181_818);
  const usdOf = (what: string) => run.lines.find((line) => line.what === what)?.usd;
  expect(usdOf('GET requests')).toBeCloseTo(400);
  expect(usdOf('import')).toBeCloseTo((1e9 * 600 * 0.15) / 2 ** 30, 1);
});

test('what is handed back is folded in later rounds', () => {
  expect(simulateRun({ ...table, items: 1e6 }).rounds).toBe(1);
  expect(simulateRun({ ...table, items: 1e8, shareInHundredth: 1, partitions: 10 }).rounds).toBeGreaterThan(1);
});

import fc from 'fast-check';
import { canonicalItem } from '../../../core/canonicalItem';
import { stateOfObject } from '../../../operations/images/stateOfObject';
import { PLACES } from '../../../operations/engine/run';
import type { MemoryBucket } from '../../support/memoryBucket';
import { bucketOf, folder, parts, runEngine, table, type Written } from './support/engineRun';
import { MemoryStore } from './support/memoryStore';

const HOUR_MS = 3_600_000;

const aHistory: fc.Arbitrary<Written[]> = fc
  .array(
    fc.record({
      id: fc.oneof(fc.stringMatching(/^[ab0-3]{1,3}$/), fc.constantFrom('é', 'a/b', 'Z', '~')),
      value: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
      hours: fc.integer({ min: 0, max: 40 }),
    }),
    { maxLength: 30 },
  )
  .map((changes) =>
    changes
      .sort((a, b) => a.hours - b.hours)
      .map(({ id, value, hours }, sequence) => ({
        ...{ id, value, sequence: sequence + 1, changedAtMs: hours * HOUR_MS },
      })),
  );

/** The lines that one pass over the whole bucket would import. */
async function linesOf(bucket: MemoryBucket, momentMs: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const history of bucket.histories('users/')) {
    if (history.objectKey === 'users/table.json') continue;
    const state = await stateOfObject({ source: bucket, table, momentMs }, history);
    if (state.is === 'item') lines.push(`{"Item":${canonicalItem(state.item)}}`);
  }
  return lines.sort();
}

test('however it is cut, handed back and done again, the files hold what one pass over the images would bring back', async () => {
  await fc.assert(
    fc.asyncProperty(
      aHistory,
      fc.record({
        momentMs: fc.oneof(
          fc.constant(Infinity),
          fc.integer({ min: 0, max: 40 }).map((hours) => hours * HOUR_MS),
        ),
        ranges: fc.integer({ min: 1, max: 6 }),
        parallelism: fc.integer({ min: 1, max: 4 }),
      }),
      fc.infiniteStream(fc.boolean()),
      async (changes, options, times) => {
        const bucket = bucketOf(changes);
        const next = () => times.next().value as boolean;
        const store = new MemoryStore();
        const { collected } = await runEngine({
          ...{ bucket, store, ...options, isOver: next },
          // Some workers die behind any write of theirs, and Step Functions starts another one.
          async work(_, perform) {
            let writes = next() ? 2 : Infinity;
            store.beforeWrite = (objectKey) => {
              if (objectKey.startsWith(`${folder}parts/`) && writes-- <= 0) throw new Error('died');
            };
            await perform().catch(() => undefined);
            store.beforeWrite = () => undefined;
            return perform();
          },
        });
        expect(store.lines(PLACES.items(folder))).toEqual(await linesOf(bucket, options.momentMs));
        expect(collected.counts.item).toBe(store.lines(PLACES.items(folder)).length);
      },
    ),
    { numRuns: 60 },
  );
});

test('ranges are all of the table, and no two have an item in common', async () => {
  await fc.assert(
    fc.asyncProperty(aHistory, fc.integer({ min: 1, max: 12 }), async (changes, most) => {
      const bucket = bucketOf(changes);
      const { source } = parts({ bucket });
      const ranges = await source.divide({ after: '' }, most);
      expect(ranges.length).toBeLessThanOrEqual(most);
      expect(ranges[0]?.after).toBe('');
      expect(ranges.at(-1)?.upTo).toBeUndefined();
      expect(ranges.slice(1).map(({ after }) => after)).toEqual(ranges.slice(0, -1).map(({ upTo }) => upTo));
      const found: string[] = [];
      for (const range of ranges) {
        for await (const { states } of source.states(range)) found.push(...states.map(({ objectKey }) => objectKey));
      }
      expect(found).toEqual(bucket.keys().filter((key) => key !== 'users/table.json'));
    }),
    { numRuns: 60 },
  );
});

test('many items with much in common are cut all the same', async () => {
  const changes = Array.from({ length: 100 }, (_, i) => ({
    ...{ id: `customer-${String(i).padStart(8, '0')}`, sequence: i + 1, value: i, changedAtMs: 0 },
  }));
  const { source } = parts({ bucket: bucketOf(changes) });
  expect((await source.divide({ after: '' }, 16)).length).toBe(16);
});

import fc from 'fast-check';
import { eraseLastOfAll } from '../../../operations/erase/eraseLastOfAll';
import type { HeldVersion } from '../../../operations/erase/standing';

const ITEMS = ['a', 'b', 'c'];

/** A batch with some items, and the deletes of some of them. */
function batchOf(n: number, items: readonly string[], deletes: readonly string[]): HeldVersion {
  const version = { objectKey: `batch-${n}`, versionId: 'v', storedAtMs: n, etag: '', sizeBytes: 1, isLatest: true };
  return {
    ...{ in: 'source', is: 'journal', standing: 'read', mayExpire: true, lines: items.length },
    version: { ...version, storageClass: 'STANDARD' },
    ...{ items: new Map(items.map((item) => [item, 1])), deletes: new Set(deletes) },
  };
}

const stories = fc.record({
  batches: fc.array(
    fc.record({
      items: fc.subarray(ITEMS, { minLength: 1 }),
      mayGo: fc.boolean(),
      isRefused: fc.boolean(),
    }),
    { maxLength: 8 },
  ),
  isAllFree: fc.boolean(),
  stopsAfter: fc.nat({ max: 6 }),
});

test('law: whatever S3 refuses, and wherever it stops, an item of which any batch is left has its last; and what stays is told', async () => {
  await fc.assert(
    fc.asyncProperty(stories, async ({ batches, isAllFree, stopsAfter }) => {
      const isLastOf = (n: number) => (item: string) =>
        batches.findLastIndex(({ items }) => items.includes(item)) === n;
      const all = batches.map(({ items }, n) => batchOf(n, items, items.filter(isLastOf(n))));
      const mayGo = new Set(all.filter((_, n) => isAllFree || batches[n]?.mayGo));
      const left = new Set(all);
      const isWhole = () => {
        for (const item of ITEMS) {
          const those = all.filter(({ items }) => items.has(item));
          const isLeft = those.some((one) => left.has(one));
          expect([item, isLeft && !left.has(those.at(-1)!)]).toEqual([item, false]);
        }
      };
      let calls = 0;
      const erase = (some: readonly HeldVersion[]) => {
        calls += 1;
        if (calls > stopsAfter) return Promise.reject(new Error('stopped'));
        const reasons = new Map<HeldVersion, string>();
        for (const one of some) {
          if (batches[all.indexOf(one)]?.isRefused) reasons.set(one, 'refused');
          else left.delete(one);
        }
        return Promise.resolve(reasons);
      };
      const stays = await eraseLastOfAll(all, mayGo, erase).catch(() => undefined);
      isWhole();
      if (stays) expect(new Set(stays.keys())).toEqual(new Set([...left].filter((one) => mayGo.has(one))));
      if (stays && isAllFree && !batches.some(({ isRefused }) => isRefused)) expect(left.size).toBe(0);
    }),
    { numRuns: 300 },
  );
});

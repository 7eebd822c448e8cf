import fc from 'fast-check';
import type { ObjectHistory } from '../../../aws/objectVersions';
import { drawSample } from '../../../operations/drill/sample';

const objects = (count: number): ObjectHistory[] =>
  Array.from({ length: count }, (_, i) => ({ objectKey: String(i), versions: [] }));

async function* listed(histories: readonly ObjectHistory[]): AsyncGenerator<ObjectHistory> {
  for (const history of histories) yield await Promise.resolve(history);
}

/** Mulberry32: the same numbers at every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('a sample', () => {
  test('law: has the size that was asked for, or everything, of different objects, and counts all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.integer({ min: 1, max: 60 }), fc.integer(), async (count, size, seed) => {
        const sample = await drawSample(listed(objects(count)), size, undefined, seeded(seed));
        const keys = new Set(sample.histories.map(({ objectKey }) => objectKey));
        expect(sample.objects).toBe(count);
        expect(keys.size).toBe(Math.min(count, size));
        expect(sample.histories).toHaveLength(keys.size);
      }),
    );
  });
});

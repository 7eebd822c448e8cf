import fc from 'fast-check';
import type { ObjectHistory } from '../../../aws/objectVersions';
import { compareKeys } from '../../../core/keyRanges';
import { inKeyOrder } from '../../../operations/journal/inKeyOrder';

// oxlint-disable-next-line typescript/require-await
async function* listed(keys: readonly string[]): AsyncGenerator<ObjectHistory> {
  for (const objectKey of keys) yield { objectKey, versions: [] };
}

test('histories come in the byte order of their keys, each once, whatever goes into the memory', async () => {
  const ends = fc.constantFrom('\u2028', '\u2029', '\r', '\n');
  const key = fc
    .tuple(fc.string({ unit: 'grapheme' }), ends, fc.string({ unit: 'grapheme' }))
    .map((all) => all.join(''));
  const keys = fc.uniqueArray(key, { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(keys, fc.integer({ min: 0, max: 300 }), async (some, memoryCharacters) => {
      const sorted: string[] = [];
      for await (const { objectKey } of inKeyOrder(listed(some), memoryCharacters)) sorted.push(objectKey);
      expect(sorted).toEqual([...some].sort(compareKeys));
    }),
    { numRuns: 50 },
  );
});

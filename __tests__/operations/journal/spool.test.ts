import fc from 'fast-check';
import { digestOf } from '../../../core/digest';
import { Spool } from '../../../operations/journal/spool';

describe('lines by name', () => {
  test('law: each name is in the part of the first 6 bits of its SHA-256, in memory or not, with its lines in order', async () => {
    const lines = fc.array(fc.tuple(fc.stringMatching(/^[a-z/ü=]{1,8}$/u), fc.stringMatching(/^[\t a-z]{0,8}$/)));
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.constantFrom(undefined, 0, 40),
        fc.constantFrom(undefined, 1, 40),
        fc.boolean(),
        async (added, memoryCharacters, textBytes, isAtOnce) => {
          const spool = new Spool(memoryCharacters, undefined, textBytes);
          try {
            if (isAtOnce) await Promise.all(added.map(([name, line]) => spool.add(name, line)));
            else for (const [name, line] of added) await spool.add(name, line);
            const found = new Map<string, readonly string[]>();
            let part = 0;
            for await (const names of spool.all()) {
              for (const [name, of] of names) {
                expect(Number.parseInt(digestOf(name).slice(0, 2), 16) >> 2).toBe(part);
                expect(found.has(name)).toBe(false);
                found.set(name, of);
              }
              part += 1;
            }
            expect(part).toBe(64);
            expect(found).toEqual(
              new Map(added.map(([name]) => [name, added.filter((one) => one[0] === name).map(([, line]) => line)])),
            );
          } finally {
            await spool.close();
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

import fc from 'fast-check';
import { untilNoneLeft } from '../../aws/untilNoneLeft';

test('every part is done once, however many are left out of each call; pauses tell how many calls were in vain', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(30), fc.array(fc.nat(5), { maxLength: 20 }), async (size, doneOfCalls) => {
      const parts = Array.from({ length: size }, (_, part) => part);
      const done: number[] = [];
      const pauses: [number, number][] = [];
      const expected: [number, number][] = [];
      let [call, inVain] = [0, 0];
      await untilNoneLeft(
        parts,
        (left) => {
          const taken = Math.min(left.length, doneOfCalls[call++] ?? left.length);
          done.push(...left.slice(0, taken));
          const rest = left.slice(taken);
          inVain = taken > 0 ? 0 : inVain + 1;
          if (rest.length > 0) expected.push([inVain, rest.length]);
          return Promise.resolve(rest);
        },
        (...told) => Promise.resolve(void pauses.push(told)),
      );
      expect(done).toEqual(parts);
      expect(pauses).toEqual(expected);
    }),
  );
});

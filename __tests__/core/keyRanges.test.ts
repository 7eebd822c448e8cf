import fc from 'fast-check';
import { middleOf } from '../../core/keyRanges';

const key = fc.stringMatching(/^[-%./0-9=A-Z_a-z~]{1,6}$/).map((rest) => `t/${rest}`);

describe('a key that cuts a range of object keys in two', () => {
  test('law: it lies between the ends of the range', () => {
    fc.assert(
      fc.property(key, key, fc.boolean(), (one, other, isOpen) => {
        const [after, upTo] = one < other ? [one, other] : [other, one];
        const middle = middleOf({ after, upTo: isOpen ? undefined : upTo }, 't/');
        if (middle === undefined) return;
        expect(middle > after && (isOpen || middle < upTo)).toBe(true);
      }),
    );
  });

  test.each([
    ['in the middle of what the character can be', 't/a', 't/e', 't/c'],
    ['of an even number, the lower one of the middle', 't/a', 't/f', 't/c'],
    ['one character on, where there is nothing between', 't/ax', 't/b', 't/az'],
    ['the beginning of the last key, where that is longer', 't/a', 't/b1', 't/b'],
    ['within the last key, where both begin alike', 't/aa', 't/ae', 't/ac'],
    ['of all that follow, without an end', 't/a', undefined, 't/n'],
    ['beside a key of another alphabet', 't/é', undefined, undefined],
    ['nothing between', 't/a', 't/b', undefined],
    ['nothing behind', 't/~', undefined, undefined],
  ])('%s', (_, after, upTo, middle) => {
    expect(middleOf({ after, upTo }, 't/')).toBe(middle);
  });

  test('halves that are cut again and again come between any two keys that differ where the first one has a character', () => {
    const after = 't/m5';
    let [low, high] = [after, 't/~~'];
    for (let cuts = 0; cuts < 20; cuts += 1) {
      const middle = middleOf({ after: low, upTo: high }, 't/');
      if (middle === undefined) break;
      if (middle < 't/q7') low = middle;
      else high = middle;
    }
    expect([low, high]).toEqual(['t/q', 't/r']);
  });
});

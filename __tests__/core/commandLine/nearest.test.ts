import fc from 'fast-check';
import { nearest } from '../../../core/commandLine/nearest';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
const letter = fc.constantFrom('a', 'b', 'x');

/** A letter more, less, or another one, at a place. */
const error = fc.tuple(fc.constantFrom('add', 'drop', 'change'), fc.nat(6), letter);

function withErrors(text: string, errors: readonly (readonly [string, number, string])[]): string {
  return errors.reduce((one, [what, place, other]) => {
    const at = Math.min(place, one.length);
    return one.slice(0, at) + (what === 'drop' ? '' : other) + one.slice(what === 'add' ? at : at + 1);
  }, text);
}

test('law: a word with up to two typing errors is known again', () => {
  fc.assert(
    fc.property(word, fc.array(error, { maxLength: 2 }), (text, errors) => {
      expect(nearest(withErrors(text, errors), [text])).toBe(text);
    }),
  );
});

test('law: the fewer typing errors there are, the nearer it is: what is written right is taken', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), fc.nat(), (words, n) => {
      const written = words[n % words.length]!;
      expect(nearest(written, words)).toBe(written);
    }),
  );
});

test.each([
  ['merge', ['--merge'], '--merge'],
  ['--mrege', ['--merge'], '--merge'],
  ['--abc', ['--merge'], undefined],
  ['abc', ['abcdef'], undefined],
  ['abcdef', ['abc'], undefined],
  ['abc', ['xyz'], undefined],
  ['abc', [], undefined],
  ['', ['abc'], undefined],
])('%j among %j is %s', (written, words, expected) => expect(nearest(written, words)).toBe(expected));

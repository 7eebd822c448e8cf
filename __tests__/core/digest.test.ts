import fc from 'fast-check';
import { digestIntoWords, digestOf } from '../../core/digest';
import { anyCharacter } from '../support/anyCharacter';

test('law: the words of a digest are its hexadecimal digits, eight for each', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.integer({ min: 1, max: 8 }), (text, count) => {
      const words = new Uint32Array(count);
      digestIntoWords(text, words);
      const digits = [...words].map((word) => word.toString(16).padStart(8, '0')).join('');
      expect(digits).toBe(digestOf(text).slice(0, 8 * count));
    }),
  );
});

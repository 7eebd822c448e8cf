import fc from 'fast-check';

const SURROGATES = { from: 0xd800, count: 0x800 };

/**
 * Every code point that is a character, as fast-check's own unit `binary`: that one writes a list of all 1.1 million of them in
 * each test file, which takes a second.
 */
export const anyCharacter = fc
  .nat({ max: 0x10ffff - SURROGATES.count })
  .map((index) => String.fromCodePoint(index < SURROGATES.from ? index : index + SURROGATES.count), indexOf);

/** @throws RangeError for what is no single character: fast-check asks, to see whether a text can be made of these. */
function indexOf(text: unknown): number {
  const point = typeof text === 'string' ? text.codePointAt(0) : undefined;
  if (point === undefined || String.fromCodePoint(point) !== text) throw new RangeError('not one character');
  if (point < SURROGATES.from) return point;
  if (point < SURROGATES.from + SURROGATES.count) throw new RangeError('half of a character');
  return point - SURROGATES.count;
}

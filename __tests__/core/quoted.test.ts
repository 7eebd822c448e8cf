import { quoted } from '../../core/quoted';

test.each([
  ['text', 'a"b', '"a\\"b"'],
  ['nothing', undefined, 'undefined'],
  ['an object', { a: [1] }, '{"a":[1]}'],
  ['as much as there is room for', 'x'.repeat(78), `"${'x'.repeat(78)}"`],
  ['more than that', 'x'.repeat(79), `"${'x'.repeat(79)}…`],
  ['what JSON has no word for', { n: 1n }, 'something too deep to be shown'],
])('%s', (_, value, shown) => {
  expect(quoted(value)).toBe(shown);
});

import { plainText } from '../../core/plainText';

test.each([
  ['text as it is', 'text', 'text'],
  ['nothing', '', ''],
  ['text with a byte order mark', '\uFEFFtext', 'text'],
  ['a mark within the text, which belongs to it', 'a\uFEFFb', 'a\uFEFFb'],
  ['one damaged character', '\uFFFDtext', '\uFFFDtext'],
  ['damaged characters within the text', 'a\uFFFD\uFFFD', 'a\uFFFD\uFFFD'],
])('%s is read', (_, given, text) => {
  expect(plainText(given)).toBe(text);
});

test.each([
  ['with its byte order mark', '\uFFFD\uFFFDt\u0000'],
  ['without one', 't\u0000e\u0000'],
  ['of letters that have no NUL', '\uFFFD\uFFFDtext'],
])('UTF-16 is named: %s', (_, given) => {
  expect(plainText(given)).toEqual({ problem: 'it is UTF-16, or no text; save it as UTF-8' });
});

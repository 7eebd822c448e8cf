import fc from 'fast-check';
import { plainText, textLines, textOfBytes } from '../../core/plainText';
import { anyCharacter } from '../support/anyCharacter';

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

test.each([
  ['with its byte order mark', Buffer.from('\uFEFFtext', 'utf16le')],
  ['of big ends', Buffer.from('\uFEFFtext', 'utf16le').swap16()],
  ['without a mark, of letters beyond ASCII', Buffer.from('t\u00ff', 'utf16le')],
])('UTF-16 is named as bytes: %s', (_, bytes) => {
  expect(textOfBytes(bytes)).toEqual({ problem: 'it is UTF-16, or no text; save it as UTF-8' });
});

test('law: bytes are the text that they are in UTF-8, and of no other encoding', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      fc.pre(!text.includes('\u0000'));
      expect(textOfBytes(Buffer.from(text, 'utf8'))).toEqual(plainText(text));
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '\u00e9', '\u00fc', '\u00df') }), (text) => {
      const bytes = Buffer.from(text, 'latin1');
      const read = textOfBytes(bytes);
      if (text.replaceAll('a', '') === '') expect(read).toBe(text);
      else expect(read).toEqual({ problem: expect.stringContaining('it is not UTF-8') as string });
    }),
  );
});

const linesOf = async (chunks: readonly (Uint8Array | string)[]) => {
  const lines: string[] = [];
  const given = (async function* () {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  })();
  for await (const { number, text } of textLines(given, (line, problem) => new Error(`${line}: ${problem}`))) {
    lines.push(text);
    expect(number).toBe(lines.length);
  }
  return lines;
};

test('law: lines are what lies between the ends of lines of any system, wherever the bytes are cut', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', 'ü', '😀', '\u2028', '\u2029', '\u0085', '\v', '\f', ' ') });
  const ended = fc.array(fc.tuple(text, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(ended, text, fc.integer({ min: 1, max: 7 }), async (lines, last, size) => {
      // An end of "\r" before an empty line that ends with "\n" is one end, and not two.
      fc.pre(lines.every(([, end], n) => end !== '\r' || !(lines[n + 1]?.[0] === '' && lines[n + 1]?.[1] === '\n')));
      const bytes = Buffer.from(lines.map(([line, end]) => line + end).join('') + last, 'utf8');
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
        bytes.subarray(n * size, (n + 1) * size),
      );
      expect(await linesOf(chunks)).toEqual([...lines.map(([line]) => line), ...(last === '' ? [] : [last])]);
    }),
  );
});

test('text that has been read already is taken as it is, and a mark is skipped', async () => {
  expect(await linesOf(['\uFEFFa\r', '\nb', 'c'])).toEqual(['a', 'bc']);
  expect(await linesOf([Buffer.from('\uFEFFa\n\uFEFFb')])).toEqual(['a', 'b']);
});

test('a line of the greatest length is read', async () => {
  const long = Array.from({ length: 16 }, () => Buffer.alloc(1024 * 1024, 'x'));
  expect((await linesOf(long)).map(({ length }) => length)).toEqual([16 * 1024 * 1024]);
});

test('a line that is no text, or has no end, is named', async () => {
  await expect(linesOf([Buffer.from('a\nb\n'), Buffer.from('\uFEFFc\n'), Buffer.from('\0')])).rejects.toThrow(
    '4: it is UTF-16',
  );
  await expect(linesOf([Buffer.from('a\nb\n'), Buffer.from('Jos\u00e9\n', 'latin1')])).rejects.toThrow(
    '3: it is not UTF-8',
  );
  const long = Array.from({ length: 17 }, () => Buffer.alloc(1024 * 1024, 'x'));
  await expect(linesOf([Buffer.from('a\n'), ...long])).rejects.toThrow('2: it has more than 16777216 bytes');
});

import fc from 'fast-check';
import { S3Error } from '../../aws/s3Error';
import { outputTo } from '../../cli/output/output';
import { coloursFor } from '../../cli/output/colours';
import { changeLines } from '../../cli/output/changes';
import { UnreadableImageError } from '../../core/errors';
import { printable, printableLines } from '../../core/printable';

const NASTY = [
  '\u001b]0;title\u0007',
  '\u001b[2J',
  '\r',
  '\n',
  '\u202e',
  '\u2066',
  '\u200f',
  '\u009b31m',
  '\u0000',
  '\u2028',
  '\ufeff',
];
const nastyText = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string()), { maxLength: 8 })
  .map((parts) => parts.join(''));
// oxlint-disable-next-line no-control-regex -- what must not get through
const MOVES = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200e\u200f\u2028\u2029\ufeff]/;

function printed(json: boolean, act: (output: ReturnType<typeof outputTo>) => void): string {
  const written: string[] = [];
  const sink = { write: (text: string) => written.push(text) };
  act(outputTo({ stdout: sink, stderr: sink, json, colours: coloursFor({ isTTY: true }, {}), nowMs: () => 0 }));
  return written.join('');
}

describe('text from outside', () => {
  test('law: a printable text is one line in which nothing moves or turns', () => {
    fc.assert(fc.property(nastyText, (text) => expect(printable(text)).not.toMatch(MOVES)));
  });

  test('law: what is harmless stays as it is', () => {
    fc.assert(fc.property(fc.stringMatching(/^[ -~À-ſ一-龠]*$/), (text) => expect(printable(text)).toBe(text)));
  });

  test("law: an error that quotes says it on one line, whatever the service's or the object's text was", () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        expect(new UnreadableImageError(text).message).not.toMatch(MOVES);
        expect(new S3Error('X', 403, text, {}).message).not.toMatch(MOVES);
      }),
    );
  });

  test('law: an output writes no control characters but line ends and its own colours', () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        const out = printed(false, (output) => {
          output.say(text);
          output.result({ type: 'x' }, output.colours.bad(text));
        });
        // oxlint-disable-next-line no-control-regex -- our colours
        expect(out.replace(/\u001b\[\d{1,2}m|\n/g, '')).not.toMatch(MOVES);
      }),
    );
  });

  test('a screen is cleared where there is one, by what no text from outside can say', () => {
    const written: string[] = [];
    const stdout = (isTTY: boolean) => ({ write: (text: string) => written.push(text), isTTY });
    for (const isTTY of [true, false]) {
      const sink = stdout(isTTY);
      outputTo({ stdout: sink, stderr: sink, json: false, colours: coloursFor({}, {}), nowMs: () => 0 }).newScreen();
    }
    expect(written).toEqual(['\u001b[H\u001b[2J']);
  });

  test('law: a JSON line stays what it was, and is one line', () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        const line = printed(true, (output) => output.result({ type: 'x', text }));
        expect(JSON.parse(line)).toEqual({ type: 'x', text });
        expect(line.trimEnd()).not.toMatch(MOVES);
      }),
    );
  });

  test("an attribute's name begins no line of its own", () => {
    const lines = changeLines(
      [{ path: ['a\nresult: same', 'b\u202e'], after: { S: 'x\u001b[2J' } }],
      coloursFor({}, {}),
    );
    expect(lines.map(printableLines)).toEqual([String.raw`+ a\u000aresult: same.b\u202e "x\u001b[2J"`]);
  });
});

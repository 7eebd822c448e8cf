const UTF_16 = 'it is UTF-16, or no text; save it as UTF-8';
const NOT_UTF_8 = 'it is not UTF-8, in which every other letter than those of ASCII would be another; save it as UTF-8';

/** Text of a file as an editor saved it: without the byte order mark that some put before UTF-8; otherwise what is wrong. */
export function plainText(text: string): string | { readonly problem: string } {
  // Read as UTF-8, the byte order mark of UTF-16 is two characters that UTF-8 has not, and each ASCII letter has a NUL beside it.
  if (text.startsWith('\uFFFD\uFFFD') || text.includes('\u0000')) return { problem: UTF_16 };
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** The same of bytes: what is no UTF-8 is never taken for other text, whose letters would be those of another item. */
export function textOfBytes(bytes: Uint8Array): string | { readonly problem: string } {
  try {
    return plainText(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    const [first = 0, second = 0] = bytes;
    const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
    return { problem: isMarked || bytes.includes(0) ? UTF_16 : NOT_UTF_8 };
  }
}

/** A line of a text, counted from 1. */
export interface TextLine {
  readonly number: number;
  readonly text: string;
}

const LONGEST_LINE_BYTES = 16 * 1024 * 1024;

/**
 * The lines of a text in UTF-8, as an editor of any system ends them. Characters that Unicode takes for the end of a line are none
 * here: JSON may have them inside a string (RFC 8259, 7).
 *
 * @param wrong makes the error of a line that is no text
 */
export async function* textLines(
  chunks: AsyncIterable<Uint8Array | string>,
  wrong: (line: number, problem: string) => Error,
): AsyncGenerator<TextLine> {
  // Of bytes, each a character, so that no letter is cut: UTF-8 has none with these ends in it.
  let [rest, number] = ['', 0];
  const line = (bytes: string): TextLine => {
    const text = textOfBytes(Buffer.from(bytes, 'latin1'));
    number += 1;
    if (typeof text !== 'string') throw wrong(number, text.problem);
    return { number, text };
  };
  for await (const chunk of chunks) {
    const ended = (rest + Buffer.from(chunk as string).toString('latin1')).split(/\r\n|\n|\r(?=[^])/);
    // Stryker disable next-line StringLiteral: for the compiler; there is a last one
    rest = ended.pop() ?? '';
    for (const bytes of ended) yield line(bytes);
    if (rest.length > LONGEST_LINE_BYTES) throw wrong(number + 1, `it has more than ${LONGEST_LINE_BYTES} bytes`);
  }
  // Stryker disable next-line Regex: what has an end within it has been taken apart
  if (rest !== '') yield line(rest.replace(/\r$/, ''));
}

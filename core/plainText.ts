/** Text of a file as an editor saved it: without the byte order mark that some put before UTF-8; otherwise what is wrong. */
export function plainText(text: string): string | { readonly problem: string } {
  // Read as UTF-8, the byte order mark of UTF-16 is two characters that UTF-8 has not, and each ASCII letter has a NUL beside it.
  if (text.startsWith('\uFFFD\uFFFD') || text.includes('\u0000'))
    return { problem: 'it is UTF-16, or no text; save it as UTF-8' };
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** A line of a text, counted from 1. */
export interface TextLine {
  readonly number: number;
  readonly text: string;
}

const LONGEST_LINE = 16 * 1024 * 1024;

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
  const decoder = new TextDecoder();
  let [rest, number] = ['', 0];
  const line = (text: string): TextLine => {
    const plain = plainText(text);
    number += 1;
    if (typeof plain !== 'string') throw wrong(number, plain.problem);
    return { number, text: plain };
  };
  for await (const chunk of chunks) {
    const ended = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split(
      /\r\n|\n|\r(?=[^])/,
    );
    // Stryker disable next-line StringLiteral: for the compiler; there is a last one
    rest = ended.pop() ?? '';
    for (const text of ended) yield line(text);
    if (rest.length > LONGEST_LINE) throw wrong(number + 1, `it has more than ${LONGEST_LINE} characters`);
  }
  rest += decoder.decode();
  // Stryker disable next-line Regex: what has an end within it has been taken apart
  if (rest !== '') yield line(rest.replace(/\r$/, ''));
}

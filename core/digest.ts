import { hash } from 'node:crypto';

/** SHA-256 of a text in UTF-8, as 64 hexadecimal digits. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'hex');
}

/**
 * The first words of the SHA-256 of a text in UTF-8, as many as `words` has room for (up to eight).
 * For tables that hold millions: nothing is made but a string, in the form that node:crypto hands over at the least cost.
 */
export function digestIntoWords(text: string, words: Uint32Array): void {
  const bytes = hash('sha256', text, 'binary');
  // Stryker disable next-line EqualityOperator: what is written behind the end of a typed array is not written
  for (let word = 0; word < words.length; word += 1) {
    const at = word * 4;
    words[word] =
      (bytes.charCodeAt(at) << 24) |
      (bytes.charCodeAt(at + 1) << 16) |
      (bytes.charCodeAt(at + 2) << 8) |
      bytes.charCodeAt(at + 3);
  }
}

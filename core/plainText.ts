/** Text of a file as an editor saved it: without the byte order mark that some put before UTF-8; otherwise what is wrong. */
export function plainText(text: string): string | { readonly problem: string } {
  // Read as UTF-8, the byte order mark of UTF-16 is two characters that UTF-8 has not, and each ASCII letter has a NUL beside it.
  if (text.startsWith('\uFFFD\uFFFD') || text.includes('\u0000'))
    return { problem: 'it is UTF-16, or no text; save it as UTF-8' };
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

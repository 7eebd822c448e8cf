/*
 * Text that comes from tables, buckets and services may hold anything: what moves a cursor, draws over a line, or turns
 * the reading direction round would make a terminal or a page say something else than what is there.
 */

/* oxlint-disable no-control-regex -- these are what it is about */

/** Control characters (C0, DEL, C1), line and paragraph separators, bidirectional and invisible formatting. */
const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** The text on one line, with every character that is not to be printed written as `\u202e`, which is what JSON writes. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/**
 * Text of several lines, with colours: what a terminal is given. Line ends and our own colours stay.
 *
 * @see printable for the values inside, whose line ends are not ours
 */
export function printableLines(text: string): string {
  return text.replace(/\u001b\[\d{1,2}m|\n|([^])/g, (kept, other: string | undefined) =>
    other === undefined ? kept : other.replace(UNPRINTABLE, escaped),
  );
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * A command that is there to be copied begins a line or stands behind a colon, and goes on to a semicolon or the end: it stays
 * in one piece, for one that is copied with a line end inside would be run by half. Others are only spoken of.
 */
const COMMAND =
  /(?<=^|:|:\p{Cc}\[0m) *(?:(?:npx )?dcs [a-z]|npx |npm |aws [a-z]|terraform |\$ )(?:'[^']*'|"[^"]*"|[^;])*/u;
// oxlint-disable-next-line no-control-regex -- our own colours take no room
const COLOUR = /\u001b\[\d{1,2}m/g;
/** Where a command begins that has no room behind the words before it. */
const COMMAND_INDENT = 4;

/** Text for a terminal: a line that is too long is broken between words, and goes on below where its words began. */
export function fitted(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => fittedLine(line, columns))
    .join('\n');
}

/** @param hangingWidth what the lines after the first are indented by; default: a little more than the first */
export function fittedLine(line: string, columns: number, hangingWidth = hangingOf(line, columns)): string[] {
  if (roomOf(line) <= columns) return [line];
  const hanging = ' '.repeat(hangingWidth);
  const lines: string[] = [''];
  for (const piece of piecesOf(line)) {
    const last = lines.at(-1) ?? '';
    const isGlued = !piece.startsWith(' ');
    if (last.trim() === '' || isGlued || roomOf(last + piece) <= columns) lines[lines.length - 1] = last + piece;
    else lines.push(indentOf(piece, hanging, columns) + piece.trimStart());
  }
  return lines;
}

function hangingOf(line: string, columns: number): number {
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  return indent + 2 < columns / 2 ? indent + 2 : 0;
}

/** Words with the spaces before them, which may be columns; a command is one of them. */
function piecesOf(text: string): string[] {
  const found = COMMAND.exec(text);
  if (!found) return wordsOf(text);
  const [command] = found;
  const end = found.index + command.length;
  return [...wordsOf(text.slice(0, found.index)), command, ...wordsOf(text.slice(end))];
}

function wordsOf(text: string): string[] {
  return text.split(/(?<=\S)(?= )/).filter((word) => word !== '');
}

function indentOf(piece: string, hanging: string, columns: number): string {
  const isTooFar = COMMAND.test(piece) && hanging.length + piece.trimStart().length > columns;
  return isTooFar ? ' '.repeat(Math.min(hanging.length, COMMAND_INDENT)) : hanging;
}

function roomOf(text: string): number {
  return text.replace(COLOUR, '').length;
}

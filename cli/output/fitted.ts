/** A command stands unbroken to the end of its line: one that is copied with a line end inside would be run by half. */
const COMMAND = /(?:^|\s)(?:(?:npx )?dcs [a-z]|npx |npm |aws [a-z]|terraform |\$ )/;
// eslint-disable-next-line no-control-regex -- our own colours take no room
const COLOUR = /\u001b\[\d{1,2}m/g;

/** Text for a terminal: a line that is too long is broken between words, and goes on below where its words began. */
export function fitted(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => (roomOf(line) <= columns ? line : fittedLine(line, columns)))
    .join('\n');
}

function fittedLine(line: string, columns: number): string {
  const at = COMMAND.exec(line)?.index ?? line.length;
  const words = line.slice(0, at).split(/(?<=\S)(?= )/); // Spaces before a word may be columns, and stay with it.
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  const hanging = ' '.repeat(indent + 2 < columns / 2 ? indent + 2 : 0);
  const lines: string[] = [''];
  for (const word of words) {
    const last = lines.at(-1) ?? '';
    if (last.trim() !== '' && roomOf(last + word) > columns) lines.push(hanging + word.trimStart());
    else lines[lines.length - 1] = last + word;
  }
  return lines.join('\n') + line.slice(at);
}

function roomOf(text: string): number {
  return text.replace(COLOUR, '').length;
}

/** Breaks text into lines at spaces. A word that is longer than the width has a line of its own. */
export function wrap(text: string, width: number): string[] {
  return filled(text.split(' '), width);
}

/**
 * A command line to be copied, over several lines where it is long: each but the last ends with the backslash that a shell
 * reads on after. What is in quotes stays together, and so does an option with its value.
 */
export function wrapCommand(line: string, width: number): string[] {
  const words = line.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  const parts = words.reduce<string[]>((all, word) => {
    const last = all.at(-1);
    const isValue = last !== undefined && /^--[\w-]+$/.test(last) && !word.startsWith('-');
    return isValue ? [...all.slice(0, -1), `${last} ${word}`] : [...all, word];
  }, []);
  const lines = line.length <= width ? [line] : filled(parts, width - 4);
  return lines.map((text, i) => `${i === 0 ? '' : '  '}${text}${i < lines.length - 1 ? ' \\' : ''}`);
}

function filled(words: readonly string[], width: number): string[] {
  const lines: string[] = [''];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

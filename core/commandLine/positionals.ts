import type { CommandLine } from './parse';

/** What stands on a command line without an option. */
export interface Positionals {
  /** The whole line as it is to be typed: `dcs restore TABLE --into NAME`. */
  readonly usage: string;
  /** Names of those that are needed, in order. */
  readonly needed: readonly string[];
  /** Whether any number of further ones may follow. */
  readonly isOpen?: boolean;
}

/** The line with the problems of what is missing, and of what is too much. */
export function withPositionalsChecked(line: CommandLine, { usage, needed, isOpen }: Positionals): CommandLine {
  const missing = needed.slice(line.positionals.length).map((name) => `${name} is missing; write ${usage}`);
  // A word after an unknown option is most likely its value: one problem, told once.
  const extra = isOpen || line.problems.length > 0 ? [] : line.positionals.slice(needed.length);
  const tooMany = extra.map((word) => `${JSON.stringify(word)} is one argument too many; write ${usage}`);
  return { ...line, problems: [...line.problems, ...missing, ...tooMany] };
}

import { OptionReader } from './optionReader';
import { parseCommandLine, type OptionTable } from './parse';
import { withPositionalsChecked } from './positionals';

/** A program of its own beside `dcs`, such as the demo. */
export interface Program<Options> {
  /** The whole line as it is to be typed: `npm run demo -- [--items N]`. */
  readonly usage: string;
  /** Names of what has to stand there without an option. None when left out. */
  readonly positionals?: readonly string[];
  /** Whether any number of further ones may follow. */
  readonly isOpen?: boolean;
  readonly options: OptionTable;
  /** Turns what was given into options; problems go to the reader. */
  readonly read: (given: OptionReader) => Options;
}

/** Help does nothing else, wherever it stands. */
export function asksForHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h');
}

/**
 * Reads the arguments of a program.
 *
 * @returns undefined when help is asked for, whatever else is given
 * @throws UsageError with everything that is wrong
 */
export function readProgramArguments<Options>(
  args: readonly string[],
  { usage, positionals: needed = [], isOpen, options, read }: Program<Options>,
): Options | undefined {
  if (asksForHelp(args)) return undefined;
  const line = withPositionalsChecked(parseCommandLine(args, options), { usage, needed, isOpen });
  const given = new OptionReader(line);
  const result = read(given);
  given.throwIfWrong();
  return result;
}

import type { FormerSpellings, OptionTable } from '../core/commandLine/parse';
import type { CommandContext } from './context';
import type { ExitCode } from './exitCodes';
import type { Stopped } from './stopped';
import type { OptionReader } from '../core/commandLine/optionReader';

/** A verb of dcs. Each has its own file: help with worked examples, options, and a `runX` that tests call. */
export interface Command<Options = unknown> {
  /** After the verb in the usage line: `TABLE --into NAME`. */
  readonly usage: string;
  /** One or more paragraphs: what it does, and what it does not. */
  readonly description: string;
  readonly examples: readonly { readonly does: string; readonly command: string }[];
  /** Names of what stands on the command line without an option, all of them needed. */
  readonly positionals: readonly string[];
  /** What further words are, of which there may be any number. */
  readonly furtherPositionals?: string;
  readonly options: OptionTable;
  /** What the version before called them, as `docs/cli.md` lists it. Emptied with each version. */
  readonly formerly?: FormerSpellings;
  /**
   * Turns what was given into options. Problems go to the reader, which raises all of them at once afterwards, so what is
   * returned need not make sense when there are any. Touches nothing.
   */
  readonly read: (given: OptionReader) => Options;
  /** What became of it at Ctrl-C, and of its work when it is run again. */
  readonly whenStopped: (options: Options) => Stopped;
  readonly run: (options: Options, context: CommandContext) => Promise<ExitCode>;
}

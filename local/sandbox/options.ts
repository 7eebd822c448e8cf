import { readProgramArguments, type Program } from '../../core/commandLine/program';

export interface SandboxOptions {
  /** A command line for the shell instead of a shell to type in. */
  readonly run?: string;
}

const USAGE = "npm run sandbox -- [--run 'COMMAND']";

export const SANDBOX_HELP = `${USAGE}

Two accounts stay up on this machine, with a shop in them: customers, orders and visits (those in a journal),
traffic that goes on, a bad migration among good writes, a deleted customer, a parked batch and a failed replica.
A shell opens in which npx dcs works, with seven things to try. Leaving it (exit, Ctrl-D) ends and removes everything.

  --run COMMAND   run this in the shell instead, and end with its exit status

Without a terminal, and without --run, it stays up until it is ended (Ctrl-C), and says what to source elsewhere.
Each sandbox has ports and a folder of its own: several can be up.
`;

const PROGRAM: Program<SandboxOptions> = {
  usage: USAGE,
  options: { run: { type: 'string', value: 'COMMAND', help: 'Run this in the shell, and end with its exit status.' } },
  read: (given) => ({ run: given.text('run') }),
};

/** @returns undefined when help is asked for. @throws UsageError before anything has been started */
export const sandboxOptions = (args: readonly string[]) => readProgramArguments(args, PROGRAM);

import { parseCommandLine, type CommandLine } from './commandLine';
import type { Command } from './command';
import { COMMANDS } from './commands';
import { commandContext } from './context';
import { UsageError } from '../core/errors';
import { EXIT, type ExitCode } from './exitCodes';
import { exitOf } from './failure';
import { GLOBAL_OPTIONS } from './globalOptions';
import { commandHelp, exitCodeLines, overview } from './help';
import { nearest } from './nearest';
import { OptionReader } from './optionReader';
import { coloursFor } from './output/colours';
import { outputTo } from './output/output';
import { type Sink } from './output/progress';
import { versionLine } from './version';

/** What a command line runs in: the process, or a test's stand-in for it. */
export interface Surroundings {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/** Runs one command line to its exit code. Every error ends here, as a message and a code. */
export async function runDcs(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, stderr, env, nowMs } = surroundings;
  const json = args.includes('--json');
  const output = outputTo({ stdout, stderr, json, colours: coloursFor(stdout, env), nowMs });
  try {
    const [name = '', ...rest] = args;
    const text = await helpText(args);
    if (text !== undefined) {
      stdout.write(`${text}\n`);
      return EXIT.done;
    }
    const command = await loadCommand(name);
    const line = parseCommandLine(rest, { ...GLOBAL_OPTIONS, ...command.options });
    const given = new OptionReader(withPositionalsChecked(name, command, line), nowMs());
    const options = command.read(given);
    return await command.run(options, commandContext(given, { ...surroundings, output }));
  } catch (error) {
    return exitOf(error, surroundings.signal, output);
  }
}

/** Help and version do nothing else, wherever they stand on the command line. */
async function helpText(args: readonly string[]): Promise<string | undefined> {
  const [name, topic] = args;
  if (name === undefined || name === '--help' || (name === 'help' && topic === undefined)) return overview();
  if (args.includes('--version')) return versionLine;
  if (name === 'help' && topic === 'exit-codes') return exitCodeLines().join('\n');
  if (name === 'help' && topic !== undefined) return commandHelp(topic, await loadCommand(topic));
  return args.includes('--help') ? commandHelp(name, await loadCommand(name)) : undefined;
}

async function loadCommand(name: string): Promise<Command> {
  const verb = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (verb) return verb.load();
  const near = nearest(name, Object.keys(COMMANDS));
  throw new UsageError([
    `${name} is no command${near === undefined ? '' : `; did you mean ${near}?`}; dcs --help lists all of them`,
  ]);
}

function withPositionalsChecked(name: string, command: Command, line: CommandLine): CommandLine {
  const { positionals: names, usage } = command;
  const missing = names
    .slice(line.positionals.length)
    .map((missed) => `${missed} is missing; write dcs ${name} ${usage}`);
  // A word after an unknown option is most likely its value: one problem, told once.
  const isOpen = line.problems.length > 0 || command.furtherPositionals !== undefined;
  const extra = isOpen ? [] : line.positionals.slice(names.length);
  const tooMany = extra.map((word) => `${JSON.stringify(word)} is one argument too many; write dcs ${name} ${usage}`);
  return { ...line, problems: [...line.problems, ...missing, ...tooMany] };
}

import { parseCommandLine } from '../core/commandLine/parse';
import { asksForHelp } from '../core/commandLine/program';
import { withPositionalsChecked } from '../core/commandLine/positionals';
import type { Command } from './command';
import type { Stopped } from './stopped';
import { COMMANDS } from './commands';
import { commandContext } from './context';
import { UsageError } from '../core/errors';
import { EXIT, type ExitCode } from './exitCodes';
import { exitOf } from './failure';
import { GLOBAL_OPTIONS } from './globalOptions';
import { commandHelp, exitCodeLines, overview } from './help';
import { nearest } from '../core/commandLine/nearest';
import { OptionReader } from '../core/commandLine/optionReader';
import { coloursFor } from './output/colours';
import { outputTo } from './output/output';
import { type Sink } from './output/progress';
import { helpWidth } from './output/width';
import type { Pause } from '../operations/pace';
import { variable } from '../core/variable';
import { loadGivenSettings } from '../settings/load';
import { candidates } from './completion/candidates';
import { watchRequests } from './requests';
import { versionLine } from './version';

/** What a command line runs in: the process, or a test's stand-in for it. */
export interface Surroundings {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly pause: Pause;
}

/** Runs one command line to its exit code. Every error ends here, as a message and a code. */
export async function runDcs(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, stderr, env, nowMs } = surroundings;
  const json = args.includes('--json');
  const isQuiet = args.includes('--quiet');
  const output = outputTo({ stdout, stderr, json, colours: coloursFor(stdout, env), nowMs, isQuiet });
  let stopped: Stopped = 'startsAnew';
  let sayRequests: (() => void) | undefined;
  try {
    const [name = '', ...rest] = args;
    // What is being written is completed, and never read as an option of this command line.
    if (name === 'completion' && rest[0] === 'candidates') {
      for (const line of await candidates(rest.slice(2), tableNames(env))) stdout.write(`${line}\n`);
      return EXIT.done;
    }
    const text = await helpText(args, helpWidth(stdout, env));
    if (text !== undefined) {
      stdout.write(`${text}\n`);
      return EXIT.done;
    }
    const command = await loadCommand(name);
    const line = parseCommandLine(rest, { ...GLOBAL_OPTIONS, ...command.options }, command.formerly);
    for (const notice of line.notices) output.say(`dcs: ${notice}`);
    const { positionals: needed, furtherPositionals, usage } = command;
    const isOpen = furtherPositionals !== undefined;
    const checked = withPositionalsChecked(line, { usage: `dcs ${name} ${usage}`, needed, isOpen });
    const given = new OptionReader(checked);
    const options = command.read(given);
    const context = commandContext(given, { ...surroundings, output });
    stopped = command.whenStopped(options);
    if (given.flag('verbose')) sayRequests = watchRequests(output, nowMs);
    return await command.run(options, { ...context, stopped });
  } catch (error) {
    return exitOf(error, { ...surroundings, stopped }, output);
  } finally {
    output.close();
    sayRequests?.();
  }
}

/** Those of the settings, as far as they can be read: a shell that completes is told of no problem. */
function tableNames(env: NodeJS.ProcessEnv): () => readonly string[] {
  return () => {
    try {
      return (loadGivenSettings(variable(env, 'DCS_CONFIG')).tables ?? []).map(({ name }) => name);
    } catch {
      return [];
    }
  };
}

/** Help and version do nothing else, wherever they stand on the command line. */
async function helpText(args: readonly string[], width: number): Promise<string | undefined> {
  const [name, topic] = args;
  const isGeneral = name === undefined || name === '--help' || name === '-h';
  if (isGeneral || (name === 'help' && topic === undefined)) return overview(width);
  if (args.includes('--version')) return versionLine;
  if (name === 'help' && topic === 'exit-codes') return exitCodeLines(width).join('\n');
  if (name === 'help' && topic !== undefined) return commandHelp(topic, await loadCommand(topic), width);
  return asksForHelp(args) ? commandHelp(name, await loadCommand(name), width) : undefined;
}

async function loadCommand(name: string): Promise<Command> {
  const verb = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (verb) return verb.load();
  if (name.startsWith('-'))
    throw new UsageError([`the command comes first: dcs COMMAND ${name}; dcs --help lists all of them`]);
  const near = nearest(name, Object.keys(COMMANDS));
  throw new UsageError([
    `${name} is no command${near === undefined ? '' : `; did you mean ${near}?`}; dcs --help lists all of them`,
  ]);
}

import type { Moment } from '../core/commandLine/moment';
import type { OptionReader } from '../core/commandLine/optionReader';
import type { OptionTable } from '../core/commandLine/parse';
import { UsageError } from '../core/errors';
import { locatedTable } from '../settings/configuredTable';
import { partsOf, type CommandSettings } from '../settings/parts';
import type { CommandContext } from './context';
import type { CopyChoice } from './copyOption';
import { EXIT, EXIT_CODES, type ExitCode } from './exitCodes';
import { exitOf } from './failure';
import { untoldTimeOf } from './moments';
import type { Output } from './output/output';

/** The tables that a command is for, one after the other. */
export interface TableChoice {
  /** None: all tables of the settings. */
  readonly tableNames: readonly string[];
}

/** Of a command that takes several: `positionals` and what goes with them. */
export const TABLES = { positionals: [], furtherPositionals: 'TABLE' } as const;

export const TABLES_OPTION: OptionTable = {
  all: { type: 'boolean', help: 'All tables of the settings, one after the other.' },
};

/** @param ofOneTable options that are about one table, and mean nothing for several */
export function readTables(given: OptionReader, ofOneTable: readonly string[] = []): TableChoice {
  const tableNames = [...new Set(given.positionals())];
  const isAll = given.flag('all');
  if (isAll && tableNames.length > 0) given.problem(`--all and ${tableNames.join(', ')} contradict each other`);
  if (!isAll && tableNames.length === 0) {
    given.problem('TABLE is missing; name one table or several, or take all of the settings with --all');
  }
  if (isAll || tableNames.length > 1) {
    for (const name of ofOneTable) {
      if (given.has(name)) given.problem(`--${name} is for one table; name one, or leave --${name} out`);
    }
  }
  return { tableNames: isAll ? [] : tableNames };
}

/** From the worst on. */
const BY_WEIGHT: readonly ExitCode[] = [
  ...[EXIT.interrupted, EXIT.failed, EXIT.couldNotLook, EXIT.refused, EXIT.usage, EXIT.differences, EXIT.done],
];

/**
 * Runs a command for one table after the other: what goes wrong with one keeps no other from its turn. One table alone is
 * run as if there were no others.
 *
 * @returns the worst exit code
 */
export async function forEachTable(
  { tableNames }: TableChoice,
  context: CommandContext,
  run: (tableName: string, context: CommandContext) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { output, settings } = context;
  const [only, ...others] = tableNames;
  if (only !== undefined && others.length === 0) return run(only, { ...context, output: naming(output, only) });
  const all = only === undefined ? partsOf(settings, ['tables']).tables.map(({ name }) => name) : tableNames;
  requireKnown(all, settings);
  const ended: { readonly table: string; readonly exitCode: ExitCode }[] = [];
  for (const table of all) {
    output.say(`${table}, ${ended.length + 1} of ${all.length}:`);
    const named = naming(output, table);
    const exitCode = await run(table, { ...context, output: named }).catch((error: unknown) =>
      exitOf(error, context, named),
    );
    ended.push({ table, exitCode });
    if (exitCode === EXIT.interrupted) break;
  }
  const exitCode = BY_WEIGHT.find((code) => ended.some((one) => one.exitCode === code)) ?? EXIT.done;
  output.result({ type: 'tables', tables: ended, exitCode }, ended.map((one) => lineOf(output, one)).join('\n'));
  return exitCode;
}

/** A misspelt name is told before the first table has its turn. */
function requireKnown(tableNames: readonly string[], settings: CommandSettings): void {
  const problems = tableNames.flatMap((name) => {
    try {
      locatedTable(settings, name);
      return [];
    } catch (error) {
      if (error instanceof UsageError) return error.problems;
      throw error;
    }
  });
  if (problems.length > 0) throw new UsageError(problems);
}

function lineOf(
  { colours }: Output,
  { table, exitCode }: { readonly table: string; readonly exitCode: ExitCode },
): string {
  if (exitCode === EXIT.done) return colours.good(`${table}  done`);
  const means = EXIT_CODES.find(({ code }) => code === exitCode)?.means ?? '';
  return colours.bad(`${table}  exit code ${exitCode}: ${means}`);
}

/** Each record names its table. */
function naming(output: Output, table: string): Output {
  return {
    ...output,
    result: (record, text) => output.result('table' in record ? record : { ...record, table }, text),
  };
}

/**
 * One moment for all tables: of what was given, and where nothing was the time at which it begins, by the clock of the S3 that is
 * read. A folder has none, so its newest images count.
 */
export async function commonMoment(
  { tableNames }: TableChoice,
  option: string,
  given: Moment | undefined,
  copy: CopyChoice,
  context: CommandContext,
): Promise<Moment | undefined> {
  if (tableNames.length === 1 || (given && 'atMs' in given)) return given;
  if (!given && copy.in === 'folder') return undefined;
  const moment = given ?? { text: 'now', agoMs: 0 };
  const atMs = await untoldTimeOf(option, moment, copy, context);
  // "yesterday 14:05" is all of its second, as it is for one table.
  const isToTheSecond = 'isToTheSecond' in moment && moment.isToTheSecond;
  const exact = new Date(atMs).toISOString();
  const iso = isToTheSecond ? exact.replace('.000Z', 'Z') : exact;
  context.output.say(`All tables as of ${iso}. To continue with that moment if it is stopped: --${option} ${iso}`);
  return { text: iso, atMs, isToTheSecond };
}

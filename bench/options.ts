import { nearest } from '../core/commandLine/nearest';
import type { OptionTable } from '../core/commandLine/parse';
import type { OptionReader } from '../core/commandLine/optionReader';
import { readProgramArguments, type Program } from '../core/commandLine/program';
import type { Workload } from './workload';
import { WORKLOADS } from './workloads';

const ROUNDS = 3;

export interface BenchOptions {
  readonly workloads: readonly Workload[];
  readonly items?: number;
  readonly rounds: number;
  readonly json: boolean;
  readonly check: boolean;
  readonly page: boolean;
  readonly isOwnOnly: boolean;
}

export const OPTIONS: OptionTable = {
  items: { type: 'string', value: 'N', help: 'Items of each run. Default: each workload has its own number.' },
  rounds: { type: 'string', value: 'N', help: `Rounds; the figures are their medians. Default: ${ROUNDS}.` },
  json: { type: 'boolean', help: 'One JSON document on stdout instead of tables.' },
  check: { type: 'boolean', help: 'Exit with 3 when a target is missed.' },
  page: { type: 'boolean', help: 'Print the tables of docs/performance.md anew, those of the workloads that ran.' },
  'own-only': { type: 'boolean', help: 'Leave out the peers that bench/package.json installs.' },
  help: { type: 'boolean', help: 'Show this help and do nothing else.' },
};

const PROGRAM: Program<BenchOptions> = {
  usage: 'npm run bench -- [WORKLOAD…] [options]',
  isOpen: true,
  options: OPTIONS,
  read(given) {
    given.atMostOneOf('page', 'own-only');
    return {
      workloads: readWorkloads(given),
      items: given.wholeNumber('items', 1, 10_000_000),
      rounds: given.wholeNumber('rounds', 1, 100) ?? ROUNDS,
      json: given.flag('json'),
      check: given.flag('check'),
      page: given.flag('page'),
      isOwnOnly: given.flag('own-only'),
    };
  },
};

/** @returns undefined when help is asked for. @throws UsageError with everything that is wrong */
export const readOptions = (args: readonly string[]) => readProgramArguments(args, PROGRAM);

/** Those that are named, or all. */
function readWorkloads(given: OptionReader): readonly Workload[] {
  const names = WORKLOADS.map(({ name }) => name);
  const words = given.positionals();
  // A word after an unknown option is most likely its value: one problem, told once.
  const unknown = given.hasProblems ? [] : words.filter((word) => !names.includes(word));
  for (const name of unknown) {
    const near = nearest(name, names);
    given.problem(
      `${name} is no workload${near === undefined ? '' : `; did you mean ${near}?`}; there are ${names.join(', ')}`,
    );
  }
  return WORKLOADS.filter(({ name }) => words.length === 0 || words.includes(name));
}

export function usage(): string {
  const options = Object.entries(OPTIONS).map(
    ([name, { value, help }]) => `  ${`--${name}${value === undefined ? '' : ` ${value}`}`.padEnd(14)}${help}`,
  );
  const workloads = WORKLOADS.map(({ name, title }) => `  ${name.padEnd(14)}${title}`);
  return [
    `Usage: ${PROGRAM.usage}`,
    '',
    'Workloads, all of them unless some are named:',
    ...workloads,
    '',
    'Options:',
    ...options,
  ].join('\n');
}

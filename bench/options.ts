import { parseCommandLine, type OptionTable } from '../cli/commandLine';
import { UsageError } from '../core/errors';
import { nearest } from '../cli/nearest';
import { OptionReader } from '../cli/optionReader';
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
  readonly help: boolean;
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

/** @throws UsageError with everything that is wrong */
export function readOptions(args: readonly string[]): BenchOptions {
  const line = parseCommandLine(args, OPTIONS);
  const given = new OptionReader(line, Date.now());
  given.atMostOneOf('page', 'own-only');
  const names = WORKLOADS.map(({ name }) => name);
  // A word after an unknown option is most likely its value: one problem, told once.
  const words = line.problems.length > 0 ? [] : given.positionals();
  for (const name of words.filter((word) => !names.includes(word))) {
    const near = nearest(name, names);
    given.problem(
      `${name} is no workload${near === undefined ? '' : `; did you mean ${near}?`}; there are ${names.join(', ')}`,
    );
  }
  const options = {
    workloads: WORKLOADS.filter(({ name }) => line.positionals.length === 0 || line.positionals.includes(name)),
    items: given.wholeNumber('items', 1, 10_000_000),
    rounds: given.wholeNumber('rounds', 1, 100) ?? ROUNDS,
    json: given.flag('json'),
    check: given.flag('check'),
    page: given.flag('page'),
    isOwnOnly: given.flag('own-only'),
    help: given.flag('help'),
  };
  if (!options.help) given.throwIfWrong();
  return options;
}

export function usage(): string {
  const options = Object.entries(OPTIONS).map(
    ([name, { value, help }]) => `  ${`--${name}${value === undefined ? '' : ` ${value}`}`.padEnd(14)}${help}`,
  );
  const workloads = WORKLOADS.map(({ name, title }) => `  ${name.padEnd(14)}${title}`);
  return [
    'Usage: npm run bench -- [WORKLOAD…] [options]',
    '',
    'Workloads, all of them unless some are named:',
    ...workloads,
    '',
    'Options:',
    ...options,
  ].join('\n');
}

export { UsageError };

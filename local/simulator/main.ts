import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../core/errors';
import { SIMULATE_HELP, simulateOptions, type SimulateOptions } from './options';
import { failureText, Figures, pageWith } from './report';
import { play } from './run';
import { scheduleOf, type Schedule } from './schedule';
import { shrink } from './shrink';

const PAGE = path.resolve('docs/reliability.md');
/** Failures that are made small and told; of the others, their seeds. */
const MOST_TOLD = 5;

async function main(): Promise<number> {
  const options = simulateOptions(process.argv.slice(2));
  if (!options) {
    process.stdout.write(SIMULATE_HELP);
    return 0;
  }
  const figures = new Figures();
  const broken = new Map<number, string>();
  for (let seed = options.seed; seed < options.seed + options.schedules; seed++) {
    const schedule = chosen(scheduleOf(seed), options);
    const result = await play(schedule);
    figures.add(result);
    if (!result.violation) continue;
    broken.set(seed, result.violation.promise);
    if (broken.size > MOST_TOLD) continue;
    const small = await shrink(schedule, result.violation.promise);
    process.stdout.write(`${failureText(schedule, small.schedule, small.result)}\n\n`);
  }
  for (const [what, count] of figures.rows) process.stdout.write(`${String(count).padStart(12)}  ${what}\n`);
  for (const promise of new Set(broken.values())) {
    const seeds = [...broken].filter(([, one]) => one === promise).map(([seed]) => seed);
    process.stdout.write(`broken: ${promise}: seeds ${seeds.join(' ')}\n`);
  }
  if (options.isPage) writeFileSync(PAGE, pageWith(readFileSync(PAGE, 'utf8'), figures, options));
  return broken.size === 0 ? 0 : 3;
}

function chosen(schedule: Schedule, { only }: SimulateOptions): Schedule {
  return only ? { ...schedule, events: schedule.events.filter(({ id }) => only.includes(id)) } : schedule;
}

main().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof UsageError ? error.message : String((error as Error).stack)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);

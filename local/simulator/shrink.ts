import { play, type RunResult } from './run';
import type { Schedule } from './schedule';

/** Runs that are spent on making one failure small. */
const MOST_RUNS = 300;

/**
 * Leaves out events as long as the same promise stays broken: halves first, then ever fewer at a time, down to single ones. Each
 * event draws from its own numbers, so those that stay happen as they did.
 */
export async function shrink(schedule: Schedule, promise: string): Promise<{ schedule: Schedule; result: RunResult }> {
  let [small, result] = [schedule, await play(schedule)];
  let runs = 0;
  for (let size = Math.ceil(schedule.events.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < small.events.length && runs < MOST_RUNS;) {
      const candidate = { ...small, events: small.events.toSpliced(at, size) };
      runs += 1;
      const found = await play(candidate);
      if (found.violation?.promise === promise) [small, result] = [candidate, found];
      else at += size;
    }
  }
  return { schedule: small, result };
}

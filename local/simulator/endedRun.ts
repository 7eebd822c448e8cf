import type { Counted, Operations } from './commandRuns';
import type { Compactions } from './compactions';
import type { Schedule } from './schedule';

/** A run in which nothing is left to happen. */
export interface EndedRun extends Counted {
  readonly schedule: Schedule;
  readonly operations: Operations;
  readonly compactions: Compactions;
}

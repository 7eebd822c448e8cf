import type { EngineStore } from '../../aws/engineStore';
import type { StateMachine } from '../../aws/stateMachine';
import { DcsError } from '../../core/errors';
import type { Pause } from '../pace';
import { outcomeOf, type RunExecution } from './findRun';
import { PLACES } from './run';
import { readTasks, tasksIn, type LeftLine } from './tasks';

/** How far a run is. */
export interface RunProgress {
  readonly round: number;
  /** Ranges of the round that are folded, of all. */
  readonly folded: number;
  readonly tasks: number;
}

export interface FollowRequest {
  readonly store: EngineStore;
  readonly machine: StateMachine;
  readonly folder: string;
  readonly execution: string;
  readonly signal: AbortSignal;
  readonly pause: Pause;
  readonly onProgress?: (progress: RunProgress) => void;
}

/** What failed a run: its name, for whoever goes another way, and its words. */
export class RunFailedError extends DcsError {
  constructor(
    readonly failure: string,
    words: string,
  ) {
    super(words);
  }
}

const FIRST_LOOK_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;

/** Looks at a run until it is over. Stopped, it leaves the run to go on. @throws RunFailedError */
export async function followRun<Outcome>(request: FollowRequest): Promise<Outcome> {
  const { store, machine, folder, execution, signal, pause, onProgress } = request;
  let round = 0;
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    const state = await machine.state(execution);
    const progress = await progressOf(store, folder, round);
    round = progress.round;
    if (progress.tasks > 0) onProgress?.(progress);
    if (state?.status !== 'running') return endOf<Outcome>(store, folder, { name: execution, state: state ?? GONE });
    await pause(waitMs, signal);
  }
}

const GONE = { status: 'failed', error: 'Gone', cause: 'Step Functions does not know the execution any more' } as const;

/** @throws RunFailedError when it has not come to its end */
async function endOf<Outcome>(store: EngineStore, folder: string, { name, state }: RunExecution): Promise<Outcome> {
  if (state.status === 'succeeded') {
    const outcome = await outcomeOf<Outcome>(store, folder);
    if (outcome) return outcome;
  }
  const { error = 'NoOutcome', cause = `the execution ${name} has ended and left no outcome` } = state;
  throw new RunFailedError(error, cause);
}

async function progressOf(store: EngineStore, folder: string, from: number): Promise<RunProgress> {
  let [round, tasks] = [from, 0];
  for (;;) {
    const text = await store.read(PLACES.tasks(folder, round + (tasks > 0 ? 1 : 0)));
    if (text === undefined) break;
    if (tasks > 0) round += 1;
    tasks = tasksIn(text, (task) => task).length;
  }
  return { round, folded: tasks === 0 ? 0 : await countBelow(store, PLACES.results(folder, round)), tasks };
}

async function countBelow(store: EngineStore, prefix: string): Promise<number> {
  let found = 0;
  let after: { objectKey: string } | undefined;
  do {
    const page = await store.page(prefix, { after });
    found += page.versions.length;
    after = page.next;
  } while (after);
  return found;
}

/** What a run has left: items that are not known, cannot be read, or state a later time. A file at a time. */
export async function* leftLines(store: EngineStore, folder: string, rounds: number): AsyncGenerator<LeftLine[]> {
  for (let round = 0; round < rounds; round++) {
    const tasks = readTasks((await store.read(PLACES.tasks(folder, round))) ?? '[]');
    for (const { id } of tasks) {
      const result = JSON.parse((await store.read(PLACES.result(folder, id))) ?? '{}') as { leftFiles?: string[] };
      for (const file of result.leftFiles ?? []) {
        const lines = ((await store.read(file)) ?? '').split('\n').filter((line) => line !== '');
        yield lines.map((line) => JSON.parse(line) as LeftLine);
      }
    }
  }
}

import type { EngineStore } from '../../aws/engineStore';
import { PLACES } from './run';
import type { RangeSource } from './rangeSource';
import { readTasks, tasksIn, type Task } from './tasks';

/** A round that is to be folded. */
export interface Round {
  readonly round: number;
  readonly tasks: number;
}

export interface PlanRunRequest {
  readonly store: EngineStore;
  readonly folder: string;
  readonly source: RangeSource;
  /** Ranges of the first round, at most. */
  readonly ranges: number;
  readonly signal?: AbortSignal;
}

/** Divides everything into the tasks of the first round, once: a run that is continued has them already, and goes on at its last round. */
export async function planRun({ store, folder, source, ranges, signal }: PlanRunRequest): Promise<Round> {
  const begun = await lastRound(store, folder);
  if (begun) return begun;
  const divided = await source.divide({ after: '' }, ranges, signal);
  return beginRound(store, folder, 0, divided);
}

/** Writes the tasks of a round; where somebody has done so before, those count. */
export async function beginRound(
  store: EngineStore,
  folder: string,
  round: number,
  work: readonly object[],
): Promise<Round> {
  const tasks = work.map((one, number) => ({ id: `${round}-${number}`, ...one }));
  const written = await store.writeOnce(PLACES.tasks(folder, round), JSON.stringify(tasks));
  return { round, tasks: written === 'written' ? tasks.length : await countTasks(store, folder, round) };
}

/** @throws DcsError for a round that has not begun */
export async function tasksOf(store: EngineStore, folder: string, round: number): Promise<readonly Task[]> {
  return readTasks(await tasksText(store, folder, round));
}

/** As it was written. */
export async function tasksText(store: EngineStore, folder: string, round: number): Promise<string> {
  return (await store.read(PLACES.tasks(folder, round))) ?? '';
}

async function countTasks(store: EngineStore, folder: string, round: number): Promise<number> {
  return tasksIn(await tasksText(store, folder, round), (task) => task).length;
}

/** Of a run that has begun. */
export async function lastRound(store: EngineStore, folder: string): Promise<Round | undefined> {
  for (let round = 0; ; round++) {
    const isBegun = (await store.read(PLACES.tasks(folder, round))) !== undefined;
    if (isBegun) continue;
    return round === 0 ? undefined : { round: round - 1, tasks: await countTasks(store, folder, round - 1) };
  }
}

import type { EngineStore } from '../../aws/engineStore';
import { DcsError } from '../../core/errors';
import { foldRange, type FoldRequest, type FoldWatch } from './foldRange';
import { PLACES } from './run';
import { readResult, type Task, type TaskResult } from './tasks';

export interface TaskRequest extends Omit<FoldRequest, 'store' | 'folder' | 'objectKeys'> {
  readonly store: EngineStore;
  /** Of the run. */
  readonly folder: string;
  /** Of this attempt, unique. */
  readonly attemptId: string;
}

/**
 * Does one task, and stores what came of it. Of several who do the same, whoever is first counts; a task that is done already is
 * not done again. Why it failed is stored too, for whoever misses its result.
 */
export async function performTask(request: TaskRequest, watch?: FoldWatch): Promise<TaskResult> {
  const { store, folder, task, attemptId } = request;
  const place = PLACES.result(folder, task.id);
  const found = await store.read(place);
  const done = found === undefined ? undefined : usable(found, task);
  if (done) return done;
  try {
    const objectKeys = task.keysFile === undefined ? undefined : await objectKeysIn(store, task.keysFile);
    const ofAttempt = { folder: PLACES.attempt(folder, task.id, attemptId), objectKeys };
    const result = await foldRange({ ...request, ...ofAttempt }, watch);
    const text = JSON.stringify(result);
    // What cannot be used has been counted by nobody.
    if (found !== undefined) await store.write(place, Buffer.from(text), 'application/json');
    else if ((await store.writeOnce(place, text)) === 'refused') {
      return readResult((await store.read(place)) ?? '', task.id);
    }
    return result;
  } catch (error) {
    await tell(store, folder, task, error);
    throw error;
  }
}

function usable(text: string, { id }: Task): TaskResult | undefined {
  try {
    return readResult(text, id);
  } catch (error) {
    if (error instanceof DcsError) return undefined;
    throw error;
  }
}

/** Whoever cannot write that either has failed for that reason, and is told of by being missed. */
async function tell(store: EngineStore, folder: string, task: Task, error: unknown): Promise<void> {
  const { name, message } = error as Error;
  const text = Buffer.from(JSON.stringify({ name, message }));
  await store.write(PLACES.problem(folder, task.id), text, 'application/json').catch(() => undefined);
}

async function objectKeysIn(store: EngineStore, file: string): Promise<readonly string[]> {
  const lines = ((await store.read(file)) ?? '').split('\n').filter((line) => line !== '');
  return lines.map((line) => decodeURIComponent(line.split(',')[1] ?? ''));
}

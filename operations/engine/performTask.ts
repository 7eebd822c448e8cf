import type { EngineStore } from '../../aws/engineStore';
import { DcsError } from '../../core/errors';
import { linesOf, versionOfLine } from '../batch/manifest';
import { foldRange, type FoldRequest, type FoldWatch } from './foldRange';
import { PLACES } from './run';
import { readResult, type TaskResult } from './tasks';

/** A task as it is done: by this attempt, of this run. */
export interface Attempt {
  readonly store: EngineStore;
  /** Of the run. */
  readonly folder: string;
  /** Of this attempt, unique. */
  readonly attemptId: string;
}

export interface TaskRequest extends Omit<FoldRequest, 'store' | 'folder' | 'objectKeys'>, Attempt {}

/** Folds the range of a task, once. */
export function performTask(request: TaskRequest, watch?: FoldWatch): Promise<TaskResult> {
  const { store, task } = request;
  return performOnce({ ...request, id: task.id, read: readResult }, async (folder) => {
    const objectKeys = task.keysFile === undefined ? undefined : await objectKeysIn(store, task.keysFile);
    return foldRange({ ...request, folder, objectKeys }, watch);
  });
}

/**
 * Does one task, and stores what came of it. Of several who do the same, whoever is first counts; a task that is done already is
 * not done again. Why it failed is stored too, for whoever misses its result.
 *
 * @param perform gets the folder of this attempt
 */
export async function performOnce<Result extends object>(
  { store, folder, attemptId, id, read }: Attempt & { id: string; read: (text: string, id: string) => Result },
  perform: (attemptFolder: string) => Promise<Result>,
): Promise<Result> {
  const place = PLACES.result(folder, id);
  const found = await store.read(place);
  const done = found === undefined ? undefined : usable(() => read(found, id));
  if (done) return done;
  try {
    const result = await perform(PLACES.attempt(folder, id, attemptId));
    const text = JSON.stringify(result);
    // What cannot be used has been counted by nobody.
    if (found !== undefined) await store.write(place, Buffer.from(text), 'application/json');
    else if ((await store.writeOnce(place, text)) === 'refused') return read((await store.read(place)) ?? '', id);
    return result;
  } catch (error) {
    await tell(store, folder, id, error);
    throw error;
  }
}

function usable<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DcsError) return undefined;
    throw error;
  }
}

/** Whoever cannot write that either has failed for that reason, and is told of by being missed. */
async function tell(store: EngineStore, folder: string, id: string, error: unknown): Promise<void> {
  const { name, message } = error as Error;
  const text = Buffer.from(JSON.stringify({ name, message }));
  await store.write(PLACES.problem(folder, id), text, 'application/json').catch(() => undefined);
}

/** @throws DcsError for a list that is not there, or is none: of what it named nothing would be folded, and nobody would miss it */
async function objectKeysIn(store: EngineStore, file: string): Promise<readonly string[]> {
  const lines = linesOf((await store.read(file)) ?? '');
  if (lines.length > 0) return lines.map((line) => versionOfLine(line).objectKey);
  throw new DcsError(
    `s3://${store.bucket}/${file} is gone or empty, which names what was archived and is to be folded now: put it back, or begin another run`,
  );
}

import type { EngineStore } from '../../aws/engineStore';
import { DcsError } from '../../core/errors';
import { mapInOrder } from '../../core/mapInParallel';
import { count, counted } from '../../core/units';
import { requireImportable } from './importable';
import { beginRound, tasksOf } from './plan';
import { PLACES } from './run';
import { addCounts, NO_COUNTS, readResult, type Counts, type Task, type TaskResult } from './tasks';

/** What a run has come to after a round. Archived and thawing ones are those of this round: they come again in the next. */
export interface Collected {
  readonly format: '1';
  readonly round: number;
  /** Of the round that follows; 0: everything is folded. */
  readonly tasks: number;
  /** Of all rounds so far. */
  readonly counts: Counts;
  /** Of all items, uncompressed: what an import is billed by. */
  readonly bytes: number;
  /** Of the files, compressed. */
  readonly sizeBytes: number;
  readonly files: number;
  /** Lists of versions that have to be asked back. */
  readonly archivedFiles: readonly string[];
  /** Nothing but archived images is left. */
  readonly isOnlyArchived: boolean;
}

const READS = 32;
const NAMED = 20;

/**
 * Counts what has come of a round's tasks, and begins the next round with what was handed back. Whether a worker said that it is
 * done counts for nothing: its result is in S3, or the run has failed.
 *
 * @param region whose import is to take all of it
 * @throws DcsError that names the tasks of which there is no result
 * @throws TooLargeForImportError as soon as so much is folded; the rest is left
 */
export async function collectRound(
  store: EngineStore,
  folder: string,
  round: number,
  region: string,
): Promise<Collected> {
  const before = round === 0 ? undefined : await collectedIn(store, folder, round - 1);
  const results = await resultsOf(store, folder, await tasksOf(store, folder, round));
  const earlier: Counts = { ...(before?.counts ?? NO_COUNTS), archived: 0, thawing: 0 };
  const counts = results.reduce((sum, result) => addCounts(sum, result.counts), earlier);
  const files = results.flatMap((result) => result.files);
  const sizes = {
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, before?.sizeBytes ?? 0),
    files: files.length + (before?.files ?? 0),
  };
  requireImportable(region, sizes);
  const { tasks } = await beginNext(store, folder, round + 1, results);
  const collected: Collected = {
    ...{ format: '1', round, tasks, counts, ...sizes },
    bytes: results.reduce((sum, { bytes }) => sum + bytes, before?.bytes ?? 0),
    archivedFiles: results.flatMap(({ archivedFiles }) => archivedFiles),
    isOnlyArchived: tasks > 0 && results.every(({ rest }) => rest.length === 0),
  };
  await store.write(PLACES.collected(folder, round), Buffer.from(JSON.stringify(collected)), 'application/json');
  return collected;
}

/** Some images have to be asked back before the run can go on: their lists are in the engine's bucket. */
export class ArchivedImagesError extends DcsError {}

/** @throws ArchivedImagesError when nothing else is left, after which the same run goes on with these alone */
export function requireNotOnlyArchived(bucket: string, collected: Collected): void {
  const { round, counts, archivedFiles, isOnlyArchived } = collected;
  if (!isOnlyArchived) return;
  const { archived, thawing } = counts;
  const [first] = archivedFiles;
  const lists =
    first === undefined
      ? ''
      : ` --engine distributed --thaw --follow has them asked back, waits for them and goes on; or ask back what these ${counted(archivedFiles.length, 'list')} name, each by a job of S3 Batch Operations that restores objects (format: S3 batch operations CSV, with version ids): s3://${bucket}/${first}${archivedFiles.length > 1 ? ' and the others of round ' + String(round) : ''}.`;
  throw new ArchivedImagesError(
    `${counted(archived, 'image is', 'images are')} in an archive class and not asked back, ${count(thawing)} asked back and not there yet.${lists} ` +
      'The rest is folded. When they can be read, the same command folds these alone',
  );
}

/** @throws DcsError for a round that has not been collected */
export async function collectedIn(store: EngineStore, folder: string, round: number): Promise<Collected> {
  const text = await store.read(PLACES.collected(folder, round));
  if (text !== undefined) return JSON.parse(text) as Collected;
  throw new DcsError(`round ${round} of ${folder} has not been collected`);
}

/** The results of tasks, in their order. @throws DcsError that names those of which there is none, or a damaged one */
export function resultsOf(store: EngineStore, folder: string, tasks: readonly Task[]): Promise<TaskResult[]> {
  return allResults(store, folder, tasks, {
    ...{ read: readResult, name: rangeWords, noun: 'range' },
    remedy: 'Nothing has been imported. The same command folds these alone',
  });
}

/** What a kind of work calls its tasks, and how their results are read. */
export interface KindOfResult<Of extends { readonly id: string }, Result> {
  /** @throws DcsError for what is none */
  readonly read: (text: string, id: string) => Result;
  readonly name: (task: Of) => string;
  readonly noun: string;
  readonly remedy: string;
}

/** The results of tasks of any kind, in their order. @throws DcsError that names those of which there is none, or a damaged one */
export async function allResults<Of extends { readonly id: string }, Result extends object>(
  store: Pick<EngineStore, 'read'>,
  folder: string,
  tasks: readonly Of[],
  kind: KindOfResult<Of, Result>,
): Promise<Result[]> {
  const [results, missing]: [Result[], string[]] = [[], []];
  let missed = 0;
  const looked = mapInOrder(asyncOf(tasks), READS, async (task) => ({
    task,
    found: await resultOf(store, folder, task, kind),
  }));
  for await (const { task, found } of looked) {
    if (typeof found !== 'string') results.push(found);
    else if (++missed <= NAMED) missing.push(`${kind.name(task)}: ${found}`);
  }
  if (missed === 0) return results;
  throw new DcsError(
    `of ${counted(tasks.length, kind.noun)} ${count(missed)} have no result: ${missing.join('; ')}${missed > NAMED ? '; …' : ''}. ${kind.remedy}`,
  );
}

async function resultOf<Of extends { readonly id: string }, Result>(
  store: Pick<EngineStore, 'read'>,
  folder: string,
  task: Of,
  { read }: KindOfResult<Of, Result>,
): Promise<Result | string> {
  const text = await store.read(PLACES.result(folder, task.id));
  if (text === undefined) return whyMissing(store, folder, task);
  try {
    return read(text, task.id);
  } catch (error) {
    if (error instanceof DcsError) return error.message;
    throw error;
  }
}

async function whyMissing(
  store: Pick<EngineStore, 'read'>,
  folder: string,
  { id }: { readonly id: string },
): Promise<string> {
  const problem = await store.read(PLACES.problem(folder, id));
  if (problem === undefined) return 'no worker has said why; see the log of the function';
  return (JSON.parse(problem) as { message: string }).message;
}

/** What a result leaves is folded in the next round: its rest, and the objects that had to be asked back. */
async function beginNext(
  store: EngineStore,
  folder: string,
  round: number,
  results: readonly TaskResult[],
): Promise<{ tasks: number }> {
  const left = results.flatMap(({ rest, archivedFiles, thawingFiles }): Omit<Task, 'id'>[] => [
    ...rest,
    ...[...archivedFiles, ...thawingFiles].map((keysFile) => ({ after: '', keysFile })),
  ]);
  return left.length === 0 ? { tasks: 0 } : beginRound(store, folder, round, left);
}

function rangeWords({ id, after, upTo }: Task): string {
  return `${id} (after ${after === '' ? 'the beginning' : after} up to ${upTo ?? 'the end'})`;
}

async function* asyncOf<Value>(values: readonly Value[]): AsyncGenerator<Value> {
  yield* await Promise.resolve(values);
}

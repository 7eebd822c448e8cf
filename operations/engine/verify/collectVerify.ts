import type { EngineStore } from '../../../aws/engineStore';
import { DcsError } from '../../../core/errors';
import { count } from '../../../core/units';
import { CLASSES, type DifferenceClass } from '../../verify/verdict';
import { allResults } from '../collect';
import { beginRound, tasksText, type Round } from '../plan';
import { jsonOf, PLACES } from '../run';
import { tasksIn } from '../tasks';
import {
  NO_COMPARED,
  readVerifyResult,
  readVerifyTask,
  requireSum,
  workWords,
  type ComparedCounts,
  type EntryFile,
  type Found,
  type VerifyResult,
  type VerifyTask,
  type VerifyWork,
} from './verifyTasks';
import type { VerifyRun } from './verifyRun';

/** What has been read of each side, when all of it was. */
export interface ReadEntries {
  readonly files: Readonly<Record<Side, readonly EntryFile[]>>;
  readonly entries: Readonly<Record<Side, number>>;
}
type Side = 'copy' | 'export';

/** How a run ended. */
export interface VerifyEnd extends Found {
  readonly format: '1';
  readonly rounds: number;
}

export const ENTRIES = (folder: string) => `${folder}entries.json`;

export interface CollectVerifyRequest {
  readonly store: EngineStore;
  readonly folder: string;
  readonly round: number;
  readonly run: VerifyRun;
}

/**
 * Counts what has come of a round's tasks, and begins the next: what was handed back is read; when all is read, part by part is compared. A
 * run is over, and leaves its outcome, when every part has said how many it has compared, and these are all that were read.
 *
 * @throws DcsError that names the tasks of which there is no result, and where counts do not add up
 */
export async function collectVerify(request: CollectVerifyRequest): Promise<Round> {
  const { store, folder, round } = request;
  const tasks = tasksIn(await tasksText(store, folder, round), readVerifyTask);
  const results = await allResults<VerifyTask, VerifyResult>(store, folder, tasks, {
    ...{ read: readVerifyResult, name: workWords, noun: 'task' },
    remedy: 'Nothing is said of any item. The same command does these alone',
  });
  const isCompared = tasks.some(({ is }) => is === 'compare');
  return isCompared ? collectCompared(request, results) : collectRead(request, results);
}

async function collectRead(
  { store, folder, round, run }: CollectVerifyRequest,
  results: readonly VerifyResult[],
): Promise<Round> {
  const left = results.flatMap((result): readonly VerifyWork[] => (result.is === 'compare' ? [] : result.rest));
  const before = round === 0 ? NONE_READ : await readIn(store, PLACES.collected(folder, round - 1));
  const read = { files: { ...before.files }, entries: { ...before.entries } };
  for (const result of results) {
    if (result.is === 'compare') continue;
    requireOfRun(folder, result);
    read.files[result.is] = [...read.files[result.is], ...result.files];
    read.entries[result.is] += result.entries;
  }
  if (left.length > 0) {
    await store.write(PLACES.collected(folder, round), bytesOf(read), 'application/json');
    return beginRound(store, folder, round + 1, left);
  }
  const { itemCount } = run.export;
  if (read.entries.export !== itemCount) {
    throw new DcsError(`of ${count(itemCount)} items of the export ${count(read.entries.export)} were read`);
  }
  await store.write(ENTRIES(folder), bytesOf(read), 'application/json');
  const parts = Array.from({ length: run.partitions }, (_, part): VerifyWork => ({ is: 'compare', part }));
  return beginRound(store, folder, round + 1, parts);
}

/** Counts of another run may add up as well. @throws DcsError */
function requireOfRun(folder: string, { id, files }: Extract<VerifyResult, { is: 'copy' | 'export' }>): void {
  const other = files.find(({ objectKey }) => !objectKey.startsWith(folder));
  if (other) throw new DcsError(`the result of ${id} names ${other.objectKey}, which is no file of the run ${folder}`);
}

const NONE_READ: ReadEntries = { files: { copy: [], export: [] }, entries: { copy: 0, export: 0 } };

/** @throws DcsError where not all has been read yet */
export async function readEntriesOf(store: Pick<EngineStore, 'read'>, folder: string): Promise<ReadEntries> {
  return readIn(store, ENTRIES(folder));
}

async function readIn(store: Pick<EngineStore, 'read'>, place: string): Promise<ReadEntries> {
  const found = jsonOf((await store.read(place)) ?? '') as ReadEntries | undefined;
  if (found) return found;
  throw new DcsError(`there is no ${place}, or it cannot be read`);
}

async function collectCompared(
  { store, folder, round, run }: CollectVerifyRequest,
  results: readonly VerifyResult[],
): Promise<Round> {
  const parts = results.flatMap((result) => (result.is === 'compare' ? [result] : []));
  const found = requireSum(parts.reduce<Found>(addFound, NOTHING_FOUND));
  const { entries } = await readEntriesOf(store, folder);
  const { inExport, inCopy } = found.counts;
  if (parts.length !== run.partitions || inExport !== entries.export || inCopy !== entries.copy) {
    throw new DcsError(
      `${count(entries.export)} items of the export and ${count(entries.copy)} of the copy were read, and ${count(inExport)} and ${count(inCopy)} compared, in ${count(parts.length)} of ${count(run.partitions)} parts`,
    );
  }
  const end: VerifyEnd = { format: '1', rounds: round + 1, ...found };
  await store.write(PLACES.outcome(folder), bytesOf(end), 'application/json');
  return { round, tasks: 0 };
}

const NOTHING_FOUND: Found = { counts: NO_COMPARED, classes: {}, examples: {}, differenceFiles: [] };

function addFound(a: Found, b: Found): Found {
  const names = Object.keys(NO_COMPARED) as (keyof ComparedCounts)[];
  const classes: Partial<Record<DifferenceClass, number>> = {};
  for (const name of CLASSES) {
    const sum = (a.classes[name] ?? 0) + (b.classes[name] ?? 0);
    if (sum > 0) classes[name] = sum;
  }
  return {
    counts: Object.fromEntries(names.map((name) => [name, a.counts[name] + b.counts[name]])) as ComparedCounts,
    classes,
    examples: { ...b.examples, ...a.examples },
    differenceFiles: [...a.differenceFiles, ...b.differenceFiles],
  };
}

function bytesOf(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

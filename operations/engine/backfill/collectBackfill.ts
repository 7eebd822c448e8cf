import type { EngineStore } from '../../../aws/engineStore';
import { DcsError } from '../../../core/errors';
import { count } from '../../../core/units';
import { allResults } from '../collect';
import { beginRound, tasksText, type Round } from '../plan';
import { jsonOf, PLACES } from '../run';
import { tasksIn } from '../tasks';
import type { BackfillRun } from './backfillRun';
import {
  addItems,
  fileWords,
  NO_ITEMS,
  readBackfillResult,
  readBackfillTask,
  requireAllRead,
  type BackfillResult,
  type BackfillTask,
  type ItemCounts,
} from './backfillTasks';

/** How a run ended. */
export interface BackfillEnd {
  readonly format: '1';
  readonly rounds: number;
  readonly counts: ItemCounts;
  /** Files of JSON lines, an item that has no image each. */
  readonly leftFiles: readonly string[];
}

type Collected = Pick<BackfillEnd, 'counts' | 'leftFiles'>;

export interface CollectBackfillRequest {
  readonly store: EngineStore;
  readonly folder: string;
  readonly round: number;
  readonly run: BackfillRun;
}

/**
 * Counts what has come of a round's tasks, and begins the next with what was handed back. A run is over, and leaves its outcome, when as many
 * items were read of each file, and of all, as the manifests of the export say.
 *
 * @throws DcsError that names the files of which there is no result, and where counts do not add up
 */
export async function collectBackfill({ store, folder, round, run }: CollectBackfillRequest): Promise<Round> {
  const tasks = tasksIn(await tasksText(store, folder, round), readBackfillTask);
  const results = await allResults<BackfillTask, BackfillResult>(store, folder, tasks, {
    ...{ read: readBackfillResult, name: fileWords, noun: 'file' },
    remedy: 'What has been written stays. The same command does these alone',
  });
  results.forEach((result, number) => requireOfTask(folder, tasks[number], result));
  const before = round === 0 ? NOTHING : await collectedIn(store, PLACES.collected(folder, round - 1));
  const collected: Collected = {
    counts: results.reduce((sum, { counts }) => addItems(sum, counts), before.counts),
    leftFiles: [...before.leftFiles, ...results.flatMap(({ leftFiles }) => leftFiles)],
  };
  const rest = results.flatMap((result) => result.rest);
  if (rest.length > 0) {
    await store.write(PLACES.collected(folder, round), bytesOf(collected), 'application/json');
    return beginRound(store, folder, round + 1, rest);
  }
  const { itemCount } = run.export;
  if (collected.counts.read !== itemCount) {
    throw new DcsError(`of ${count(itemCount)} items of the export ${count(collected.counts.read)} were read`);
  }
  const end: BackfillEnd = { format: '1', rounds: round + 1, ...collected };
  await store.write(PLACES.outcome(folder), bytesOf(end), 'application/json');
  return { round, tasks: 0 };
}

const NOTHING: Collected = { counts: NO_ITEMS, leftFiles: [] };

function requireOfTask(folder: string, task: BackfillTask | undefined, result: BackfillResult): void {
  if (!task) throw new DcsError(`the result of ${result.id} is of no task`);
  requireAllRead(task, result);
  // Counts of another run may add up as well.
  const other = result.leftFiles.find((file) => !file.startsWith(folder));
  if (other !== undefined)
    throw new DcsError(`the result of ${result.id} names ${other}, which is no file of the run ${folder}`);
}

async function collectedIn(store: Pick<EngineStore, 'read'>, place: string): Promise<Collected> {
  const found = jsonOf((await store.read(place)) ?? '') as Collected | undefined;
  if (found) return found;
  throw new DcsError(`there is no ${place}, or it cannot be read`);
}

function bytesOf(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

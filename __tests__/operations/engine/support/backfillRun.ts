import { Readable } from 'node:stream';
import type { ObjectReader } from '../../../../aws/objectReader';
import { collectBackfill, type BackfillEnd } from '../../../../operations/engine/backfill/collectBackfill';
import type { BackfillRun } from '../../../../operations/engine/backfill/backfillRun';
import { readBackfillTask, type BackfillTask } from '../../../../operations/engine/backfill/backfillTasks';
import {
  performBackfillTask,
  type BackfillTaskRequest,
} from '../../../../operations/engine/backfill/performBackfillTask';
import { planBackfill } from '../../../../operations/engine/backfill/planBackfill';
import { tasksText } from '../../../../operations/engine/plan';
import { PLACES } from '../../../../operations/engine/run';
import { tasksIn } from '../../../../operations/engine/tasks';
import type { MemoryBucket } from '../../../support/memoryBucket';
import { keySchema } from './engineRun';
import type { MemoryStore } from './memoryStore';
import { exportFolder } from './verifyRun';

export const folder = 'backfills/users/backfill-1/';

export interface BackfillOptions {
  /** The source bucket. */
  readonly bucket: Pick<MemoryBucket, 'putIf' | 'history' | 'images'>;
  readonly store: MemoryStore;
  readonly itemCount: number;
  readonly momentMs: number;
  readonly createdAtMs?: number;
  readonly isOver?: () => boolean;
  /** In place of a worker: what the machine does with its answer is the same whatever it is. */
  readonly work?: (task: BackfillTask, perform: () => Promise<unknown>) => Promise<unknown>;
}

export function backfillParts(options: BackfillOptions) {
  const { bucket, store, momentMs, itemCount, createdAtMs, isOver = () => false } = options;
  const run: BackfillRun = {
    ...{ format: '1', tableName: 'users', prefix: '', keySchema, momentMs, startedAtMs: momentMs },
    ...(createdAtMs !== undefined && { createdAtMs }),
    export: { folder: exportFolder, itemCount },
  };
  const reader: ObjectReader = {
    bucket: store.bucket,
    open: (objectKey) =>
      Promise.resolve({ bytes: Readable.from([store.objects.get(objectKey) ?? Buffer.alloc(0)]), etag: objectKey }),
  };
  const context: BackfillTaskRequest['context'] = {
    ...{ reader, signal: new AbortController().signal, pause: () => Promise.resolve() },
  };
  let attempts = 0;
  const perform = (task: BackfillTask) =>
    performBackfillTask({
      ...{ store, folder, run, task, images: bucket, source: bucket, context, isOver },
      attemptId: String(attempts++),
    });
  return { run, perform };
}

export async function backfillTasksOf(store: MemoryStore, round: number): Promise<BackfillTask[]> {
  return tasksIn(await tasksText(store, folder, round), readBackfillTask);
}

const MOST_ROUNDS = 80;

/** What the state machine does, without one. Workers that fail are gone on without. */
export async function runBackfill(options: BackfillOptions): Promise<BackfillEnd> {
  const { store } = options;
  const { run, perform } = backfillParts(options);
  let { round } = await planBackfill({ store, folder, run });
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
    for (const task of await backfillTasksOf(store, round)) {
      await (options.work ?? ((_, does) => does()))(task, () => perform(task)).catch(() => undefined);
    }
    const next = await collectBackfill({ store, folder, round, run });
    if (next.tasks === 0) return JSON.parse((await store.read(PLACES.outcome(folder))) ?? '') as BackfillEnd;
    round = next.round;
  }
  throw new Error(`it has not ended after ${MOST_ROUNDS} rounds`);
}

import type { Archive } from '../../../../aws/archive';
import type { AttributeMap } from '../../../../core/attributeValue';
import { encodeImage, NO_ITEM } from '../../../../core/image';
import { objectKeyOf } from '../../../../core/objectKey';
import { collectRound, type Collected } from '../../../../operations/engine/collect';
import { imageRanges } from '../../../../operations/engine/imageRanges';
import { performTask, type TaskRequest } from '../../../../operations/engine/performTask';
import { planRun, tasksOf } from '../../../../operations/engine/plan';
import { publishFiles } from '../../../../operations/engine/publishFiles';
import type { RangeSource } from '../../../../operations/engine/rangeSource';
import type { Task } from '../../../../operations/engine/tasks';
import { MemoryBucket } from '../../../support/memoryBucket';
import { MemoryStore } from './memoryStore';

export const keySchema = { partitionKey: 'id' };
export const table = { prefix: '', tableName: 'users', keySchema };
/** Of an import: 15 TB. */
export const region = 'eu-west-1';
export const folder = 'restores/users/users-2/run/';

export const keyOf = (id: string) => objectKeyOf(table, keySchema, { id: { S: id } });
export const itemOf = (id: string, value: number): AttributeMap => ({ id: { S: id }, value: { N: String(value) } });

export interface Written {
  readonly id: string;
  /** In the order of the stream. */
  readonly sequence: number;
  /** Undefined: a delete. */
  readonly value?: number;
  readonly changedAtMs: number;
  readonly storageClass?: string;
}

/** A bucket of images that capture has stored. */
export function bucketOf(changes: readonly Written[]): MemoryBucket {
  const bucket = new MemoryBucket();
  bucket.store('users/table.json', { body: '{}', metadata: {} }, 1_000);
  const seen = new Set<string>();
  for (const { id, sequence, value, changedAtMs, storageClass } of changes) {
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String(sequence) } as const;
    const previousDigest = seen.has(id) ? 'f'.repeat(64) : NO_ITEM;
    const event = value === undefined ? 'REMOVE' : seen.has(id) ? 'MODIFY' : 'INSERT';
    seen.add(id);
    const image = encodeImage(
      { event, position, changedAtMs, previousDigest },
      value === undefined ? undefined : itemOf(id, value),
    );
    bucket.store(keyOf(id), image, changedAtMs + 1_000, storageClass);
  }
  return bucket;
}

export interface RunOptions {
  readonly bucket: MemoryBucket;
  readonly archive?: Archive;
  /** In place of the images of the bucket. */
  readonly source?: RangeSource;
  readonly store?: MemoryStore;
  readonly ranges?: number;
  readonly momentMs?: number;
  /** Images read at a time, and so how often a worker looks whether its time is over. */
  readonly parallelism?: number;
  readonly isOver?: () => boolean;
  /** In place of a worker: what the machine does with its answer is the same whatever it is. */
  readonly work?: (task: Task, perform: () => Promise<unknown>) => Promise<unknown>;
}

export function parts(options: RunOptions) {
  const { bucket, archive, store = new MemoryStore(), ranges = 3, momentMs = Infinity, parallelism = 2 } = options;
  const images = Object.assign(Object.create(bucket) as MemoryBucket, { archive });
  const source =
    options.source ?? imageRanges({ source: images, lister: bucket.versionLister, table, momentMs, parallelism });
  let attempts = 0;
  const ofTask = (task: Task): TaskRequest => ({
    ...{ source, task, store, folder, momentMs, imagesBucket: 'destination', attemptId: String(attempts++) },
    ...{ isOver: options.isOver ?? (() => false), restParts: 2, files: { lanes: 2, fileBytes: 100 } },
  });
  return { store, source, ranges, ofTask };
}

const MOST_ROUNDS = 60;

/** What the state machine does, without one: rounds until nothing is left, then the files. Workers that fail are gone on without. */
export async function runEngine(options: RunOptions): Promise<{ store: MemoryStore; collected: Collected }> {
  const { store, source, ranges, ofTask } = parts(options);
  let { round } = await planRun({ store, folder, source, ranges });
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
    for (const task of await tasksOf(store, folder, round)) {
      const perform = () => performTask(ofTask(task));
      await (options.work ?? ((_, does) => does()))(task, perform).catch(() => undefined);
    }
    const collected = await collectRound(store, folder, round, region);
    if (collected.tasks > 0) {
      round += 1;
      continue;
    }
    await publishFiles({ store, folder, round, isOver: () => false });
    return { store, collected };
  }
  throw new Error(`it has not ended after ${MOST_ROUNDS} rounds`);
}

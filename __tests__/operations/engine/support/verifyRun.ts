import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { ObjectReader } from '../../../../aws/objectReader';
import type { AttributeMap } from '../../../../core/attributeValue';
import { tasksText } from '../../../../operations/engine/plan';
import { imageRanges } from '../../../../operations/engine/imageRanges';
import type { RangeSource } from '../../../../operations/engine/rangeSource';
import { PLACES } from '../../../../operations/engine/run';
import { tasksIn } from '../../../../operations/engine/tasks';
import { collectVerify, type VerifyEnd } from '../../../../operations/engine/verify/collectVerify';
import { performVerifyTask } from '../../../../operations/engine/verify/performVerifyTask';
import { planVerify } from '../../../../operations/engine/verify/planVerify';
import type { VerifyRun } from '../../../../operations/engine/verify/verifyRun';
import { readVerifyTask, type VerifyTask } from '../../../../operations/engine/verify/verifyTasks';
import type { MemoryBucket } from '../../../support/memoryBucket';
import { keySchema, table } from './engineRun';
import { MemoryStore } from './memoryStore';

export const exportFolder = 'exports/users/AWSDynamoDB/01-abc';
export const folder = 'verifies/users/verify-1/';

/** Leaves an export in the engine's bucket, as DynamoDB does. */
export function putExport(
  store: { readonly objects: Map<string, Buffer> },
  items: readonly AttributeMap[],
  exportTimeMs: number,
  of: {
    readonly files?: number;
    readonly tableName?: string;
    readonly folder?: string;
    readonly accountId?: string;
    readonly tableId?: string;
  } = {},
): void {
  const { files = 2, tableName = 'users', folder = exportFolder, accountId = '111111111111', tableId } = of;
  const md5 = (bytes: Buffer | string) => createHash('md5').update(bytes).digest('base64');
  const lines = Array.from({ length: files }, (_, file) => {
    const ofFile = items.filter((_item, i) => i % files === file);
    const bytes = gzipSync(ofFile.map((Item) => `${JSON.stringify({ Item })}\n`).join(''));
    const dataFileS3Key = `${folder}/data/f${file}.json.gz`;
    store.objects.set(dataFileS3Key, bytes);
    return `${JSON.stringify({ itemCount: ofFile.length, md5Checksum: md5(bytes), dataFileS3Key })}\n`;
  });
  const summary = JSON.stringify({
    ...{ tableArn: `arn:aws:dynamodb:eu-central-1:${accountId}:table/${tableName}`, tableId },
    ...{ exportTime: new Date(exportTimeMs).toISOString(), itemCount: items.length, outputFormat: 'DYNAMODB_JSON' },
  });
  for (const [name, text] of Object.entries({ files: lines.join(''), summary })) {
    store.objects.set(`${folder}/manifest-${name}.json`, Buffer.from(text));
    store.objects.set(`${folder}/manifest-${name}.md5`, Buffer.from(md5(text)));
  }
}

export interface VerifyOptions {
  readonly bucket: MemoryBucket;
  readonly store: MemoryStore;
  readonly itemCount: number;
  readonly momentMs: number;
  readonly partitions?: number;
  readonly ranges?: number;
  readonly storedByMs?: number;
  readonly parallelism?: number;
  readonly fileEntries?: number;
  readonly source?: RangeSource;
  readonly isOver?: () => boolean;
  /** In place of a worker: what the machine does with its answer is the same whatever it is. */
  readonly work?: (task: VerifyTask, perform: () => Promise<unknown>) => Promise<unknown>;
}

export function verifyParts(options: VerifyOptions) {
  const { bucket, store, momentMs, itemCount, partitions = 3, ranges = 3, storedByMs = Infinity } = options;
  const state = { source: bucket, table, momentMs };
  const { parallelism = 2, fileEntries = 3, isOver = () => false } = options;
  const source = options.source ?? imageRanges({ ...state, storedByMs, lister: bucket.versionLister, parallelism });
  const run: VerifyRun = {
    ...{ format: '1', tableName: 'users', prefix: '', layout: 'images', keySchema, momentMs, storedByMs, ranges },
    ...{ partitions, settleMs: 0, export: { folder: exportFolder, itemCount } },
  };
  const reader: ObjectReader = {
    bucket: store.bucket,
    open: (objectKey) =>
      Promise.resolve({ bytes: Readable.from([store.objects.get(objectKey) ?? Buffer.alloc(0)]), etag: objectKey }),
  };
  const context = { reader, signal: new AbortController().signal, pause: () => Promise.resolve() };
  let attempts = 0;
  const perform = (task: VerifyTask) =>
    performVerifyTask({
      ...{ store, folder, run, task, source, state, context, isOver, fileEntries, restParts: 2 },
      attemptId: String(attempts++),
    });
  return { run, source, perform };
}

export async function verifyTasksOf(store: MemoryStore, round: number): Promise<VerifyTask[]> {
  return tasksIn(await tasksText(store, folder, round), readVerifyTask);
}

const MOST_ROUNDS = 80;

/** What the state machine does, without one. Workers that fail are gone on without. */
export async function runVerify(options: VerifyOptions): Promise<VerifyEnd> {
  const { store } = options;
  const { run, source, perform } = verifyParts(options);
  let { round } = await planVerify({ store, folder, run, source });
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
    for (const task of await verifyTasksOf(store, round)) {
      await (options.work ?? ((_, does) => does()))(task, () => perform(task)).catch(() => undefined);
    }
    const next = await collectVerify({ store, folder, round, run });
    if (next.tasks === 0) return JSON.parse((await store.read(PLACES.outcome(folder))) ?? '') as VerifyEnd;
    round = next.round;
  }
  throw new Error(`it has not ended after ${MOST_ROUNDS} rounds`);
}

import { S3Error } from '../../aws/s3Error';
import { recordObjectKey, type CapturedTable, type StreamRecord } from '../../core/streamRecord';
import type { Layout } from '../../settings/batches';
import { captureBatch } from '../../lambda/capture/captureBatch';
import { captureJournal } from '../../lambda/capture/captureJournal';
import { NewestWritten } from '../../lambda/capture/newestWritten';
import type { PendingRecord } from '../pump/pendingRecord';
import { interpretResponse, type BatchOutcome } from '../pump/response';
import { bucketCalls } from './bucketCalls';
import { Process, type FaultRates } from './process';
import type { Random } from './random';
import type { S3Bucket } from './s3';
import type { World } from './world';

export interface FunctionSettings {
  readonly table: CapturedTable;
  readonly bucket: S3Bucket;
  readonly faults: FaultRates;
  /** The share of invocations that end somewhere in their middle: out of memory, or of time. */
  readonly crashes: number;
  /** Whether puts of an item are refused now, and of a batch with it. */
  readonly isRefused: (objectKey: string) => boolean;
  /** The layout that an invocation is told. */
  readonly layout: (random: Random) => Layout;
}

const REMEMBERED_ITEMS = 1_000;

/** The deployed function: warm instances with what they remember, one invocation each at a time. */
export function captureFunction(
  world: World,
  { table, bucket, faults, crashes, isRefused, layout }: FunctionSettings,
): (records: readonly PendingRecord[]) => Promise<BatchOutcome> {
  const idle: NewestWritten[] = [];
  let invocations = 0;
  return async (records) => {
    const name = `capture ${++invocations}`;
    const random = world.random(name);
    const newestWritten = idle.pop() ?? new NewestWritten(REMEMBERED_ITEMS);
    const crashAtCall = !world.isCalm && random.chance(crashes) ? 1 + random.below(records.length) : undefined;
    const process = new Process(name, world, random, { faults, crashAtCall });
    const { images, bytes } = bucketCalls(process, bucket);
    const batch = records.map(({ json }) => JSON.parse(json) as StreamRecord);
    const common = { table, nowMs: process.nowMs, onFailure: () => undefined };
    const deadline = new AbortController().signal;
    const intoImages = () => {
      const put: typeof images.put = (objectKey, image, options) =>
        isRefused(objectKey) ? denied() : images.put(objectKey, image, options);
      return captureBatch({ ...common, newestWritten, parallelism: 4, images: { put } }, batch, deadline);
    };
    const intoJournal = () => {
      const isOfRefused = batch.some((record) => isRefused(recordObjectKey(table, record)));
      const journal = isOfRefused ? { putOnce: denied } : bytes;
      return captureJournal({ ...common, journal }, batch, deadline);
    };
    const result = await process.run(layout(random) === 'journal' ? intoJournal : intoImages);
    // A crashed instance is gone, with what it remembered.
    if (result === 'crashed') return { kind: 'failure', reason: 'crashed', functionError: 'Unhandled' };
    if (!random.chance(0.1)) idle.push(newestWritten);
    return interpretResponse(
      result,
      records.map(({ sequenceNumber }) => sequenceNumber),
    );
  };
}

function denied(): Promise<never> {
  return Promise.reject(new S3Error('AccessDenied', 403, 'simulated', {}));
}

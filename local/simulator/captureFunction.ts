import { S3Error } from '../../aws/s3Error';
import type { CapturedTable, StreamRecord } from '../../core/streamRecord';
import { captureBatch } from '../../lambda/capture/captureBatch';
import { NewestWritten } from '../../lambda/capture/newestWritten';
import type { PendingRecord } from '../pump/pendingRecord';
import { interpretResponse, type BatchOutcome } from '../pump/response';
import { bucketCalls } from './bucketCalls';
import { Process, type FaultRates } from './process';
import type { S3Bucket } from './s3';
import type { World } from './world';

export interface FunctionSettings {
  readonly table: CapturedTable;
  readonly bucket: S3Bucket;
  readonly faults: FaultRates;
  /** The share of invocations that end somewhere in their middle: out of memory, or of time. */
  readonly crashes: number;
  /** Whether puts of an item are refused now. */
  readonly isRefused: (objectKey: string) => boolean;
}

const REMEMBERED_ITEMS = 1_000;

/** The deployed function: warm instances with what they remember, one invocation each at a time. */
export function captureFunction(
  world: World,
  { table, bucket, faults, crashes, isRefused }: FunctionSettings,
): (records: readonly PendingRecord[]) => Promise<BatchOutcome> {
  const idle: NewestWritten[] = [];
  let invocations = 0;
  return async (records) => {
    const name = `capture ${++invocations}`;
    const random = world.random(name);
    const newestWritten = idle.pop() ?? new NewestWritten(REMEMBERED_ITEMS);
    const crashAtCall = !world.isCalm && random.chance(crashes) ? 1 + random.below(records.length) : undefined;
    const process = new Process(name, world, random, { faults, crashAtCall });
    const { images } = bucketCalls(process, bucket);
    const result = await process.run(async () =>
      captureBatch(
        {
          ...{ table, newestWritten, parallelism: 4, nowMs: process.nowMs, onFailure: () => undefined },
          images: {
            put(objectKey, image, options) {
              if (isRefused(objectKey)) return Promise.reject(new S3Error('AccessDenied', 403, 'simulated', {}));
              return images.put(objectKey, image, options);
            },
          },
        },
        records.map(({ json }) => JSON.parse(json) as StreamRecord),
        new AbortController().signal,
      ),
    );
    // A crashed instance is gone, with what it remembered.
    if (result === 'crashed') return { kind: 'failure', reason: 'crashed', functionError: 'Unhandled' };
    if (!random.chance(0.1)) idle.push(newestWritten);
    return interpretResponse(
      result,
      records.map(({ sequenceNumber }) => sequenceNumber),
    );
  };
}

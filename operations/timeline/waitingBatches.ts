import type { VersionLister } from '../../aws/objectVersions';
import { TooLargeTextError, type TextStore } from '../../aws/textStore';
import { changeTime } from '../../core/changeTime';
import { readParkedBatch, UnreadableBatchError } from '../../core/parkedBatch';
import type { StreamRecord } from '../../core/streamRecord';
import { parkedBatches } from '../redrive/parkedBatches';

/** Changes that capture gave up and that nobody has applied yet: they are in no image. */
export interface WaitingBatch {
  readonly records: number;
  /** When the first of them came to the stream. */
  readonly fromMs: number;
  /** When the last of them did. */
  readonly toMs: number;
}

/** A batch has up to 6 MB. */
const MOST_READ = 50;

/**
 * The parked batches of a table that wait for being applied.
 *
 * @param lister of current objects
 * @returns `unread`: batches that cannot be read, or were too many, of whatever table
 */
export async function waitingBatches(
  { lister, texts }: { readonly lister: VersionLister; readonly texts: Pick<TextStore, 'read'> },
  tableName: string,
  signal: AbortSignal,
): Promise<{ batches: WaitingBatch[]; unread: number }> {
  const batches: WaitingBatch[] = [];
  let [read, unread] = [0, 0];
  for await (const { objectKey, isRedriven, storedAtMs } of parkedBatches(lister, signal)) {
    signal.throwIfAborted();
    if (isRedriven) continue;
    const batch = read < MOST_READ ? await readOne(texts, objectKey) : undefined;
    read += 1;
    if (!batch) unread += 1;
    else if (batch.tableName === tableName) batches.push(timesOf(batch, storedAtMs));
  }
  return { batches, unread };
}

async function readOne(texts: Pick<TextStore, 'read'>, objectKey: string) {
  try {
    const text = await texts.read(objectKey);
    return text === undefined ? undefined : readParkedBatch(text);
  } catch (error) {
    if (error instanceof UnreadableBatchError || error instanceof TooLargeTextError) return undefined;
    throw error;
  }
}

function timesOf(
  { records, receivedAtMs }: NonNullable<Awaited<ReturnType<typeof readOne>>>,
  storedAtMs: number,
): WaitingBatch {
  const toMs = Math.min(receivedAtMs ?? Infinity, storedAtMs);
  const times = records.map((record: StreamRecord | null) => {
    const stated = record?.dynamodb?.ApproximateCreationDateTime;
    return changeTime(stated, toMs, storedAtMs).changedAtMs;
  });
  return { records: records.length, fromMs: times.reduce((first, ms) => Math.min(first, ms), toMs), toMs };
}

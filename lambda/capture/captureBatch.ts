import type { ImageStore } from '../../aws/imageStore';
import { compareChanges, compareDigits, type ChangePosition } from '../../core/changePosition';
import { UnreadableRecordError } from '../../core/errors';
import { inParallel } from '../../core/inParallel';
import {
  recordImage,
  recordObjectKey,
  recordSequenceNumber,
  type CapturedTable,
  type StreamRecord,
} from '../../core/streamRecord';
import type { NewestWritten } from './newestWritten';

export interface CaptureContext {
  readonly table: CapturedTable;
  readonly images: Pick<ImageStore, 'put'>;
  readonly newestWritten: NewestWritten;
  /** Items written at the same time. */
  readonly parallelism: number;
  /** Epoch milliseconds; Lambda's clock. */
  readonly nowMs: () => number;
  /** Told of each record that is not done, with the reason. */
  readonly onFailure: (record: StreamRecord, reason: unknown) => void;
}

/** Lambda's partial batch response: everything from the sequence number on is delivered again. Empty: all is done. */
export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/**
 * Writes the image of every record of one batch. A record is done when S3 has answered 200 for its image.
 *
 * Records of one item are written strictly in order, and the first failure stops that item. Different items are written
 * side by side. When `deadline` strikes, what is left has failed.
 *
 * @throws UnreadableRecordError when a failed record has no sequence number to be reported by: the whole batch failed
 */
export async function captureBatch(
  context: CaptureContext,
  records: readonly StreamRecord[],
  deadline: AbortSignal,
): Promise<BatchResponse> {
  const failed: StreamRecord[] = [];
  const fail = (record: StreamRecord, reason: unknown) => {
    failed.push(record);
    context.onFailure(record, reason);
  };
  const items = groupByItem(context.table, records, fail);
  await inParallel(items, context.parallelism, (item) => captureItem(context, item, deadline, fail));
  return { batchItemFailures: failed.length === 0 ? [] : [{ itemIdentifier: lowestSequenceNumber(failed) }] };
}

function groupByItem(
  table: CapturedTable,
  records: readonly StreamRecord[],
  fail: (record: StreamRecord, reason: unknown) => void,
): Map<string, StreamRecord[]> {
  const items = new Map<string, StreamRecord[]>();
  for (const record of records) {
    try {
      const objectKey = recordObjectKey(table, record);
      const ofOneItem = items.get(objectKey);
      if (ofOneItem) ofOneItem.push(record);
      else items.set(objectKey, [record]);
    } catch (error) {
      // Only a record is at fault here; anything else is a defect and fails the batch.
      if (!(error instanceof UnreadableRecordError)) throw error;
      fail(record, error);
    }
  }
  return items;
}

async function captureItem(
  context: CaptureContext,
  [objectKey, records]: readonly [string, readonly StreamRecord[]],
  deadline: AbortSignal,
  fail: (record: StreamRecord, reason: unknown) => void,
): Promise<void> {
  for (const record of records) {
    try {
      deadline.throwIfAborted();
      await captureRecord(context, objectKey, record, deadline);
    } catch (error) {
      // Not swallowed: the response makes Lambda deliver this record, and those of the item after it, again.
      fail(record, error);
      return;
    }
  }
}

async function captureRecord(
  { table, images, newestWritten, nowMs }: CaptureContext,
  objectKey: string,
  record: StreamRecord,
  deadline: AbortSignal,
): Promise<void> {
  const { header, ...image } = recordImage(table, record, nowMs());
  if (isOlderThan(newestWritten.get(objectKey), header.position)) return;
  await images.put(objectKey, image, { signal: deadline });
  newestWritten.set(objectKey, header.position);
}

/**
 * True also when `written` is this very change. Within one stream, what is older has been written or reported as failed. Of
 * another stream, an old one that still has records beside its successor, nothing of the kind is known.
 */
function isOlderThan(written: ChangePosition | undefined, position: ChangePosition): boolean {
  if (written === undefined || streamLabelOf(written) !== streamLabelOf(position)) return false;
  return compareChanges(position, written) <= 0;
}

function streamLabelOf({ streamLabel }: { source: string; streamLabel?: string }): string | undefined {
  return streamLabel;
}

/** @throws UnreadableRecordError when one of them has none */
export function lowestSequenceNumber(failed: readonly StreamRecord[]): string {
  // Stryker disable next-line EqualityOperator: of two with one number either is it
  return failed.map(recordSequenceNumber).reduce((low, next) => (compareDigits(next, low) < 0 ? next : low));
}

import { RejectedWriteError } from '../../aws/batchTable';
import type { BatchTable } from '../../aws/batchTable';
import type { ConditionalWrites } from '../../aws/conditionalWrites';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { UsageError } from '../../core/errors';
import { itemDigest } from '../../core/image';
import { inParallel } from '../../core/inParallel';
import { inBatches, mapInParallel } from '../../core/mapInParallel';
import { keysOf, type KeySchema } from '../../core/objectKey';
import { changed, type PlannedWrite } from '../../core/plannedWrite';
import { pace, type Pause } from '../pace';

export interface CarryOutRequest {
  readonly plan: AsyncIterable<PlannedWrite>;
  readonly keySchema: KeySchema;
  readonly target: Pick<BatchTable, 'getBatch'> & ConditionalWrites;
  /** A line is for its item as a whole: no other attribute may be another's. Else an update is for what it touches. */
  readonly isOfWholeItems: boolean;
  readonly writesPerSecond?: number;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly pause: Pause;
  readonly watch?: CarryOutWatch;
}

/** Told what becomes of each line of a plan. */
export interface CarryOutWatch {
  readonly onDone?: (write: PlannedWrite) => void;
  /** Not written: somebody has written the item since, or DynamoDB refuses it. */
  readonly onLeft?: (left: {
    readonly why: 'moved' | 'rejected';
    readonly write: PlannedWrite;
    readonly reason: string;
  }) => void;
  /** Written, and not as planned when it was read again. */
  readonly onDifference?: (write: PlannedWrite) => void;
}

export interface CarryOutCounts {
  written: number;
  /** They were as planned before anything was written. */
  already: number;
  moved: number;
  rejected: number;
  /** Written, and another item when read again. */
  differences: number;
}

const BATCH = 25;
const BATCHES = 8;
const MOVED = 'it was changed after the plan was made; make the plan again';

/**
 * Writes what a plan says, and nothing where the table is no longer what the plan was made for. Every item is read before
 * it is written, written on a condition, and read again. Stopped at any point, the same plan continues.
 */
export async function carryOutPlan(request: CarryOutRequest): Promise<Readonly<CarryOutCounts>> {
  const { plan, signal, nowMs, pause } = request;
  const counts: CarryOutCounts = { written: 0, already: 0, moved: 0, rejected: 0, differences: 0 };
  const whenAllowed = pace(request.writesPerSecond, nowMs, pause);
  const batches = mapInParallel(inBatches(plan, BATCH), BATCHES, async (batch) => {
    const items = await itemsOf(request, batch);
    const written: PlannedWrite[] = [];
    await inParallel(batch, BATCH, async (write) => {
      const expected = items.get(canonicalItem(write.keys));
      if (itemDigest(expected) === write.becomes) {
        counts.already += 1;
        return;
      }
      await whenAllowed(1, signal);
      if (await isWritten(request, write, expected, counts)) written.push(write);
    });
    await compare(request, written, counts);
  });
  while (!(await batches.next()).done) signal.throwIfAborted();
  return counts;
}

async function isWritten(
  { target, watch, isOfWholeItems }: CarryOutRequest,
  write: PlannedWrite,
  expected: AttributeMap | undefined,
  counts: CarryOutCounts,
): Promise<boolean> {
  const { keys, change } = write;
  const isAsRead = itemDigest(expected) === write.expects;
  if (isAsRead && itemDigest(changed(expected, change)) !== write.becomes) throw contradiction(write);
  try {
    if (isAsRead && (await target.writeIf({ keys, change, expected, isOfWholeItem: isOfWholeItems }))) {
      counts.written += 1;
      watch?.onDone?.(write);
      return true;
    }
    counts.moved += 1;
    watch?.onLeft?.({ why: 'moved', write, reason: MOVED });
  } catch (error) {
    if (!(error instanceof RejectedWriteError)) throw error;
    counts.rejected += 1;
    watch?.onLeft?.({ why: 'rejected', write, reason: error.message });
  }
  return false;
}

function contradiction({ keys }: PlannedWrite): UsageError {
  return new UsageError([
    `the plan says of ${canonicalItem(keys)} that it becomes another item than its change makes. Make the plan again`,
  ]);
}

async function compare(
  request: CarryOutRequest,
  written: readonly PlannedWrite[],
  counts: CarryOutCounts,
): Promise<void> {
  const items = await itemsOf(request, written);
  for (const write of written) {
    if (isAsPlanned(request, write, items.get(canonicalItem(write.keys)))) continue;
    counts.differences += 1;
    request.watch?.onDifference?.(write);
  }
}

function isAsPlanned(
  { isOfWholeItems }: CarryOutRequest,
  { change, becomes }: PlannedWrite,
  item: AttributeMap | undefined,
): boolean {
  if (isOfWholeItems || change.do !== 'update' || !item) return itemDigest(item) === becomes;
  return itemDigest(changed(item, change)) === itemDigest(item);
}

async function itemsOf({ target, keySchema }: CarryOutRequest, writes: readonly PlannedWrite[]) {
  const items = writes.length === 0 ? [] : await target.getBatch(writes.map(({ keys }) => keys));
  return new Map(items.map((item) => [canonicalItem(keysOf(keySchema, item)), item]));
}

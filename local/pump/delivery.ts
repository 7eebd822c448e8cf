import { randomUUID } from 'node:crypto';
import { nextStep, splitByAge, type Attempt } from './attempt';
import type { PumpCounts } from './counts';
import { invokeOnce, type FunctionSettings, type InvocationResult } from './invocation';
import type { PlayableMapping } from './mapping';
import { parkedBatchBody, parkedBatchKey, type ParkingCondition } from './parkedBatch';
import type { PendingRecord } from './pendingRecord';

/** Writes an object into the on-failure destination. A rejection is tried again until it works. */
export type Park = (objectKey: string, body: string) => Promise<void>;

export interface RetryBackoff {
  /** Before the first retry; doubled for each further one. */
  readonly baseMilliseconds: number;
  readonly maximumMilliseconds: number;
}

export interface DeliverySettings extends FunctionSettings {
  readonly mapping: PlayableMapping;
  readonly streamArn: string;
  readonly park: Park;
  readonly retryBackoff: RetryBackoff;
  readonly counts: PumpCounts;
  /** No further attempt is started once it is aborted. */
  readonly stopping: AbortSignal;
  /** Told in one line of everything that went wrong on the way. */
  readonly onProblem: (problem: string) => void;
}

/**
 * Delivers one batch: invokes, retries, splits and parks, in order, until each of its records is delivered or parked.
 * @returns how many are; fewer than given only when the pump is being stopped
 */
export async function deliverBatch(
  records: readonly PendingRecord[],
  shardId: string,
  to: DeliverySettings,
): Promise<number> {
  const attempts: Attempt[] = [{ records, retriesUsed: 0, invocations: 0 }];
  let last: InvocationResult | undefined;
  let settled = 0;
  for (let attempt = attempts.shift(); attempt; attempt = attempts.shift()) {
    if (to.stopping.aborted) break;
    const { tooOld, rest } = splitByAge(attempt.records, to.clock.now(), to.mapping.maximumRecordAgeInSeconds);
    if (tooOld.length > 0) {
      const giveUp = { ...attempt, records: tooOld };
      settled += await parkBatch(giveUp, 'RecordAgeExceeded', attempt.invocations > 0 ? last : undefined, shardId, to);
      if (rest.length > 0) attempts.unshift({ ...attempt, records: rest });
      continue;
    }

    last = await invokeOnce(attempt.records, to);
    count(last, to);
    const next = nextStep(attempt, last.outcome, to.mapping);
    const remaining = recordsOf(next);
    settled += attempt.records.length - remaining;
    to.counts.recordsDelivered += attempt.records.length - remaining;

    if (next.kind === 'tryParts') {
      to.counts.splits++;
      attempts.unshift(...next.parts);
    } else if (next.kind === 'retry') {
      to.counts.retries++;
      attempts.unshift(next.attempt);
      await backOff(next.attempt.retriesUsed, to);
    } else if (next.kind === 'giveUp') {
      settled += await parkBatch(next.attempt, 'RetryAttemptsExhausted', last, shardId, to);
    }
  }
  return settled;
}

function recordsOf(next: ReturnType<typeof nextStep>): number {
  if (next.kind === 'done') return 0;
  const parts = next.kind === 'tryParts' ? next.parts : [next.attempt];
  return parts.reduce((sum, { records }) => sum + records.length, 0);
}

function count({ outcome, requestId }: InvocationResult, { counts, onProblem }: DeliverySettings): void {
  counts.invocations++;
  if (outcome.kind === 'partial') counts.partialInvocations++;
  if (outcome.kind !== 'failure') return;
  counts.failedInvocations++;
  onProblem(`invocation ${requestId} failed: ${outcome.reason}`);
}

async function backOff(time: number, { retryBackoff, clock, stopping }: DeliverySettings): Promise<void> {
  const { baseMilliseconds, maximumMilliseconds } = retryBackoff;
  await clock.sleep(Math.min(maximumMilliseconds, baseMilliseconds * 2 ** (time - 1)), stopping);
}

/** @returns how many records are settled by it: none when the pump is stopped before the object is written */
async function parkBatch(
  { records, invocations }: Attempt,
  condition: ParkingCondition,
  last: InvocationResult | undefined,
  shardId: string,
  to: DeliverySettings,
): Promise<number> {
  const { mapping, functionArn, streamArn, counts } = to;
  if (!mapping.parksFailedBatches) {
    counts.recordsDiscarded += records.length;
    to.onProblem(`${records.length} records discarded (${condition}): the mapping has no on-failure destination`);
    return records.length;
  }
  const functionError = last?.outcome.kind === 'failure' ? last.outcome.functionError : undefined;
  const batch = {
    condition,
    records,
    mappingUuid: mapping.uuid,
    functionArn,
    streamArn,
    shardId,
    approximateInvokeCount: invocations,
    requestId: last?.requestId ?? randomUUID(),
    lastInvocation: last && { functionError },
    parkedAtMs: to.clock.now(),
  };
  const objectKey = parkedBatchKey(batch, randomUUID());
  if (!(await parkUntilDone(objectKey, parkedBatchBody(batch), to))) return 0;
  counts.batchesParked++;
  counts.recordsParked += records.length;
  return records.length;
}

async function parkUntilDone(objectKey: string, body: string, to: DeliverySettings): Promise<boolean> {
  for (let time = 1; ; time++) {
    try {
      await to.park(objectKey, body);
      return true;
    } catch (error) {
      to.counts.parkFailures++;
      to.onProblem(`${objectKey} could not be parked, the shard waits for it: ${String(error)}`);
      await backOff(time, to);
      if (to.stopping.aborted) return false;
    }
  }
}

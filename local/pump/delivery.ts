import { randomUUID } from 'node:crypto';
import { attemptsOf, nextStep, recordCount, splitByAge, type Attempt, type NextStep } from './attempt';
import type { PumpCounts } from './counts';
import { invokeOnce, type FunctionSettings, type InvocationResult } from './invocation';
import type { PlayableMapping } from './mapping';
import { parkedBatchBody, parkedBatchKey, type ParkedBatch, type ParkingCondition } from './parkedBatch';
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
 * Delivers one batch: invokes, retries, splits and parks, in order, until each of its records is settled: delivered,
 * parked or discarded.
 * @returns how many are; fewer than given only when the pump is being stopped
 */
export async function deliverBatch(
  records: readonly PendingRecord[],
  shardId: string,
  to: DeliverySettings,
): Promise<number> {
  const attempts: Attempt[] = [{ records, retriesUsed: 0, invocations: 0 }];
  for (let attempt = attempts[0]; attempt && !to.stopping.aborted; attempt = attempts[0]) {
    attempts.splice(0, 1, ...(await tryOnce(attempt, shardId, to)));
  }
  return records.length - recordCount(attempts);
}

/** @returns what of the attempt is still to be tried, in order */
async function tryOnce(attempt: Attempt, shardId: string, to: DeliverySettings): Promise<readonly Attempt[]> {
  const { mapping, clock } = to;
  const { tooOld, rest } = splitByAge(attempt.records, clock.now(), mapping.maximumRecordAgeInSeconds);
  if (tooOld.length > 0) {
    const old = await giveUp({ ...attempt, records: tooOld }, 'RecordAgeExceeded', shardId, to);
    return rest.length > 0 ? [...old, { ...attempt, records: rest }] : old;
  }

  const result = await invokeOnce(attempt.records, to);
  const tried = { ...attempt, invocations: attempt.invocations + 1, lastInvocation: result };
  const next = nextStep(tried, result.outcome, mapping);
  count(result, attempt, next, to);
  if (next.kind === 'giveUp') return giveUp(next.attempt, 'RetryAttemptsExhausted', shardId, to);
  if (next.kind === 'retry') await backOff(next.attempt.retriesUsed, to);
  return attemptsOf(next);
}

function count(
  result: InvocationResult,
  attempt: Attempt,
  next: NextStep,
  { counts, onProblem }: DeliverySettings,
): void {
  counts.invocations++;
  counts.recordsDelivered += attempt.records.length - recordCount(attemptsOf(next));
  if (next.kind === 'tryParts') counts.splits++;
  if (next.kind === 'retry') counts.retries++;
  if (result.outcome.kind === 'partial') counts.partialInvocations++;
  if (result.outcome.kind !== 'failure') return;
  counts.failedInvocations++;
  onProblem(`invocation ${result.requestId} failed: ${result.outcome.reason}`);
}

async function backOff(time: number, { retryBackoff, clock, stopping }: DeliverySettings): Promise<void> {
  const { baseMilliseconds, maximumMilliseconds } = retryBackoff;
  await clock.sleep(Math.min(maximumMilliseconds, baseMilliseconds * 2 ** (time - 1)), stopping);
}

/** @returns the attempt, when the pump was stopped before it could be parked */
async function giveUp(
  attempt: Attempt,
  condition: ParkingCondition,
  shardId: string,
  to: DeliverySettings,
): Promise<readonly Attempt[]> {
  const { records } = attempt;
  if (!to.mapping.parksFailedBatches) {
    to.counts.recordsDiscarded += records.length;
    to.onProblem(`${records.length} records discarded (${condition}): the mapping has no on-failure destination`);
    return [];
  }
  const batch = parkedBatch(attempt, condition, shardId, to);
  if (!(await parkUntilDone(parkedBatchKey(batch, randomUUID()), parkedBatchBody(batch), to))) return [attempt];
  to.counts.batchesParked++;
  to.counts.recordsParked += records.length;
  return [];
}

function parkedBatch(
  { records, invocations, lastInvocation }: Attempt,
  condition: ParkingCondition,
  shardId: string,
  { mapping, functionArn, streamArn, clock }: DeliverySettings,
): ParkedBatch {
  const outcome = lastInvocation?.outcome;
  return {
    condition,
    records,
    mappingUuid: mapping.uuid,
    functionArn,
    streamArn,
    shardId,
    approximateInvokeCount: invocations,
    requestId: lastInvocation?.requestId ?? randomUUID(),
    lastInvocation: outcome && { functionError: outcome.kind === 'failure' ? outcome.functionError : undefined },
    parkedAtMs: clock.now(),
  };
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

import type { InvocationResult } from './invocation';
import type { PlayableMapping } from './mapping';
import type { PendingRecord } from './pendingRecord';
import type { BatchOutcome } from './response';

/** Records that are to be delivered together, and what has been tried with them. Never empty. */
export interface Attempt {
  readonly records: readonly PendingRecord[];
  readonly retriesUsed: number;
  /** Invocations that these records have been part of. */
  readonly invocations: number;
  readonly lastInvocation?: InvocationResult;
}

/** What follows an invocation: nothing, smaller attempts in this order, the same again, or giving up. */
export type NextStep =
  | { readonly kind: 'done' }
  | { readonly kind: 'tryParts'; readonly parts: readonly Attempt[] }
  | { readonly kind: 'retry'; readonly attempt: Attempt }
  | { readonly kind: 'giveUp'; readonly attempt: Attempt };

type RetrySettings = Pick<PlayableMapping, 'bisectBatchOnFunctionError' | 'maximumRetryAttempts'>;

/**
 * With bisect, a failed batch is split in halves and a partly failed one at its checkpoint, and splitting costs no retry.
 * A batch that cannot be split (one record, or its very first record is the checkpoint) takes a retry.
 */
export function nextStep(tried: Attempt, outcome: BatchOutcome, settings: RetrySettings): NextStep {
  const { bisectBatchOnFunctionError: mayBisect } = settings;
  if (outcome.kind === 'success') return { kind: 'done' };
  if (outcome.kind === 'failure') {
    const canBisect = mayBisect && tried.records.length > 1;
    return canBisect ? { kind: 'tryParts', parts: halves(tried) } : retryOrGiveUp(tried, settings);
  }
  const remaining = { ...tried, records: tried.records.slice(outcome.firstFailed) };
  const canBisect = mayBisect && outcome.firstFailed > 0;
  return canBisect ? { kind: 'tryParts', parts: [remaining] } : retryOrGiveUp(remaining, settings);
}

/** The attempts that a step leaves, before anything is given up. */
export function attemptsOf(step: NextStep): readonly Attempt[] {
  if (step.kind === 'done') return [];
  return step.kind === 'tryParts' ? step.parts : [step.attempt];
}

export function recordCount(attempts: readonly Attempt[]): number {
  return attempts.reduce((sum, { records }) => sum + records.length, 0);
}

function retryOrGiveUp(attempt: Attempt, { maximumRetryAttempts }: RetrySettings): NextStep {
  const mayRetry = maximumRetryAttempts === -1 || attempt.retriesUsed < maximumRetryAttempts;
  return mayRetry
    ? { kind: 'retry', attempt: { ...attempt, retriesUsed: attempt.retriesUsed + 1 } }
    : { kind: 'giveUp', attempt };
}

function halves(attempt: Attempt): [Attempt, Attempt] {
  const middle = Math.ceil(attempt.records.length / 2);
  return [
    { ...attempt, records: attempt.records.slice(0, middle) },
    { ...attempt, records: attempt.records.slice(middle) },
  ];
}

/** Parts the leading records that are older than allowed from the rest. */
export function splitByAge(
  records: readonly PendingRecord[],
  nowMs: number,
  maximumRecordAgeInSeconds: number,
): { tooOld: readonly PendingRecord[]; rest: readonly PendingRecord[] } {
  const oldestAllowed = nowMs / 1000 - maximumRecordAgeInSeconds;
  const firstYoung = records.findIndex(({ createdAtSeconds }) => createdAtSeconds >= oldestAllowed);
  const count = firstYoung === -1 ? records.length : firstYoung;
  return { tooOld: records.slice(0, count), rest: records.slice(count) };
}

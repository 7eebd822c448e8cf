import fc from 'fast-check';
import { nextStep, splitByAge, type Attempt } from '../../../local/pump/attempt';
import { pendingRecord, type PendingRecord } from '../../../local/pump/pendingRecord';
import type { BatchOutcome } from '../../../local/pump/response';
import { streamRecord } from './fakeStream';

const records = (count: number, createdAtMs: (index: number) => number = () => 0): PendingRecord[] =>
  Array.from({ length: count }, (_, i) => pendingRecord(streamRecord(`i${i}`, String(i + 1), createdAtMs(i)), 0));
const attempt = (count: number, retriesUsed = 0): Attempt => ({ records: records(count), retriesUsed, invocations: 0 });
const sizes = (parts: readonly Attempt[]) => parts.map((part) => part.records.length);

const FAILURE: BatchOutcome = { kind: 'failure', reason: 'no', functionError: 'Unhandled' };
const BISECT = { bisectBatchOnFunctionError: true, maximumRetryAttempts: 2 };
const WHOLE = { bisectBatchOnFunctionError: false, maximumRetryAttempts: 2 };

test('success needs nothing more', () => {
  expect(nextStep(attempt(3), { kind: 'success' }, BISECT)).toEqual({ kind: 'done' });
});

test('a failed batch is split in halves without using a retry', () => {
  const next = nextStep(attempt(5, 1), FAILURE, BISECT);
  if (next.kind !== 'tryParts') throw new Error(next.kind);
  expect(sizes(next.parts)).toEqual([3, 2]);
  expect(next.parts.map(({ retriesUsed }) => retriesUsed)).toEqual([1, 1]);
});

test('a single record cannot be split: it is retried, then given up', () => {
  expect(nextStep(attempt(1, 1), FAILURE, BISECT)).toMatchObject({ kind: 'retry', attempt: { retriesUsed: 2 } });
  expect(nextStep(attempt(1, 2), FAILURE, BISECT)).toMatchObject({ kind: 'giveUp', attempt: { retriesUsed: 2 } });
});

test('without bisect the whole batch is retried, then given up whole', () => {
  expect(nextStep(attempt(4), FAILURE, WHOLE)).toMatchObject({ kind: 'retry', attempt: { retriesUsed: 1 } });
  const last = nextStep(attempt(4, 2), FAILURE, WHOLE);
  if (last.kind !== 'giveUp') throw new Error(last.kind);
  expect(last.attempt.records).toHaveLength(4);
});

test('with -1 the retries never end', () => {
  const settings = { bisectBatchOnFunctionError: false, maximumRetryAttempts: -1 };
  expect(nextStep(attempt(1, 1_000_000), FAILURE, settings).kind).toBe('retry');
});

test('a checkpoint inside the batch leaves the rest: split off with bisect, otherwise at the price of a retry', () => {
  const partial: BatchOutcome = { kind: 'partial', firstFailed: 3 };
  const split = nextStep(attempt(5), partial, BISECT);
  if (split.kind !== 'tryParts') throw new Error(split.kind);
  expect(split.parts).toMatchObject([{ retriesUsed: 0, records: attempt(5).records.slice(3) }]);
  const retried = nextStep(attempt(5), partial, WHOLE);
  expect(retried).toMatchObject({ kind: 'retry', attempt: { retriesUsed: 1, records: attempt(5).records.slice(3) } });
});

test('a checkpoint at the first record is no progress: it takes a retry even with bisect', () => {
  expect(nextStep(attempt(5), { kind: 'partial', firstFailed: 0 }, BISECT)).toMatchObject({
    kind: 'retry',
    attempt: { retriesUsed: 1, records: attempt(5).records },
  });
});

test('law: whatever the outcome, what is left is the end of the batch, in order, and never the whole of it for free', () => {
  const outcomes = (count: number): fc.Arbitrary<BatchOutcome> =>
    fc.oneof(
      fc.constant<BatchOutcome>({ kind: 'success' }),
      fc.constant(FAILURE),
      fc.nat(count - 1).map<BatchOutcome>((firstFailed) => ({ kind: 'partial', firstFailed })),
    );
  const cases = fc
    .integer({ min: 1, max: 40 })
    .chain((count) => fc.tuple(fc.constant(count), fc.nat(3), outcomes(count), fc.constantFrom(BISECT, WHOLE)));
  fc.assert(
    fc.property(cases, ([count, retriesUsed, outcome, settings]) => {
      const before = attempt(count, retriesUsed);
      const next = nextStep(before, outcome, settings);
      const parts = next.kind === 'done' ? [] : next.kind === 'tryParts' ? next.parts : [next.attempt];
      const left = parts.flatMap((part) => [...part.records]);
      const done = outcome.kind === 'success' ? count : outcome.kind === 'partial' ? outcome.firstFailed : 0;
      expect(left).toEqual(before.records.slice(done));
      if (next.kind === 'tryParts') for (const part of next.parts) expect(part.records.length).toBeLessThan(count);
      if (next.kind === 'retry') expect(next.attempt.retriesUsed).toBe(retriesUsed + 1);
    }),
  );
});

test('only the leading records older than allowed are too old; exactly as old as allowed is not', () => {
  const aged = records(4, (i) => i * 10_000);
  expect(splitByAge(aged, 75_000, 60)).toEqual({ tooOld: aged.slice(0, 2), rest: aged.slice(2) });
  expect(splitByAge(aged, 60_000, 60).tooOld).toEqual([]);
  expect(splitByAge(aged, 60_001, 60).tooOld).toEqual(aged.slice(0, 1));
  expect(splitByAge(aged, 1e9, 60)).toEqual({ tooOld: aged, rest: [] });
});

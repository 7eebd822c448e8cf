import type { LockMetric } from '../../settings/metrics';
import { renewLocks, type RenewLocksRequest } from './renewLocks';
import { sweepAgeMs, unlockedVersions, type Sweeps } from './sweeps';

export interface Telling {
  readonly say: (text: string) => void;
  readonly publish: (metric: LockMetric, value: number) => Promise<void>;
}

/**
 * One run, with the metrics that the alarms go by. A run that fails publishes nothing, which they take for as bad as something that
 * could not be locked.
 *
 * @throws what {@link renewLocks} throws
 */
export async function renewAndTell(
  request: Omit<RenewLocksRequest, 'watch'>,
  { say, publish }: Telling,
): Promise<object> {
  const watch = { onPage: () => undefined, onLeft: () => undefined }; // Some of them are kept with the sweep.
  const { sweeps, renewed } = await renewLocks({ ...request, watch });
  const ageMs = sweepAgeMs(sweeps, request.nowMs()) ?? 0;
  await publish('UnlockedVersions', unlockedVersions(sweeps));
  await publish('LockSweepAgeSeconds', Math.round(ageMs / 1_000));
  const summary = summaryOf(sweeps, renewed);
  say(JSON.stringify(summary));
  return summary;
}

function summaryOf({ underWay, last }: Sweeps, renewed: number): object {
  const { startedAt, counts, examples } = underWay ?? last ?? {};
  return {
    renewedInThisRun: renewed,
    isUnderWay: underWay !== undefined,
    sweepStartedAt: startedAt,
    ...counts,
    examples,
  };
}

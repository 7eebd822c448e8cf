import type { EngineStore } from '../../../aws/engineStore';
import { exportOfRun } from '../exportOfRun';
import { beginRound, lastRound, type Round } from '../plan';
import type { RangeSource } from '../rangeSource';
import type { VerifyRun } from './verifyRun';
import type { VerifyWork } from './verifyTasks';

export interface PlanVerifyRequest {
  readonly store: EngineStore;
  readonly folder: string;
  readonly run: VerifyRun;
  readonly source: Pick<RangeSource, 'divide'>;
}

/** Ranges of the copy and files of the export, once: a run that is continued has its tasks already, and goes on at its last round. */
export async function planVerify({ store, folder, run, source }: PlanVerifyRequest): Promise<Round> {
  const begun = await lastRound(store, folder);
  if (begun) return begun;
  const { files } = await exportOfRun(store, run);
  const ranges = await source.divide({ after: '' }, run.ranges);
  const work: VerifyWork[] = [
    ...ranges.map((range) => ({ is: 'copy' as const, ...range })),
    ...files.map((file) => ({ is: 'export' as const, file, skip: 0 })),
  ];
  return beginRound(store, folder, 0, work);
}

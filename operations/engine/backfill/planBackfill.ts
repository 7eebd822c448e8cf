import type { EngineStore } from '../../../aws/engineStore';
import { exportOfRun } from '../exportOfRun';
import { beginRound, lastRound, type Round } from '../plan';
import type { BackfillRun } from './backfillRun';
import type { BackfillWork } from './backfillTasks';

/** Files of the export, once: a run that is continued has its tasks already, and goes on at its last round. */
export async function planBackfill({
  store,
  folder,
  run,
}: {
  readonly store: EngineStore;
  readonly folder: string;
  readonly run: BackfillRun;
}): Promise<Round> {
  const begun = await lastRound(store, folder);
  if (begun) return begun;
  const { files } = await exportOfRun(store, run);
  const work = files.map(({ objectKey, itemCount, md5 }): BackfillWork => ({
    file: { objectKey, itemCount, md5 },
    skip: 0,
  }));
  return beginRound(store, folder, 0, work);
}

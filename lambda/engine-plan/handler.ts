import { s3EngineStore } from '../../aws/engineStore';
import { isBackfill, readBackfillRun } from '../../operations/engine/backfill/backfillRun';
import { planBackfill } from '../../operations/engine/backfill/planBackfill';
import { planRun, type Round } from '../../operations/engine/plan';
import { planVerify } from '../../operations/engine/verify/planVerify';
import { isVerify } from '../../operations/engine/verify/verifyRun';
import { engineSettings, openRun, openVerify, type EngineEvent } from '../engineRun';

const settings = engineSettings(process.env);

/** Divides what is to be done into the tasks of the first round; of a run that is continued, names its last round. */
export async function handler({ folder }: EngineEvent): Promise<EngineEvent & Round> {
  if (isVerify(folder)) return { folder, ...(await planVerify({ ...(await openVerify(settings, folder)), folder })) };
  if (isBackfill(folder)) {
    const { region, engineBucket } = settings;
    const store = s3EngineStore({ region, bucket: engineBucket });
    return { folder, ...(await planBackfill({ store, folder, run: await readBackfillRun(store, folder) })) };
  }
  const { store, source, run } = await openRun(settings, folder);
  return { folder, ...(await planRun({ store, folder, source, ranges: run.ranges })) };
}

import { collectRound, requireNotOnlyArchived } from '../../operations/engine/collect';
import { isBackfill, readBackfillRun } from '../../operations/engine/backfill/backfillRun';
import { collectBackfill } from '../../operations/engine/backfill/collectBackfill';
import type { Round } from '../../operations/engine/plan';
import { collectVerify } from '../../operations/engine/verify/collectVerify';
import { isVerify, readVerifyRun } from '../../operations/engine/verify/verifyRun';
import { s3EngineStore } from '../../aws/engineStore';
import { engineSettings, type EngineEvent } from '../engineRun';

const settings = engineSettings(process.env);

/** A round, and what comes when there is none after it. */
type Collected = EngineEvent & Round & { readonly then: 'import' | 'end' };

/** Counts what is in S3 of a round, and says which round is next: one without tasks where everything is done. */
export async function handler({ folder, round }: EngineEvent & Round): Promise<Collected> {
  const { region, engineBucket } = settings;
  const store = s3EngineStore({ region, bucket: engineBucket });
  if (isVerify(folder) || isBackfill(folder)) {
    const next = isVerify(folder)
      ? await collectVerify({ store, folder, round, run: await readVerifyRun(store, folder) })
      : await collectBackfill({ store, folder, round, run: await readBackfillRun(store, folder) });
    console.log(JSON.stringify({ folder, round, tasks: next.tasks }));
    return { folder, ...next, then: 'end' };
  }
  const collected = await collectRound(store, folder, round, region);
  const { counts, bytes, files, tasks } = collected;
  console.log(JSON.stringify({ folder, round, tasks, counts, bytes, files }));
  requireNotOnlyArchived(engineBucket, collected);
  return { folder, round: tasks > 0 ? round + 1 : round, tasks, then: 'import' };
}

import { collectRound, requireNotOnlyArchived } from '../../operations/engine/collect';
import type { Round } from '../../operations/engine/plan';
import { s3EngineStore } from '../../aws/engineStore';
import { engineSettings, type EngineEvent } from '../engineRun';

const settings = engineSettings(process.env);

/** Counts what is in S3 of a round, and says which round is next: one without tasks where everything is folded. */
export async function handler({ folder, round }: EngineEvent & Round): Promise<EngineEvent & Round> {
  const { region, engineBucket } = settings;
  const store = s3EngineStore({ region, bucket: engineBucket });
  const collected = await collectRound(store, folder, round, region);
  const { counts, bytes, files, tasks } = collected;
  console.log(JSON.stringify({ folder, round, tasks, counts, bytes, files }));
  requireNotOnlyArchived(engineBucket, collected);
  return { folder, round: tasks > 0 ? round + 1 : round, tasks };
}

import { planRun, type Round } from '../../operations/engine/plan';
import { engineSettings, openRun, type EngineEvent } from '../engineRun';

const settings = engineSettings(process.env);

/** Divides a table into the ranges of the first round; of a run that is continued, names its last round. */
export async function handler({ folder }: EngineEvent): Promise<EngineEvent & Round> {
  const { store, source, run } = await openRun(settings, folder);
  return { folder, ...(await planRun({ store, folder, source, ranges: run.ranges })) };
}

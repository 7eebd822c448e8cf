import { revertWork } from '../../operations/costs/work/compare';
import type { Work } from '../../operations/costs/work/work';
import type { Workload } from '../../operations/costs/workload';
import type { CommandContext } from '../context';
import { copyAndTarget } from '../costs/estimate';
import type { RevertOptions } from './options';

/** What the revert that the options say would cost at most: as if each change of the window were of another item. */
export function revertEstimate(
  options: RevertOptions,
  context: CommandContext,
  workload: Workload,
  windowMs: number,
): Work {
  const { keys } = options.selection;
  const isByKey = keys.length > 0;
  const changed = Math.min(workload.items, (workload.changesPerSecond * windowMs) / 1_000);
  const items = options.change === undefined ? Math.ceil(isByKey ? keys.length : changed) : 1;
  const places = copyAndTarget(options, context, workload);
  return revertWork(workload, { items, isByKey, writeRate: options.writeRate, ...places });
}

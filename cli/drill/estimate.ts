import { drillWork } from '../../operations/costs/work/compare';
import type { Work } from '../../operations/costs/work/work';
import type { Workload } from '../../operations/costs/workload';
import type { CommandContext } from '../context';
import { copyAndTarget } from '../costs/estimate';
import type { DrillOptions } from './options';

/** What the drill that the options say would cost. A sample is drawn from a listing of everything. */
export function drillEstimate(options: DrillOptions, context: CommandContext, workload: Workload): Work {
  const { sampleItemCount = Infinity, writeRate, withoutLive } = options;
  const items = Math.min(sampleItemCount, workload.items);
  const places = copyAndTarget(options, context, workload);
  return drillWork(workload, { items, isByKey: false, writeRate, ...places }, !withoutLive);
}

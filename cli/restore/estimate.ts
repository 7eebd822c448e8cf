import { archives } from '../../operations/costs/keeping';
import { restoreByImport, restoreByMap, restoreByWrites, type Restored } from '../../operations/costs/work/restore';
import type { Work } from '../../operations/costs/work/work';
import type { Workload } from '../../operations/costs/workload';
import type { CommandContext } from '../context';
import { copyAndTarget } from '../costs/estimate';
import type { RestoreOptions } from './options';

/** What the restore that the options say would cost. A selection by anything but keys is reckoned as all items: at most. */
export function restoreWork(options: RestoreOptions, context: CommandContext, workload: Workload): Work {
  const { selection, thaw, writeRate } = options;
  const { keys } = selection;
  const isByKey = keys.length > 0;
  const isArchived = archives(context.settings);
  const restored: Restored = {
    ...{ items: isByKey ? keys.length : workload.items, isByKey, writeRate },
    ...copyAndTarget(options, context, workload),
    // How many are archived, a listing alone tells.
    ...(thaw && {
      thawed: { tier: thaw.tier, versions: isArchived ? NaN : 0, hasJobs: context.settings.engine.enabled },
    }),
  };
  if (options.engine === 'distributed') return restoreByMap(workload, restored);
  return options.engine === 'import' ? restoreByImport(workload, restored) : restoreByWrites(workload, restored);
}

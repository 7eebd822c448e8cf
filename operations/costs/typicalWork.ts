import { backfillByMap, backfillWork } from './work/backfill';
import { drillWork, revertWork, verifyByMap, verifyWork } from './work/compare';
import { restoreByImport, restoreByMap, restoreByWrites, type Restored } from './work/restore';
import type { Work } from './work/work';
import type { Workload } from './workload';

/** What a window of an hour changed, at most. */
const WINDOW_SECONDS = 3_600;

/** What operators do with a table once in a while, whole: into the destination Region, but for a revert of the live table. */
export function typicalWork(workload: Workload): Work[] {
  const { items, changesPerSecond, sourceRegion, destinationRegion } = workload;
  const whole: Restored = {
    ...{ items, isByKey: false, copyRegion: destinationRegion, targetRegion: destinationRegion },
  };
  const changed = Math.min(items, changesPerSecond * WINDOW_SECONDS);
  const revert = revertWork(workload, { ...whole, items: changed, targetRegion: sourceRegion });
  return [
    backfillWork(workload, { fromExport: false }),
    backfillWork(workload, { fromExport: true }),
    backfillByMap(workload),
    restoreByWrites(workload, whole),
    restoreByImport(workload, whole),
    restoreByMap(workload, whole),
    verifyWork(workload, { history: false }),
    verifyWork(workload, { history: true }),
    verifyByMap(workload),
    drillWork(workload, whole, true),
    { ...revert, name: 'revert of an hour' },
  ];
}

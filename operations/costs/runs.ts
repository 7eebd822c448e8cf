import { basePartsOf } from '../../core/journal/baseFiles';
import { COMPACTOR_TIMEOUT_SECONDS } from '../../settings/compactor';
import { COMPACT_LIMITS, mergeBytesIn } from '../journal/compact/request';
import { changesOfMonth, DAYS_OF_MONTH, keptDays, tableBytes, type Workload } from './workload';

/** What gzip leaves of a change in a journal, of the bytes of its item. Measured: 149 of 572 (docs/performance.md, "Capture into a journal"). */
const COMPRESSED = 0.26;
/** What a base keeps of each item beside its body: its key, its place in the change order, its digest, compressed. Assumed. */
const MARK_BYTES = 60;
/** Four runs become one, as long as one invocation can end with them: others are never begun. */
const MERGED_AT_A_TIME = 4;
const MOST_OF_A_RUN_BYTES = Math.min(COMPACT_LIMITS.mergeBytes, mergeBytesIn(COMPACTOR_TIMEOUT_SECONDS * 1_000));
export const HOURS_OF_MONTH = 730;
/** Manifest, and the mark that what it lists has been tagged. */
const BESIDE_PARTS = 2;

/** What the compactor makes of a journal. */
export interface Runs {
  readonly bytesOfChange: number;
  readonly dailyBytes: number;
  /** How often a change is written again, after its first run. */
  readonly merges: number;
  /** Of a file of the largest runs. */
  readonly partBytes: number;
  readonly baseBytes: number;
  /** Objects that are written for runs and bases in a month. */
  readonly written: number;
  /** Objects of the runs that are in force, once the history is full. */
  readonly inForce: number;
}

export function runsOf(workload: Workload, journalObjects: number): Runs {
  const bytesOfChange = workload.itemBytes * COMPRESSED;
  const monthlyBytes = changesOfMonth(workload) * bytesOfChange;
  const runs = Math.min(HOURS_OF_MONTH, journalObjects);
  const hourlyBytes = monthlyBytes / HOURS_OF_MONTH;
  const historyHours = keptDays(workload.keeping.destination) * 24;
  const most = Math.min(MOST_OF_A_RUN_BYTES / hourlyBytes, historyHours);
  const merges = Math.max(0, Math.floor(Math.log(most) / Math.log(MERGED_AT_A_TIME)));
  const baseBytes = tableBytes(workload) * COMPRESSED + workload.items * MARK_BYTES;
  const baseParts = basePartsOf(tableBytes(workload));
  const objectsOfRuns = (count: number, bytes: number) =>
    count === 0 ? 0 : count * (2 * partsOf(bytes / count) + BESIDE_PARTS);
  const ofLevels = Array.from({ length: merges + 1 }, (_, level) =>
    objectsOfRuns(runs / MERGED_AT_A_TIME ** level, monthlyBytes),
  );
  const months = (keptDays(workload.keeping.destination) * 24) / HOURS_OF_MONTH;
  return {
    bytesOfChange,
    dailyBytes: monthlyBytes / DAYS_OF_MONTH,
    merges,
    partBytes: Math.min(COMPACT_LIMITS.partBytes, (monthlyBytes / runs) * MERGED_AT_A_TIME ** merges),
    baseBytes,
    written: ofLevels.reduce((all, each) => all + each, 0) + DAYS_OF_MONTH * (2 * baseParts + BESIDE_PARTS),
    inForce: (ofLevels.at(-1) ?? 0) * months,
  };
}

function partsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / COMPACT_LIMITS.partBytes));
}

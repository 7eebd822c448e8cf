import { SWEEPS_OF_RETENTION, SWEEPS_UNTIL_RENEWED } from './images';
import { costLine, type CostLine } from './lines';
import { HOURS_OF_MONTH, type Runs } from './runs';
import { changesOfMonth, DAYS_OF_MONTH, type Workload } from './workload';

/** Changes of a journal that one CPU sorts in a second, and lines of runs and bases that it merges. Measured. */
const FOLDED_PER_CPU_SECOND = 139_000;
const MERGED_PER_CPU_SECOND = 300_000;
/** Memory of the compactor, at which a function has one CPU (Lambda developer guide, "Configure memory"). */
const MEMORY_GB = 1_769 / 1_024;
/** How long a page of a listing takes. Assumed. */
const PAGE_SECONDS = 0.05;
const KEYS_OF_PAGE = 1_000;
/** What is written is read back, and read once more by what merges it. */
const READS_OF_WRITTEN = 2;

interface Journals {
  /** Objects that a month brings. */
  readonly objects: number;
  /** How long each is in the destination bucket. */
  readonly keptDays: number;
}

/** A month of the compactor: hourly runs, a daily base, the tags, and the locks of all that. */
export function compactorOfMonth(workload: Workload, runs: Runs, { objects, keptDays }: Journals): CostLine[] {
  const { destinationRegion: region } = workload;
  const kept = (objects / DAYS_OF_MONTH) * keptDays;
  const pages = HOURS_OF_MONTH * (kept / KEYS_OF_PAGE + 2);
  const seconds = secondsOfFolding(workload, runs) + pages * PAGE_SECONDS;
  return [
    costLine('compactor, invocations', HOURS_OF_MONTH, 'lambdaRequest', region),
    costLine('compactor, time', seconds * MEMORY_GB, 'lambdaTime', region),
    costLine('compactor, LIST requests', pages, 's3Put', region),
    costLine('compactor, GET requests', objects + READS_OF_WRITTEN * runs.written, 's3Get', region),
    costLine('compactor, PUT requests of runs and bases', runs.written, 's3Put', region),
    costLine('compactor, PUT requests of tags', objects + runs.written, 's3Put', region),
    costLine('tags of journals', kept, 's3Tag', region),
    ...locksOf(workload, runs.inForce, { objects, kept }),
  ];
}

/** Every change once, then with each merge and in a base; and every item once a day. */
function secondsOfFolding(workload: Workload, { merges }: Runs): number {
  const changes = changesOfMonth(workload);
  const merged = changes * (merges + 1) + workload.items * DAYS_OF_MONTH;
  return changes / FOLDED_PER_CPU_SECOND + merged / MERGED_PER_CPU_SECOND;
}

/** Every lock is looked at; renewed are those of runs alone. Of a journal one asks for the tag instead, when its lock comes to its end. */
function locksOf(
  { destinationRegion: region, keeping: { renewedLockDays } }: Workload,
  inForce: number,
  { objects, kept }: { readonly objects: number; readonly kept: number },
): CostLine[] {
  if (renewedLockDays === undefined) return [];
  const sweeps = (DAYS_OF_MONTH * SWEEPS_OF_RETENTION) / renewedLockDays;
  return [
    costLine('looks at the locks of journals and runs', (kept + inForce) * sweeps + objects, 's3Get', region),
    costLine('locks renewed', (inForce * sweeps) / SWEEPS_UNTIL_RENEWED, 's3Put', region),
  ];
}

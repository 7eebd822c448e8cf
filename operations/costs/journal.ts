import { batchesOfMonth, captureOf, replicatedBytes } from './images';
import { costLine, type CostLine } from './lines';
import { changesOfMonth, DAYS_OF_MONTH, GB, keptDays, tableBytes, type Workload } from './workload';

/** How long a journal's batch waits to fill, unless told otherwise. */
export const JOURNAL_WINDOW_SECONDS = 10;

/** What gzip leaves of an item in a journal. Measured: 150 bytes at most of a change of an item of 600. */
const COMPRESSED = 0.25;
/** Capture takes 2.9 times as many records in a CPU second when it writes one object a batch. Measured. */
const RECORDS_PER_CPU_SECOND = 34_700;
/** Changes that one CPU folds in a second. Measured. */
const FOLDED_PER_CPU_SECOND = 139_000;
/** Memory at which a function has one CPU (Lambda developer guide, "Configure memory"). */
const GB_OF_ONE_CPU = 1_769 / 1_024;
/** Journal objects stay in the source bucket until they are in runs for certain. */
const SOURCE_DAYS = 30;
const BASES = 2;
const RUNS_OF_MONTH = 730;
/** States that a run of the compactor passes through. Assumed. */
const TRANSITIONS_OF_RUN = 20;

/** A month of the journal layout, with the history full: an object for each batch, folded into sorted files every hour. */
export function journalOfMonth(workload: Workload, windowSeconds = JOURNAL_WINDOW_SECONDS): CostLine[] {
  const { sourceRegion, destinationRegion } = workload;
  const objects = batchesOfMonth(workload, windowSeconds);
  const changes = changesOfMonth(workload);
  const bytes = workload.itemBytes * COMPRESSED;
  return [
    costLine('PUT requests, source bucket', objects, 's3Put', sourceRegion),
    costLine('PUT requests of replication, destination bucket', objects, 's3Put', destinationRegion),
    ...replicatedBytes(workload, changes * bytes),
    ...storageOf(workload, bytes),
    ...captureOf(workload, objects, RECORDS_PER_CPU_SECOND),
    costLine('compactor, reading journals', objects, 's3Get', destinationRegion),
    costLine('compactor, time', secondsOfFolding(workload) * GB_OF_ONE_CPU, 'lambdaTime', destinationRegion),
    costLine('compactor, transitions', RUNS_OF_MONTH * TRANSITIONS_OF_RUN, 'transition', destinationRegion),
  ];
}

function storageOf(workload: Workload, bytes: number): CostLine[] {
  const { sourceRegion, destinationRegion, changesPerSecond, keeping } = workload;
  const dailyGb = (changesPerSecond * 86_400 * bytes) / GB;
  const basesGb = (BASES * tableBytes(workload) * COMPRESSED) / GB;
  return [
    costLine('storage of journals, source bucket', dailyGb * SOURCE_DAYS, 's3Storage', sourceRegion),
    costLine(
      'storage of runs, destination bucket',
      dailyGb * keptDays(keeping.destination),
      's3Storage',
      destinationRegion,
    ),
    costLine('storage of bases, destination bucket', basesGb, 's3Storage', destinationRegion),
  ];
}

/** Every change once, and every item once a day, for the base. */
function secondsOfFolding(workload: Workload): number {
  return (changesOfMonth(workload) + workload.items * DAYS_OF_MONTH) / FOLDED_PER_CPU_SECOND;
}

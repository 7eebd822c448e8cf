import {
  COVERED_BASE_DAYS,
  COVERED_JOURNAL_DAYS,
  COVERED_NONCURRENT_DAYS,
  SOURCE_NONCURRENT_DAYS,
  SUPERSEDED_DAYS,
} from '../../settings/journalDays';
import { compactorOfMonth } from './compactor';
import { batchesOfMonth, captureOf, replicatedBytes } from './images';
import { costLine, type CostLine } from './lines';
import { runsOf, type Runs } from './runs';
import { movedTo } from './storage';
import { changesOfMonth, DAYS_OF_MONTH, GB, keptDays, type Workload } from './workload';

/** Lambda hands over no more at once (Lambda developer guide, quotas: invocation payload). */
const PAYLOAD_BYTES = 6 * 2 ** 20;
/** Both images of an item, as JSON with the types of its attributes, and what stands around them. Assumed. */
const EVENT_OF_ITEM = 2.5;
const EVENT_OVERHEAD_BYTES = 500;
/** Capture takes 2.9 times as many records in a CPU second when it writes one object a batch. Measured: docs/performance.md. */
const RECORDS_PER_CPU_SECOND = 34_700;

/**
 * A month of the journal layout, with the history full: an object for each batch, which the compactor folds into sorted runs every hour
 * and into a base every day. What is locked is stored until its lock is over, of use or not.
 */
export function journalOfMonth(workload: Workload, windowSeconds = workload.keeping.journal.windowSeconds): CostLine[] {
  const { sourceRegion, destinationRegion } = workload;
  const objects = batchesOfMonth(workload, { windowSeconds, batchSize: recordsOfBatch(workload) });
  const runs = runsOf(workload, objects);
  const { lockDays } = workload.keeping;
  const journals = { objects, keptDays: Math.max(COVERED_JOURNAL_DAYS + COVERED_NONCURRENT_DAYS, lockDays) };
  return [
    costLine('PUT requests, source bucket', objects, 's3Put', sourceRegion),
    costLine('PUT requests of replication, destination bucket', objects, 's3Put', destinationRegion),
    ...replicatedBytes(workload, changesOfMonth(workload) * runs.bytesOfChange),
    ...storageOf(workload, runs, journals.keptDays),
    ...captureOf(workload, objects, RECORDS_PER_CPU_SECOND),
    ...compactorOfMonth(workload, runs, journals),
  ];
}

/** A batch ends with its records or with the bytes that Lambda hands over, whichever comes first. */
function recordsOfBatch({ itemBytes, keeping }: Workload): number {
  const byBytes = Math.floor(PAYLOAD_BYTES / (EVENT_OF_ITEM * itemBytes + EVENT_OVERHEAD_BYTES));
  return Math.min(keeping.journal.batchSize, Math.max(1, byBytes));
}

function storageOf(workload: Workload, runs: Runs, journalDays: number): CostLine[] {
  const { sourceRegion, destinationRegion, keeping } = workload;
  const dailyGb = runs.dailyBytes / GB;
  const sourceDays = keptDays({ days: keeping.journal.sourceDays + SOURCE_NONCURRENT_DAYS });
  const supersededDays = Math.max(SUPERSEDED_DAYS + COVERED_NONCURRENT_DAYS, keeping.lockDays);
  const baseDays = Math.max(COVERED_BASE_DAYS + COVERED_NONCURRENT_DAYS, keeping.lockDays);
  const stored = (what: string, gb: number, region = destinationRegion) => costLine(what, gb, 's3Storage', region);
  return [
    stored('storage of journals, source bucket', dailyGb * sourceDays, sourceRegion),
    stored('storage of journals, destination bucket', dailyGb * journalDays),
    ...storageOfRuns(workload, runs),
    stored('storage of runs that were merged', dailyGb * runs.merges * supersededDays),
    stored('storage of bases', (runs.baseBytes / GB) * baseDays),
  ];
}

/** The history. Runs are large, so a colder class pays for them; those that have to be asked back are not used. */
function storageOfRuns({ destinationRegion: region, keeping }: Workload, runs: Runs): CostLine[] {
  const days = keptDays(keeping.destination);
  const { moved } = keeping.destination;
  const isMoved = moved?.storageClass === 'GLACIER_IR' && runs.partBytes >= moved.minimumBytes;
  const nearDays = isMoved ? Math.min(moved.afterDays, days) : days;
  const near = costLine('storage of runs', (runs.dailyBytes * nearDays) / GB, 's3Storage', region);
  if (!isMoved) return [near];
  const parts = runs.dailyBytes / runs.partBytes;
  const far = { region, bucket: 'runs', versions: parts * (days - nearDays), bytes: runs.partBytes };
  return [near, ...movedTo(moved, far, parts * DAYS_OF_MONTH)];
}

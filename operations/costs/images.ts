import { costLine, type CostLine } from './lines';
import { classOf, storageOfMonth } from './storage';
import { changesOfMonth, DAYS_OF_MONTH, GB, imageBytes, MONTH_SECONDS, type Keeping, type Workload } from './workload';

/** Lambda looks into a shard four times a second (Lambda developer guide, "DynamoDB polling"). */
const POLLS_A_SECOND = 4;
/** Records that a capture function takes in a second of one CPU. Measured: docs/performance.md. */
const RECORDS_PER_CPU_SECOND = 11_900;
/** Memory at which a function has one CPU (Lambda developer guide, "Configure memory"). */
const GB_OF_ONE_CPU = 1_769 / 1_024;
/** How long a batch waits for S3 in any case. Assumed. */
const WAIT_SECONDS = 0.05;
/** A sweep looks at each lock six times in a retention, and renews it about every fifth time (docs/security.md). */
export const SWEEPS_OF_RETENTION = 6;
export const SWEEPS_UNTIL_RENEWED = 5;

/** A month of the image layout, with the history full: an object in each bucket for each change. */
export function imagesOfMonth(workload: Workload): CostLine[] {
  const { sourceRegion, destinationRegion, keeping } = workload;
  const changes = changesOfMonth(workload);
  const put = classOf(workload).put;
  return [
    costLine('PUT requests, source bucket', changes, put, sourceRegion),
    costLine('PUT requests of replication, destination bucket', changes, put, destinationRegion),
    ...replicatedBytes(workload, changes * imageBytes(workload)),
    ...storageOfMonth(workload),
    ...captureOf(workload, batchesOfMonth(workload, keeping)),
    ...renewedLocks(workload),
  ];
}

/** Bytes that replication carries. */
export function replicatedBytes({ sourceRegion, destinationRegion, keeping }: Workload, bytes: number): CostLine[] {
  const isElsewhere = sourceRegion !== destinationRegion;
  return [
    ...(isElsewhere ? [costLine('transfer to the destination Region', bytes / GB, 'transfer', sourceRegion)] : []),
    ...(keeping.timeControl ? [costLine('replication time control', bytes / GB, 'timeControl', sourceRegion)] : []),
  ];
}

/** Invocations of capture in a month: batches are full where a table is busy, else a shard fills one a window. */
export function batchesOfMonth(
  workload: Workload,
  { windowSeconds, batchSize }: Pick<Keeping, 'windowSeconds' | 'batchSize'>,
): number {
  const changes = changesOfMonth(workload);
  const windows = (workload.shards * MONTH_SECONDS) / Math.max(windowSeconds, 1 / POLLS_A_SECOND);
  return Math.max(changes / batchSize, Math.min(changes, windows));
}

/** Lambda of capture. What it costs is small beside the requests in the image layout, and most of it in the journal's. */
export function captureOf(workload: Workload, batches: number, recordsPerCpuSecond = RECORDS_PER_CPU_SECOND) {
  const { sourceRegion, keeping } = workload;
  const waiting = batches * WAIT_SECONDS * (keeping.memoryMb / 1_024);
  const working = (changesOfMonth(workload) / recordsPerCpuSecond) * GB_OF_ONE_CPU;
  return [
    costLine('capture, invocations', batches, 'lambdaRequest', sourceRegion),
    costLine('capture, time', waiting + working, 'lambdaTime', sourceRegion),
  ];
}

function renewedLocks({ items, destinationRegion, keeping: { renewedLockDays } }: Workload): CostLine[] {
  if (renewedLockDays === undefined) return [];
  const sweeps = (DAYS_OF_MONTH * SWEEPS_OF_RETENTION) / renewedLockDays;
  return [
    costLine('looks at the locks of the newest images', items * sweeps, 's3Get', destinationRegion),
    costLine('locks renewed', (items * sweeps) / SWEEPS_UNTIL_RENEWED, 's3Put', destinationRegion),
  ];
}

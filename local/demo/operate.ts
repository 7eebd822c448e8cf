import { setMaxListeners } from 'node:events';
import { s3ReportStore } from '../../aws/reports';
import { DcsError } from '../../core/errors';
import { backfillTable } from '../../operations/backfill/backfillTable';
import { realPause } from '../../operations/pace';
import { openTable } from '../../operations/verify/openTable';
import type { Difference } from '../../operations/verify/recheck';
import { verifyTable } from '../../operations/verify/verifyTable';
import { playCompaction } from '../compaction';
import type { LocalRun } from '../localRun';
import { layoutIn, locationOf } from './stored';

const SEGMENTS = 2;
const SETTLE_MS = 60_000;

/** Does with every table what `dcs backfill` does. */
export async function backfillAll({ tables, source }: LocalRun): Promise<{ read: number; written: number }> {
  const all = { read: 0, written: 0 };
  for (const table of tables.values()) {
    const bucket = { ...source, largeImageStorageClass: 'STANDARD_IA' };
    const { counts } = await backfillTable({
      ...{ table: locationOf(table), dynamoDb: table.dynamoDb, bucket, layout: layoutIn(table), ...ways() },
      ...{ segments: SEGMENTS, allowGap: false, tombstoneExpirationDays: null },
    });
    if (counts.failed > 0) throw new DcsError(`${counts.failed} items of ${table.deployed.tableName} were not stored`);
    all.read += counts.read;
    all.written += counts.written;
  }
  return all;
}

/** Has the compactor do its work on every table. */
export async function compactAll({ tables, destination }: LocalRun): Promise<{ runs: number; bases: number }> {
  const all = { runs: 0, bases: 0 };
  for (const table of tables.values()) {
    const { runs, bases } = await playCompaction(destination, locationOf(table));
    all.runs += runs;
    all.bases += bases;
  }
  return all;
}

/** Does with every table what `dcs verify` does. */
export async function verifyAll({
  tables,
  source,
  destination,
}: LocalRun): Promise<{ items: number; differences: string[] }> {
  const all = { items: 0, differences: [] as string[] };
  const buckets = { source, destination };
  for (const table of tables.values()) {
    const location = locationOf(table);
    const kept = { journalExpirationDays: null };
    const opened = await openTable({ table: location, dynamoDb: table.dynamoDb, buckets, ...kept, ...ways() });
    let found: readonly Difference[] = [];
    const { report } = await verifyTable({
      ...{ opened, segments: SEGMENTS, settleMs: SETTLE_MS, history: false },
      reports: s3ReportStore(destination, location),
      whoRuns: () => Promise.resolve('the demo'),
      watch: { onCompared: ({ differences, others = [] }) => void (found = [...differences, ...others]) },
    });
    all.items += report.counts.items ?? 0;
    for (const { objectKey, class: name, reason } of found)
      all.differences.push(`verify: ${location.tableName} has ${name} ${objectKey}: ${reason}`);
  }
  return all;
}

function ways() {
  const { signal } = new AbortController();
  setMaxListeners(0, signal); // every call listens to it
  return { signal, nowMs: Date.now, pause: realPause };
}

import { knownKeys } from '../../operations/backfill/knownKeys';
import { backfillItems, type BackfillCounts } from '../../operations/backfill/backfillItems';
import { scanItems } from '../../operations/backfill/scanItems';
import { WriteGuard } from '../../operations/guards';
import { parkedBatches } from '../../operations/redrive/parkedBatches';
import { redriveBatch, type BatchReport } from '../../operations/redrive/redriveBatch';
import { restoreTable, type LeftItem, type RestoreReport } from '../../operations/restore/restoreTable';
import type { RestoreMode } from '../../operations/restore/plan';
import { compareAll } from '../../operations/verify/compareAll';
import { Recheck, type Difference, type Places } from '../../operations/verify/recheck';
import { repairItem, type RepairOutcome } from '../../operations/verify/repairItem';
import { walkBoth, walkHistory } from '../../operations/verify/walkHistory';
import { tablePrefix } from '../../core/objectKey';
import type { CapturedTable } from '../../core/streamRecord';
import { bucketCalls } from './bucketCalls';
import type { Process } from './process';
import type { S3Bucket } from './s3';
import { tableCalls, type TableOfItems } from './tableCalls';
import type { Table } from './table';

/*
 * The commands, as far as a terminal has no part in them: the real operations over the simulated services. The only file that
 * knows how they are called.
 */

/** Where commands run. */
export interface Site {
  readonly table: Table;
  readonly location: CapturedTable;
  readonly source: S3Bucket;
  readonly destination: S3Bucket;
}

export interface VerifyReport {
  readonly items: number;
  readonly same: number;
  readonly late: number;
  readonly differences: readonly Difference[];
  /** With `repair`: what became of each difference. */
  readonly repairs: readonly { readonly difference: Difference; readonly outcome: RepairOutcome }[];
  /** With `history`. */
  readonly gaps: readonly Difference[];
}

const SEGMENTS = 2;
/** How long verify waits for what is on its way. */
export const SETTLE_MS = 900_000;
const signal = new AbortController().signal;

export async function backfill(process: Process, site: Site): Promise<BackfillCounts> {
  const bucket = bucketCalls(process, site.source);
  const known = await knownKeys(bucket.current, tablePrefix(site.location), { signal });
  const counts: BackfillCounts = { read: 0, written: 0, alreadyThere: 0, failed: 0 };
  const { pause } = process;
  const pages = scan(process, site);
  await backfillItems(
    { table: site.location, images: bucket.images, source: bucket.source, ...{ pages, known, signal, pause } },
    counts,
  );
  return counts;
}

export async function redrive(process: Process, site: Site): Promise<BatchReport[]> {
  const { images, texts, source, current } = bucketCalls(process, site.source);
  const reports: BatchReport[] = [];
  const context = {
    ...{
      images,
      texts,
      source,
      signal,
      dryRun: false,
      nowMs: process.nowMs,
      guard: new WriteGuard(),
      onlyTables: [],
    },
    tableOf: () => site.location,
    onLeft: () => undefined,
  };
  for await (const { objectKey, isRedriven } of parkedBatches(current, signal)) {
    if (isRedriven) continue;
    const report = await redriveBatch(context, objectKey);
    if (report) reports.push(report);
  }
  return reports;
}

export async function verify(process: Process, site: Site, { repair = false, history = false }): Promise<VerifyReport> {
  const [source, destination] = [bucketCalls(process, site.source), bucketCalls(process, site.destination)];
  const places: Places = {
    ...{ table: site.location, items: tableCalls(process, site.table).batches, signal },
    ...{ source: source.source, destination: destination.source, statusOf: source.statusOf },
    ...{ nowMs: process.nowMs, pause: process.pause },
  };
  const recheck = new Recheck(places, SETTLE_MS);
  const compared = await compareAll({
    ...{ places, recheck, keyTypes: { id: 'S' as const }, buckets: { source, destination } },
    pages: scan(process, site),
    ...{ onObjects: ignored, onListed: ignored, onItems: ignored },
  });
  const differences = await recheck.settle();
  const same = recheck.same + compared.same;
  if (same + recheck.late + compared.vanished + differences.length !== compared.keys) {
    throw new Error('the counts of verify do not add up');
  }
  const repairs: { difference: Difference; outcome: RepairOutcome }[] = [];
  if (repair) {
    for (const difference of differences) {
      repairs.push({ difference, outcome: await repairItem({ places, images: source.images }, difference) });
    }
  }
  const walked = history
    ? await walkHistory({
        ...{ clock: places, settleMs: SETTLE_MS, onVersions: ignored },
        histories: places.source.histories(tablePrefix(site.location), signal),
        walkObject: (objectKey, known) => walkBoth(places, objectKey, known),
      })
    : undefined;
  const gaps = walked?.differences ?? [];
  return { items: compared.items, same, late: recheck.late, differences, repairs, gaps };
}

export interface RestoreOptions {
  readonly from: S3Bucket;
  /** Infinity: the newest state. */
  readonly momentMs: number;
  readonly into: TableOfItems;
  readonly mode: RestoreMode;
}

export async function restore(
  process: Process,
  { location }: Site,
  { from, momentMs, into, mode }: RestoreOptions,
): Promise<RestoreReport & { readonly leftItems: readonly LeftItem[] }> {
  const leftItems: LeftItem[] = [];
  const report = await restoreTable({
    ...{ table: location, source: bucketCalls(process, from).source, target: tableCalls(process, into).batches },
    ...{ mode, momentMs, signal, allowEmpty: true, nowMs: process.nowMs, pause: process.pause },
    watch: { onLeft: (left) => leftItems.push(left) },
  });
  return { ...report, leftItems };
}

function scan(process: Process, { table }: Site): ReturnType<typeof scanItems> {
  const { scanner } = tableCalls(process, table);
  return scanItems({
    ...{ scanner, segments: SEGMENTS, signal, nowMs: process.nowMs, pause: process.pause },
    paced: (read) => read(undefined),
  });
}

const ignored = () => undefined;

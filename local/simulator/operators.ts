import { knownKeys } from '../../operations/backfill/knownKeys';
import { backfillItems, type BackfillCounts } from '../../operations/backfill/backfillItems';
import { backfillJournal } from '../../operations/backfill/backfillJournal';
import type { ImageSource } from '../../operations/images/imageSource';
import { hasJournal } from '../../operations/journal/hasJournal';
import { catalogOf } from '../../operations/journal/runs/catalog';
import { withJournals } from '../../operations/journal/journalImageSource';
import { imagesIntoJournal } from '../../operations/journal/putInJournal';
import { scanItems } from '../../operations/backfill/scanItems';
import { renewLocks } from '../../operations/renewLocks/renewLocks';
import type { BatchReport } from '../../operations/redrive/redriveBatch';
import { redriveBatches } from '../../operations/redrive/redriveBatches';
import type { TableSettings } from '../../aws/tableSettings';
import { bringBack } from '../../operations/restore/bringBack';
import { restoreTable, type LeftItem, type RestoreReport } from '../../operations/restore/restoreTable';
import type { RestoreMode } from '../../operations/restore/plan';
import type { Journals } from '../../operations/verify/compareJournals';
import type { Comparison } from '../../operations/verify/compareTable';
import type { Difference } from '../../operations/verify/recheck';
import type { Repairs } from '../../operations/verify/repairAll';
import { verifyTable } from '../../operations/verify/verifyTable';
import type { Walked } from '../../operations/verify/walkTable';
import { tablePrefix, type TableLocation } from '../../core/objectKey';
import type { Layout } from '../../settings/batches';
import type { LockRule } from '../../core/lockRenewal';
import type { CapturedTable } from '../../core/streamRecord';
import { bucketCalls, type BucketCalls } from './bucketCalls';
import type { Process } from './process';
import { restoredTableCalls } from './restoredTable';
import type { RestoredTable } from './restoredTable';
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
  /** What the settings of an operator say now. */
  readonly layout: () => Layout;
  /** What a restore into a table of its own makes of it. */
  readonly restored: RestoredTable;
  /** What the settings say of journals in the source bucket: whether they go after some time. */
  sourceForgets: boolean;
}

export interface VerifyReport extends Comparison {
  readonly repairs?: Repairs;
  /** Of the history, where it was asked for. */
  readonly gaps: readonly Difference[];
}

const SEGMENTS = 2;
/** How long verify waits for what is on its way. */
export const SETTLE_MS = 900_000;
const signal = new AbortController().signal;

/**
 * The time as S3 tells it, asked for once and counted on: from when it was asked, so that it is rather late than early, however
 * long the answer took. By the clock that is never set, and by the machine's own where that has gone further: the first stands
 * still while the machine is suspended.
 */
export async function serviceClock(process: Process, { date }: BucketCalls): Promise<() => number> {
  const [askedMs, machineMs] = [process.monotonicMs(), process.nowMs()];
  const dateMs = await date();
  const elapsedMs = () => Math.max(process.monotonicMs() - askedMs, process.nowMs() - machineMs);
  return () => Math.round(dateMs + 1_000 + elapsedMs());
}

/** Images and journals, as every command reads them. */
function readerOf({ source, versions, bytes }: BucketCalls, { prefix }: TableLocation): ImageSource {
  return withJournals(source, { lister: versions, bytes }, prefix);
}

export async function backfill(process: Process, site: Site): Promise<BackfillCounts> {
  const isIntoJournal = site.layout() === 'journal';
  const table = site.location;
  const bucket = bucketCalls(process, site.source);
  const nowMs = await serviceClock(process, bucket);
  const known = await knownKeys(bucket.current, tablePrefix(site.location), { signal });
  const counts: BackfillCounts = { read: 0, written: 0, alreadyThere: 0, failed: 0 };
  const { pause } = process;
  const pages = scan(process, site, nowMs);
  const common = { table, pages, known, signal, pause };
  if (isIntoJournal) {
    await backfillJournal({ ...common, journal: { table, bytes: bucket.bytes, nowMs, signal } }, counts);
  } else {
    await backfillItems({ ...common, images: bucket.images, source: readerOf(bucket, table) }, counts);
  }
  return counts;
}

export async function redrive(process: Process, site: Site): Promise<BatchReport[]> {
  const isIntoJournal = site.layout() === 'journal';
  const bucket = bucketCalls(process, site.source);
  const { images, texts, versions, bytes } = bucket;
  const source = readerOf(bucket, site.location);
  const nowMs = await serviceClock(process, bucket);
  const reports: BatchReport[] = [];
  const counts = await redriveBatches({
    ...{ images, texts, source, signal, lister: versions, dryRun: false, nowMs, onlyTables: [] },
    tableOf: () => site.location,
    journalOf: () => (isIntoJournal ? bytes : undefined),
    watch: { onBatch: (report) => void reports.push(report) },
  });
  if (counts.batches !== reports.length) throw new Error('the counts of redrive do not add up');
  return reports;
}

export async function verify(
  process: Process,
  site: Site,
  { repair = false, history = false, settleMs = SETTLE_MS },
): Promise<VerifyReport> {
  const isIntoJournal = site.layout() === 'journal';
  const table = site.location;
  const [source, destination] = [bucketCalls(process, site.source), bucketCalls(process, site.destination)];
  const { scanner, batches: items } = tableCalls(process, site.table);
  const nowMs = await serviceClock(process, source);
  const places = {
    ...{ table, items, signal, nowMs, pause: process.pause, statusOf: source.statusOf },
    sourceForgets: site.sourceForgets,
    ...{ source: readerOf(source, table), destination: readerOf(destination, table) },
  };
  const journal = { table, bytes: source.bytes, nowMs, signal };
  const images = isIntoJournal ? imagesIntoJournal(journal, 'repair') : source.images;
  const found: { comparison?: Comparison; repairs?: Repairs; walked?: Walked } = {};
  const { report } = await verifyTable({
    opened: {
      places,
      scanner,
      buckets: { source, destination },
      journals: await journalsIn(source, destination, table),
      keyTypes: { id: 'S' },
      itemCount: 0,
      tableId: String(site.table.incarnation),
    },
    ...{ settleMs, segments: SEGMENTS, history, whoRuns: () => Promise.resolve('simulated') },
    ...(repair && { repair: { images, allowDeletes: true } }),
    reports: { write: () => Promise.resolve('report') },
    watch: {
      onCompared: (comparison) => (found.comparison = comparison),
      onRepaired: (repairs) => (found.repairs = repairs),
      onWalked: (walked) => (found.walked = walked),
    },
  });
  const { comparison, repairs, walked } = found;
  if (!comparison) throw new Error('verify compared nothing');
  const { others = [] } = comparison;
  const ofItems = (repairs?.left ?? comparison.differences).length;
  const left = ofItems + others.length + (walked?.differences.length ?? 0);
  if ((report.verdict === 'same') !== (left === 0))
    throw new Error(`the verdict is ${report.verdict} with ${left} left`);
  return { ...comparison, repairs, gaps: walked?.differences ?? [] };
}

async function journalsIn(
  source: BucketCalls,
  destination: BucketCalls,
  table: TableLocation,
): Promise<Journals | undefined> {
  const readsOf = ({ versions, bytes }: BucketCalls) => ({ lister: versions, bytes });
  const has = await Promise.all([source, destination].map(({ versions }) => hasJournal(versions, table)));
  if (!has.includes(true)) return undefined;
  const reads = { source: readsOf(source), destination: readsOf(destination) };
  return { reads, expirationDays: null, catalog: () => catalogOf(reads.destination, table) };
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
  const bucket = bucketCalls(process, from);
  const nowMs = await serviceClock(process, bucket);
  const report = await restoreTable({
    ...{ table: location, source: readerOf(bucket, location), target: tableCalls(process, into).batches },
    ...{ mode, momentMs, signal, allowEmpty: true, nowMs, pause: process.pause },
    watch: { onLeft: (left) => leftItems.push(left) },
  });
  return { ...report, leftItems };
}

/** Nobody says --merge or --mirror there. */
const mergesNothing = () => Promise.reject(new Error('a restore that is made or continued writes on no condition'));

/** The table has nothing that is set at the end. */
const NO_SETTINGS = {} as TableSettings;

/** `dcs restore` into a table of its own: made where it is not there, continued where it is unfinished. */
export async function bringTableBack(
  process: Process,
  { location, destination, restored }: Site,
  machine: 0 | 1,
): Promise<RestoreReport & { readonly leftItems: readonly LeftItem[] }> {
  const leftItems: LeftItem[] = [];
  const bucket = bucketCalls(process, destination);
  const nowMs = await serviceClock(process, bucket);
  const { report } = await bringBack({
    source: readerOf(bucket, location),
    located: { ...location, configuredKeys: { keySchema: location.keySchema, keyTypes: { id: 'S' } } },
    target: { ...restoredTableCalls(process, restored), writeIf: mergesNothing },
    mayDo: () => Promise.resolve(false),
    targetSettings: NO_SETTINGS,
    notes: restored.machines[machine],
    ...{ allowEmpty: false, dryRun: false, onDemand: false, timeToLiveWanted: false },
    ...{ signal, nowMs, pause: process.pause, watch: { onLeft: (left: LeftItem) => leftItems.push(left) } },
  });
  return { ...report, leftItems };
}

/** One run of the function that renews locks, or of `dcs lock`. */
export async function renewalOfLocks(
  process: Process,
  calls: BucketCalls,
  rule: LockRule,
  hasTime: () => boolean,
): Promise<void> {
  const nowMs = await serviceClock(process, calls);
  const { versions: lister, locks, texts } = calls;
  const watch = { onPage: () => undefined, onLeft: () => undefined };
  await renewLocks({ lister, locks, texts, prefix: '', rule, nowMs, hasTime, watch });
}

function scan(process: Process, { table }: Site, nowMs: () => number): ReturnType<typeof scanItems> {
  const { scanner } = tableCalls(process, table);
  return scanItems({
    ...{ scanner, segments: SEGMENTS, signal, nowMs, pause: process.pause },
    paced: (read) => read(undefined),
  });
}

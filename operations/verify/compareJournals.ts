import { historiesInOrder, type ObjectHistory } from '../../aws/objectVersions';
import type { StatusReader } from '../../aws/replicationStatus';
import { inParallel } from '../../core/inParallel';
import { journalPrefix } from '../../core/journal/journalKeys';
import type { TableLocation } from '../../core/objectKey';
import { count } from '../../core/units';
import { whyDamaged } from '../images/whyUnreadable';
import { readStoredBatch, type JournalReads } from '../journal/readObject';
import type { Catalog } from '../journal/runs/catalog';
import { lookAgain, type Open } from '../lookAgain';
import type { Bucket } from './digestIndex';
import { replicationStatusOf, type Difference, type Places } from './recheck';

/** Both buckets' journals of a table. */
export interface Journals {
  readonly reads: Readonly<Record<Bucket, JournalReads>>;
  /** For how many days the source bucket keeps an object; null for ever. */
  readonly expirationDays: number | null;
  /** What the destination bucket has sorted: it needs the objects in it no longer. */
  readonly catalog: () => Promise<Pick<Catalog, 'consumed' | 'erasedInputs' | 'unreadableRuns' | 'unreadableBases'>>;
}

export interface CompareJournalsRequest extends Pick<Places, 'signal' | 'nowMs' | 'pause'> {
  readonly table: TableLocation;
  readonly journals: Journals;
  readonly statusOf: StatusReader;
  readonly settleMs: number;
}

/** How many objects each bucket has, and what is wrong with them. */
export interface ComparedJournals {
  readonly counts: Record<Bucket, number>;
  readonly differences: readonly Difference[];
}

const DAY_MS = 24 * 3_600_000;
const OBJECTS_AT_A_TIME = 16;
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];

interface Pair {
  readonly objectKey: string;
  readonly source?: ObjectHistory;
  readonly destination?: ObjectHistory;
}

type Doubt = Open & { readonly difference: Difference };

/**
 * Compares the objects of a table's journal in both buckets: each that the source bucket has must be in the destination, or in a run
 * there, and be the same. What has expired in the source bucket is not asked for there. An object is read only where the two do not
 * have the same bytes by their listings; whether those are what its key says is told by whoever folds them.
 */
export async function compareJournals(request: CompareJournalsRequest): Promise<ComparedJournals> {
  const { nowMs, journals, settleMs, signal, pause } = request;
  const counts = { source: 0, destination: 0 };
  const open: Doubt[] = [];
  const catalog = await journals.catalog();
  await inParallel(pairs(request, journalPrefix(request.table)), OBJECTS_AT_A_TIME, async (pair) => {
    signal.throwIfAborted();
    if (pair.source) counts.source += 1;
    if (pair.destination) counts.destination += 1;
    const difference = await differenceOf(request, pair, catalog);
    if (difference) open.push({ difference, sinceMs: nowMs() });
  });
  const look = async (doubts: readonly Doubt[]) => {
    const now = await journals.catalog();
    const left: Doubt[] = [];
    for (const { difference, sinceMs } of doubts) {
      for await (const pair of pairs(request, difference.objectKey)) {
        if (pair.objectKey !== difference.objectKey) continue;
        const still = await differenceOf(request, pair, now);
        if (still) left.push({ difference: still, sinceMs });
      }
    }
    return left;
  };
  const stood = await lookAgain(open, { look, settleMs, pausesMs: PAUSES_MS, clock: { nowMs, pause, signal } });
  const unreadable = [...catalog.unreadableRuns, ...catalog.unreadableBases].map(
    ({ objectKey, reason }): Difference => ({ objectKey, class: 'unreadable', in: 'destination', reason }),
  );
  const left = await Promise.all(stood.map(({ difference }) => named(request, difference)));
  const differences = [...unreadable, ...left];
  return { counts, differences: differences.sort((a, b) => (a.objectKey < b.objectKey ? -1 : 1)) };
}

/** Both listings are in the order of the keys: neither is ever held whole. */
async function* pairs({ journals: { reads }, signal }: CompareJournalsRequest, prefix: string): AsyncGenerator<Pair> {
  const listed = (bucket: Bucket) => historiesInOrder(reads[bucket].lister, prefix, signal);
  const [sources, destinations] = [listed('source'), listed('destination')];
  let [source, destination] = [await nextOf(sources), await nextOf(destinations)];
  while (source ?? destination) {
    const objectKey = [source?.objectKey, destination?.objectKey].filter((key) => key !== undefined).sort()[0] ?? '';
    const [inSource, inDestination] = [source?.objectKey === objectKey, destination?.objectKey === objectKey];
    yield {
      objectKey,
      ...(inSource && { source }),
      ...(inDestination && { destination }),
    };
    if (inSource) source = await nextOf(sources);
    if (inDestination) destination = await nextOf(destinations);
  }
}

async function nextOf(histories: AsyncIterator<ObjectHistory>): Promise<ObjectHistory | undefined> {
  const next = await histories.next();
  return next.done ? undefined : next.value;
}

async function differenceOf(
  request: CompareJournalsRequest,
  { objectKey, source, destination }: Pair,
  { consumed: covered, erasedInputs }: Pick<Catalog, 'consumed' | 'erasedInputs'>,
): Promise<Difference | undefined> {
  const { nowMs, journals } = request;
  const { expirationDays } = journals;
  const difference = (name: Difference['class'], where: Bucket, reason: string): Difference => ({
    ...{ objectKey, class: name, in: where, reason },
  });
  const isOld = ({ versions }: ObjectHistory) =>
    expirationDays !== null && nowMs() - (versions[0]?.storedAtMs ?? 0) >= expirationDays * DAY_MS;

  if (destination?.hiddenBy && !covered.has(objectKey)) {
    return difference('hidden', 'destination', 'the journal object lies under a delete marker, and no run holds it');
  }
  if (source?.hiddenBy && !isOld(source)) {
    return difference('hidden', 'source', 'the journal object lies under a delete marker before its time');
  }
  if (!destination) {
    if (covered.has(objectKey)) return undefined;
    return difference('notReplicated', 'destination', 'the journal object is in the source bucket alone');
  }
  if (!source) {
    // What an erase has taken from the source bucket, runs have.
    if (isOld(destination) || erasedInputs.has(objectKey)) return undefined;
    const kept = expirationDays === null ? 'for ever' : `for ${count(expirationDays)} days`;
    return difference(
      'extra',
      'destination',
      `the journal object is in the destination alone, and the source bucket keeps its own ${kept}`,
    );
  }
  const both = { source, destination };
  return (await buried(request, both)) ?? (haveSameBytes(source, destination) ? undefined : damaged(request, both));
}

function haveSameBytes(source: ObjectHistory, destination: ObjectHistory): boolean {
  const known = new Set(source.versions.map(({ etag, sizeBytes }) => `${etag} ${sizeBytes}`));
  return destination.versions.every(({ etag, sizeBytes }) => known.has(`${etag} ${sizeBytes}`));
}

/** Readers find what lies below something else, as long as lifecycle leaves it there. */
async function buried(
  request: CompareJournalsRequest,
  pair: Readonly<Record<Bucket, ObjectHistory>>,
): Promise<Difference | undefined> {
  const reason = 'something else lies on top of the journal object, which lifecycle will take away';
  for (const bucket of ['source', 'destination'] as const) {
    const { objectKey, versions } = pair[bucket];
    if (versions.every(({ etag }) => etag === versions[0]?.etag)) continue;
    const isOnTop = await whyWrong(request, bucket, { objectKey, versions: versions.slice(-1) });
    const isBelow = isOnTop !== undefined && (await whyWrong(request, bucket, pair[bucket])) === undefined;
    if (isBelow) return { objectKey, class: 'notCurrent', in: bucket, reason };
  }
  return undefined;
}

/** Two that are what their key says have the same text, whatever their bytes: encryption gives them other ETags. */
async function damaged(
  request: CompareJournalsRequest,
  pair: Readonly<Record<Bucket, ObjectHistory>>,
): Promise<Difference | undefined> {
  for (const bucket of ['source', 'destination'] as const) {
    const reason = await whyWrong(request, bucket, pair[bucket]);
    if (reason !== undefined) return { objectKey: pair[bucket].objectKey, class: 'unreadable', in: bucket, reason };
  }
  return undefined;
}

/** Undefined where one of its versions is what its key says. */
async function whyWrong(
  { table, journals, signal }: CompareJournalsRequest,
  bucket: Bucket,
  history: ObjectHistory,
): Promise<string | undefined> {
  try {
    await readStoredBatch(journals.reads[bucket], table, history, signal);
    return undefined;
  } catch (error) {
    const reason = whyDamaged(error);
    if (reason === undefined) throw error;
    return reason;
  }
}

/** Asks S3 why the destination lacks what the source has. */
async function named(
  { journals, statusOf, signal }: CompareJournalsRequest,
  difference: Difference,
): Promise<Difference> {
  if (difference.class !== 'notReplicated') return difference;
  const { objectKey } = difference;
  for await (const { versions } of historiesInOrder(journals.reads.source.lister, objectKey, signal)) {
    const replicationStatus = await replicationStatusOf({ statusOf }, objectKey, versions.at(-1)?.versionId ?? '');
    const failed = replicationStatus === 'FAILED' ? ({ class: 'replicationFailed' } as const) : {};
    return { ...difference, ...failed, replicationStatus };
  }
  return { ...difference, replicationStatus: 'GONE' };
}

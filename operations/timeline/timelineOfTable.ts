import { burstsIn, type Burst } from '../../core/bursts';
import { CouldNotLookError } from '../../core/errors';
import { mapInParallel } from '../../core/mapInParallel';
import { inParallel } from '../../core/inParallel';
import { isImageKey, tablePrefix, type TableLocation } from '../../core/objectKey';
import type { ObjectVersion } from '../../aws/objectVersions';
import { headerOf } from '../images/headerOf';
import type { ImageSource } from '../images/imageSource';
import { whyUnreadable } from '../images/whyUnreadable';
import { Histogram, MINUTE_MS, type Bucket, type ResolutionMs } from './histogram';
import { chosenChanges, type Choice } from '../chosenChanges';
import { noImages, selectedHistories } from '../selection';
import { changesOfObject, type SeenChange } from './changesOfObject';

export interface TimelineRequest {
  readonly source: Pick<ImageSource, 'name' | 'histories' | 'history' | 'images'>;
  readonly table: TableLocation;
  /** Stored after this; -Infinity for all. */
  readonly fromMs: number;
  /** Stored by this; Infinity for all. */
  readonly toMs: number;
  /** Of a bucket; undefined: as fine as fits `bars`. */
  readonly resolutionMs?: ResolutionMs;
  /** Default: {@link BARS}. */
  readonly bars?: number;
  /** Read the metadata of each delete, to tell those by time to live: one request each. */
  readonly byTimeToLive: boolean;
  /** Undefined: all changes of the table. */
  readonly choice?: Choice;
  readonly signal: AbortSignal;
  readonly onObject?: () => void;
  /** Told of every change that is listed, of whatever time. */
  readonly onVersion?: (version: ObjectVersion) => void;
  /** Told of each object that was changed in the time that is shown. */
  readonly onChanged?: (changed: {
    readonly objectKey: string;
    readonly times: number;
    readonly lastAtMs: number;
  }) => void;
}

export interface TimelineBurst extends Burst {
  /** Of its changes, those that deleted. */
  readonly deletes: number;
}

export interface Timeline {
  readonly buckets: readonly Bucket[];
  readonly bucketMs: number;
  readonly bursts: readonly TimelineBurst[];
  readonly counts: Omit<Bucket, 'atMs'>;
  readonly items: number;
}

/** As many bars as a screen shows, and an eye takes in. */
export const BARS = 60;
const READS = 64;
/** Time to live deletes as this. Source: DynamoDB developer guide, "DynamoDB Streams and Time to Live". */
const TIME_TO_LIVE = 'dynamodb.amazonaws.com';

/**
 * How much a table changed when: inserts, changes and deletes by their time, from the listing alone.
 *
 * @throws CouldNotLookError when there is no image
 */
export async function timelineOfTable(request: TimelineRequest): Promise<Timeline> {
  const { source, table, signal } = request;
  const histogram = new Histogram(request.resolutionMs);
  let deletes: ObjectVersion[] = [];
  let items = 0;
  let looked = 0;
  for await (const { objectKey, changes } of changesIn(request)) {
    signal.throwIfAborted();
    looked += 1;
    if (changes.length > 0) items += 1;
    request.onObject?.();
    let [times, lastAtMs] = [0, -Infinity];
    for (const { kind, version } of changes) {
      request.onVersion?.(version);
      if (!isInTime(request, version)) continue;
      histogram.add(version.storedAtMs, kind);
      [times, lastAtMs] = [times + 1, Math.max(lastAtMs, version.storedAtMs)];
      if (kind === 'delete' && request.byTimeToLive) deletes.push(version);
    }
    if (times > 0) request.onChanged?.({ objectKey, times, lastAtMs });
    if (deletes.length >= 10 * READS) {
      await tellTimeToLive(request, deletes, histogram);
      deletes = [];
    }
  }
  if (looked === 0) throw new CouldNotLookError(noImages(source.name, table, request.choice?.selection ?? {}));
  await tellTimeToLive(request, deletes, histogram);
  const { buckets, bucketMs } = histogram.shown(request.bars ?? BARS);
  return { buckets, bucketMs, bursts: burstsOf(histogram, request), counts: histogram.counts(), items };
}

interface ChangesOfObject {
  readonly objectKey: string;
  readonly changes: readonly SeenChange[];
}

/** What is asked of the listing alone is not spread over workers. */
async function* changesIn(request: TimelineRequest): AsyncGenerator<ChangesOfObject> {
  const { source, table, signal, choice } = request;
  if (choice) {
    const histories = selectedHistories({ source, table: choice.table }, choice.selection, signal);
    yield* mapInParallel(histories, READS, async (history) => ({
      objectKey: history.objectKey,
      changes: await chosenChanges(source, choice, history, (version) => isInTime(request, version)),
    }));
    return;
  }
  for await (const history of source.histories(tablePrefix(table), signal)) {
    if (isImageKey(history.objectKey)) yield { objectKey: history.objectKey, changes: changesOfObject(history) };
  }
}

function isInTime({ fromMs, toMs }: TimelineRequest, { storedAtMs }: ObjectVersion): boolean {
  return storedAtMs > fromMs && storedAtMs <= toMs;
}

async function tellTimeToLive(
  { source }: TimelineRequest,
  deletes: readonly ObjectVersion[],
  histogram: Histogram,
): Promise<void> {
  await inParallel(deletes, READS, async (version) => {
    try {
      const { deletedBy } = await headerOf(source, version);
      if (deletedBy === TIME_TO_LIVE) histogram.add(version.storedAtMs, 'timeToLive');
    } catch (error) {
      // A delete all the same; whose it was is not known.
      if (whyUnreadable(error) === undefined) throw error;
    }
  });
}

function burstsOf(histogram: Histogram, { fromMs, toMs }: TimelineRequest): TimelineBurst[] {
  const minutes = histogram.minutes();
  const counts = minutes.map(({ atMs, insert, change, delete: deletes }) => ({
    atMs,
    changes: insert + change + deletes,
  }));
  const [first, last] = [counts[0], counts.at(-1)];
  if (!first || !last) return [];
  const range = { fromMs: Math.max(fromMs, first.atMs), toMs: Math.min(toMs, last.atMs + MINUTE_MS) };
  return burstsIn(counts, { ...range, bucketMs: MINUTE_MS }).map((burst) => {
    const inside = minutes.filter(({ atMs }) => atMs >= burst.fromMs && atMs < burst.toMs);
    return { ...burst, deletes: inside.reduce((sum, { delete: deletes }) => sum + deletes, 0) };
  });
}

import { historyPages, parallelHistories } from '../../aws/parallelHistories';
import type { ObjectHistory, VersionLister } from '../../aws/objectVersions';
import { BATCH_GET_KEYS } from '../../aws/batchTable';
import type { AttributeMap } from '../../core/attributeValue';
import { imageBody } from '../../core/image';
import { inParallel } from '../../core/inParallel';
import { inBatches } from '../../core/mapInParallel';
import { keysOf, objectKeyOf, tablePrefix } from '../../core/objectKey';
import type { ReadItem } from '../backfill/scanItems';
import { md5Of } from './bodyDigest';
import { DigestIndex, type Bucket } from './digestIndex';
import type { Recheck, Places, Suspect } from './recheck';
import { keysInObject } from './keysInObject';
import { listBucket, type BucketCounts } from './listBucket';
import type { KeyTypes } from '../../settings/configuredTable';

/** What a comparison of everything has found, apart from the items that are in doubt. */
export interface Compared {
  readonly items: number;
  readonly source: BucketCounts;
  readonly destination: BucketCounts;
  /** Items and objects that are the same everywhere by listing and scan alone. */
  same: number;
  /** Objects that were listed and were in neither bucket when they were to be looked at: somebody has removed them. */
  readonly vanished: number;
  /** Different keys in table and buckets together: each of them is the same, late, vanished, or a difference. */
  readonly keys: number;
}

/** Both listings of one bucket. */
export interface BucketListers {
  readonly versions: VersionLister;
  readonly current: VersionLister;
}

export interface CompareRequest {
  readonly places: Places;
  readonly keyTypes: KeyTypes;
  readonly buckets: Readonly<Record<Bucket, BucketListers>>;
  readonly pages: AsyncIterable<readonly ReadItem[]>;
  readonly recheck: Recheck;
  /** A bucket has a journal of the table: what it says is in no listing of objects. */
  readonly hasJournal: boolean;
  readonly onObjects: (objects: number) => void;
  readonly onListed: () => void;
  readonly onItems: (items: number) => void;
}

const BATCHES_AT_A_TIME = 4;
/** Pages of each bucket listed at a time: together as many as one listing takes by itself. */
const LISTERS = 8;
const OBJECTS_IN_PAGE = 1_000;

/**
 * Compares a whole table with both buckets: both are listed into an index of digests, then the table is scanned against it.
 * What the index does not settle is in doubt and is looked at. What the table does not have and the buckets hold is found
 * by going through the buckets' keys once more, which is done only when there is any.
 */
export async function compareAll(request: CompareRequest): Promise<Compared> {
  const { places, buckets, recheck, hasJournal, onObjects, onListed } = request;
  const { table, signal } = places;
  const index = new DigestIndex();
  const list = (bucket: Bucket, noted: Pick<DigestIndex, 'note'> = index) => {
    const pages = hasJournal
      ? inBatches(newestStates(places, bucket), OBJECTS_IN_PAGE)
      : historyPages(buckets[bucket].versions, tablePrefix(table), { parallelism: LISTERS, signal });
    const from = { pages, source: places[bucket], createdAtMs: table.createdAtMs, signal, onObjects };
    return listBucket(from, bucket, noted);
  };
  const [source, destination] = places.sourceForgets
    ? await forgetful(list, index)
    : await Promise.all([list('source'), list('destination')]);
  onListed();
  const counts = { items: 0, same: 0, unlisted: 0 };
  await lookInBatches(recheck, suspectItems(request, index, counts));

  const unseen = index.unseen();
  counts.same += unseen.tombstones;
  let named = 0;
  if (unseen.doubtful > 0) {
    await lookInBatches(
      recheck,
      unseenObjects(request, index, unseen.doubtful, () => (named += 1)),
    );
  }
  const vanished = unseen.doubtful - named;
  return { items: counts.items, source, destination, same: counts.same, vanished, keys: index.size + counts.unlisted };
}

/** What both have, and the source bucket has an older state of, is as it should be where the destination is right. */
async function forgetful(
  list: (bucket: Bucket, noted: Pick<DigestIndex, 'note'>) => Promise<BucketCounts>,
  index: DigestIndex,
): Promise<[BucketCounts, BucketCounts]> {
  const destination = await list('destination', index);
  const source = await list('source', {
    note(bucket, objectKey, md5) {
      if (md5 === undefined || !index.has(objectKey)) index.note(bucket, objectKey, md5);
    },
  });
  return [source, destination];
}

function newestStates({ table, signal, ...sources }: Places, bucket: Bucket): AsyncIterable<ObjectHistory> {
  return sources[bucket].histories(tablePrefix(table), signal, {
    momentMs: Infinity,
    createdAtMs: table.createdAtMs,
  });
}

async function lookInBatches(recheck: Recheck, suspects: AsyncIterable<Suspect>): Promise<void> {
  await inParallel(inBatches(suspects, BATCH_GET_KEYS), BATCHES_AT_A_TIME, (batch) => recheck.add(batch));
}

/** Items of the table that the buckets do not both have as they are. */
async function* suspectItems(
  { places, pages, onItems }: CompareRequest,
  index: DigestIndex,
  counts: { items: number; same: number; unlisted: number },
): AsyncGenerator<Suspect> {
  const { table, signal } = places;
  for await (const page of pages) {
    signal.throwIfAborted();
    for (const { item } of page) {
      const keys: AttributeMap = keysOf(table.keySchema, item);
      const objectKey = objectKeyOf(table, table.keySchema, keys);
      if (index.isSame(objectKey, md5Of(imageBody(item)), places.sourceForgets)) {
        counts.same += 1;
        continue;
      }
      if (!index.has(objectKey)) counts.unlisted += 1;
      yield { objectKey, keys };
    }
    counts.items += page.length;
    onItems(page.length);
  }
}

/** Objects that hold something although the table has no such item, by going through the buckets until all are found. */
async function* unseenObjects(
  { places, keyTypes, buckets, hasJournal }: CompareRequest,
  index: DigestIndex,
  doubtful: number,
  onFound: () => void,
): AsyncGenerator<Suspect> {
  const { table, source, destination, signal } = places;
  let left = doubtful;
  // Current objects are a short list; what lies under a delete marker is in the long one only.
  const listings = hasJournal
    ? (['destination', 'source'] as const).map((bucket) => newestStates(places, bucket))
    : (['current', 'versions'] as const)
        .flatMap((listing) => [buckets.source[listing], buckets.destination[listing]])
        .map((lister) => parallelHistories(lister, tablePrefix(table), { signal }));
  for (const listing of listings) {
    if (left === 0) return;
    for await (const { objectKey } of listing) {
      if (!index.takeDoubtful(objectKey)) continue;
      left -= 1;
      onFound();
      yield { objectKey, keys: await keysInObject([source, destination], table, keyTypes, objectKey) };
      if (left === 0) break;
    }
  }
}

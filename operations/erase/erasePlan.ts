import type { AttributeMap } from '../../core/attributeValue';
import type { VersionLock } from '../../core/lockRenewal';
import { inParallel } from '../../core/inParallel';
import { isInRange, isShortened, objectKeyOf, rangePrefixes } from '../../core/objectKey';
import { keysInObject } from '../verify/keysInObject';
import type { ErasePlanRequest } from './erasePlanRequest';
import { formerObjectKeys, formerPrefixes } from './formerSpelling';
import { heldOfItems, heldOfPartition, type HeldInJournal } from './heldInJournal';
import { batchesThatName, reportsThatName } from './mentions';
import { everythingUnder, itemKeysBelow, type ErasedBucket, type ErasedSide, type FoundVersion } from './places';
import { requireGone } from './requireGone';

/** One object of which every version is to be erased. */
export interface ErasedObject {
  readonly in: ErasedSide;
  readonly is: 'history' | 'report' | 'batch';
  readonly objectKey: string;
  /** Of a history: the item that it is of. */
  readonly keys?: AttributeMap;
  readonly versions: readonly (FoundVersion & { readonly lock?: VersionLock })[];
}

const LOOKS = 32;

/**
 * Every version of what is to be erased, in both buckets, with its lock.
 *
 * @throws RefusedError for an item that is in the table, or whose delete has not been captured: its history would begin anew
 */
export async function planErase(request: ErasePlanRequest): Promise<{ plan: ErasedObject[]; held: HeldInJournal }> {
  const { table, buckets, signal } = request;
  const { items, held } = await itemsToErase(request);
  await requireGone(request, [...items.values()]);
  held.left.forEach(request.onLeft);
  const inJournal = new Set(held.versions.flatMap((version) => [...version.items.keys()]));
  const planned: ErasedObject[] = [];
  await inParallel(items, 8, async ([objectKey, keys]) => {
    for (const bucket of buckets) {
      const versions = await everythingUnder(bucket, objectKey, signal);
      // What the journal alone has, is named here: a plan that was kept knows it by its keys.
      if (versions.length === 0 && !(bucket.side === 'destination' && inJournal.has(objectKey))) continue;
      planned.push(await withLocks(bucket, { in: bucket.side, is: 'history', objectKey, keys, versions }));
    }
  });
  const named = {
    objectKeys: [...items.keys()],
    isNamed: (keys: AttributeMap) => items.has(objectKeyOf(table, table.keySchema, keys)),
  };
  for (const bucket of buckets) {
    const { side } = bucket;
    const others =
      side === 'destination' ? reportsThatName(request, named.objectKeys) : batchesThatName(request, named.isNamed);
    for await (const { objectKey, is } of others) {
      const versions = await everythingUnder(bucket, objectKey, signal);
      planned.push(await withLocks(bucket, { in: side, is, objectKey, versions }));
    }
  }
  return { plan: planned, held };
}

/** By object key, from both buckets, and what of them stays in the table's journal. What was asked for by its key is looked for wherever it may be. */
async function itemsToErase(
  request: ErasePlanRequest,
): Promise<{ items: Map<string, AttributeMap>; held: HeldInJournal }> {
  const { table, selection, buckets, signal, onLeft } = request;
  const items = new Map<string, AttributeMap>();
  if (selection.keys) {
    for await (const keys of selection.keys) items.set(objectKeyOf(table, table.keySchema, keys), keys);
    await tellFormer(request, [...items.values()]);
    return { items, held: await heldOfItems(request, new Set(items.keys())) };
  }
  if (!selection.partition) return { items, held: await heldOfItems(request, new Set()) };
  const sources = buckets.map(({ source }) => source);
  const { partition } = selection;
  for (const bucket of buckets) {
    const { side } = bucket;
    const today = rangePrefixes(table, table.keySchema, { partition });
    const prefixes = [...new Set([...today, ...formerPrefixes(table, partition)])];
    for await (const objectKey of itemKeysIn(bucket, prefixes, signal)) {
      if (items.has(objectKey)) continue;
      const keys = await keysInObject(sources, table, table.keyTypes, objectKey);
      if (keys && isInRange(table.keySchema, { partition }, keys)) items.set(objectKey, keys);
      else if (!keys) {
        const reason = isShortened(table, objectKey) ? UNCLEAR : FORMER;
        onLeft({ in: side, objectKey, why: 'unclear', reason });
      }
    }
  }
  const held = await heldOfPartition(request, partition);
  return { items: new Map([...items, ...held.items]), held };
}

/** What lies where the predecessor stored these items. One such object may hold several items, so nobody but a person decides. */
async function tellFormer({ table, buckets, signal, onLeft }: ErasePlanRequest, all: readonly AttributeMap[]) {
  const former = new Set(all.flatMap((keys) => formerObjectKeys(table, keys)));
  await inParallel(former, 8, async (objectKey) => {
    for (const bucket of buckets) {
      if ((await everythingUnder(bucket, objectKey, signal)).length === 0) continue;
      onLeft({ in: bucket.side, objectKey, why: 'unclear', reason: FORMER });
    }
  });
}

const FORMER =
  'it is under a former spelling, of the 2018 predecessor, and may hold the item: look into its versions, and delete by hand those that do';

async function* itemKeysIn(bucket: ErasedBucket, prefixes: readonly string[], signal: AbortSignal) {
  for (const prefix of prefixes) yield* itemKeysBelow(bucket, prefix, signal);
}

const UNCLEAR =
  'its key had to be shortened, and no image in it tells whose it is: it may hold nothing but deletes. Name the item by --key';

async function withLocks({ locks }: ErasedBucket, object: ErasedObject): Promise<ErasedObject> {
  if (!locks) return object;
  const versions: ErasedObject['versions'][number][] = [];
  await inParallel(object.versions, LOOKS, async (version) => {
    if (version.kind === 'marker') versions.push(version);
    else versions.push({ ...version, lock: (await locks.look(object.objectKey, version.versionId)).lock });
  });
  return { ...object, versions };
}

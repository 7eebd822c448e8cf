import { basePrefix, runsPrefix } from '../../core/journal/journalKeys';
import { definitionSource } from '../journal/compact/definitionSource';
import { catalogOf } from '../journal/runs/catalog';
import { eraseSome, type CarryOutEraseRequest } from './carryOutErase';
import { eraseLastOfAll } from './eraseLastOfAll';
import type { HeldInJournal } from './heldInJournal';
import { idOfVersion, MAY_HAVE_OLDER } from './leftInJournal';
import type { ErasedBucket } from './places';
import { nameIn, type HeldVersion } from './standing';
import type { TakeOutRequest } from './takeOutOfJournal';
import { foundInRuns, replacedByWholeRuns } from './whole';

export type EraseUnreadRequest = TakeOutRequest &
  Pick<CarryOutEraseRequest, 'bypassGovernance'> & {
    /** The source bucket keeps a journal for some days only: what a batch has of others is in the destination bucket by then. */
    readonly sourceForgets: boolean;
  };

/**
 * Deletes what a journal has of some items and nobody reads any more, where all else in it was found elsewhere just now.
 *
 * @param held the last look at the journal
 * @param among the buckets in which it is deleted
 * @returns why what is left of it stays, by {@link idOfVersion}
 */
export async function eraseUnread(
  request: EraseUnreadRequest,
  { versions, unreadable }: Pick<HeldInJournal, 'versions' | 'unreadable'>,
  among = request.buckets,
): Promise<ReadonlyMap<string, string>> {
  const stays = new Map<string, string>();
  const mayGo = await whatMayGo(request, versions);
  for (const bucket of inOrder(among)) {
    const { side } = bucket;
    const here = versions.filter((version) => version.in === side);
    const going = here.filter((version) => mayGo.has(version));
    const isBlind = side === 'source' && unreadable.some((file) => file.in === 'source');
    const reasons = isBlind
      ? new Map(going.map((version) => [version, MAY_HAVE_OLDER]))
      : side === 'source'
        ? await eraseLastOfAll(here, mayGo, (some) => eraseThese(request, bucket, some))
        : await eraseThese(request, bucket, going);
    for (const [{ version }, reason] of reasons)
      stays.set(idOfVersion(side, version.objectKey, version.versionId), reason);
  }
  return stays;
}

async function eraseThese(
  request: EraseUnreadRequest,
  bucket: ErasedBucket,
  versions: readonly HeldVersion[],
): Promise<ReadonlyMap<HeldVersion, string>> {
  request.signal.throwIfAborted();
  const named = versions.map((held) => {
    const { version, lock } = held;
    return { held, objectKey: version.objectKey, versionId: version.versionId, lock };
  });
  const reasons = await eraseSome(request, bucket, named);
  return new Map([...reasons].map(([{ held }, { reason }]) => [held, reason]));
}

/** What waits in the source bucket for its replication comes nowhere any more. */
function inOrder(buckets: readonly ErasedBucket[]): readonly ErasedBucket[] {
  return (['source', 'destination'] as const).flatMap((side) => buckets.filter((one) => one.side === side));
}

async function whatMayGo(
  request: EraseUnreadRequest,
  versions: readonly HeldVersion[],
): Promise<ReadonlySet<HeldVersion>> {
  const { table, buckets, signal, isErased, sourceForgets } = request;
  const destination = buckets.find(({ side }) => side === 'destination');
  if (!destination) return new Set();
  // An item of which something else stays is looked at as any other.
  const own = versions.filter(({ items }) => [...items.keys()].every(isErased));
  const catalog = await catalogOf(destination, table, signal);
  const batches = own.filter(
    ({ is, in: side, standing }) => is === 'journal' && (side === 'source' ? sourceForgets : standing === 'unread'),
  );
  const objects = await foundObjects(buckets, batches);
  const found = await foundInRuns({ reads: destination, table, runs: catalog.runs }, isErased, objects, signal);
  const isFound = new Set([...found].map(({ side, history }) => `${side} ${history.objectKey}`));
  const nameOfRun = ({ version }: HeldVersion) => nameIn(version.objectKey, runsPrefix(table));
  const names = new Set(own.flatMap((version) => (version.is === 'run' ? [nameOfRun(version)] : [])));
  const replaced = await replacedByWholeRuns(destination, catalog, names, signal);
  const retired = new Set(catalog.retired.map(({ name }) => name));
  const unfinished = new Set(catalog.unfinished.map(({ prefix }) => prefix));
  return new Set(
    own.filter((version) => {
      const {
        is,
        in: side,
        standing,
        version: { objectKey },
      } = version;
      if (is === 'journal') return isFound.has(`${side} ${objectKey}`);
      if (standing !== 'unread') return false;
      const below = is === 'run' ? runsPrefix(table) : basePrefix(table);
      const name = nameIn(objectKey, below);
      return unfinished.has(`${below}${name}/`) || (is === 'run' ? replaced : retired).has(name);
    }),
  );
}

async function foundObjects(buckets: readonly ErasedBucket[], batches: readonly HeldVersion[]) {
  const objects = [];
  for (const { side, lister, bytes } of buckets) {
    const source = definitionSource({ lister, bytes });
    const keys = new Set(batches.flatMap((one) => (one.in === side ? [one.version.objectKey] : [])));
    for (const objectKey of keys) {
      const history = await source.history(objectKey);
      if (history) objects.push({ side, reads: { bytes }, history });
    }
  }
  return objects;
}

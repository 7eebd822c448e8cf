import { LAST_STAYS } from './leftInJournal';
import type { HeldVersion } from './standing';

/**
 * Deletes batches of the source bucket so that nobody is there again, wherever it stops and whatever S3 refuses: what has the delete of an item
 * goes when all others of it have gone. Within one call there is no order, so that it takes one call after the other.
 *
 * @param inSource all that the bucket has of the items
 * @param mayGo those of them that nothing else needs
 * @param erase deletes some, in any order, and says which of them stay, and why
 * @returns why those stay that might have gone
 */
export async function eraseLastOfAll(
  inSource: readonly HeldVersion[],
  mayGo: ReadonlySet<HeldVersion>,
  erase: (some: readonly HeldVersion[]) => Promise<ReadonlyMap<HeldVersion, string>>,
): Promise<ReadonlyMap<HeldVersion, string>> {
  const stays = new Map<HeldVersion, string>();
  const whole = withoutTorn(inSource, new Set(inSource.filter((version) => mayGo.has(version))));
  for (const version of inSource) if (mayGo.has(version) && !whole.has(version)) stays.set(version, LAST_STAYS);
  const staying = new Set<string>();
  for (const layer of layersOf(inSource.filter((version) => whole.has(version)))) {
    const isHeldBack = ({ items }: HeldVersion) => [...items.keys()].some((key) => staying.has(key));
    const going = layer.filter((version) => !isHeldBack(version));
    const refused = await erase(going);
    for (const version of layer) {
      const reason = going.includes(version) ? refused.get(version) : LAST_STAYS;
      if (reason === undefined) continue;
      stays.set(version, reason);
      for (const key of version.items.keys()) staying.add(key);
    }
  }
  return stays;
}

/** Where a batch stays, so do all others of its items: with the last of them goes the delete, and without that they would be there again. */
function withoutTorn(inSource: readonly HeldVersion[], goes: ReadonlySet<HeldVersion>): ReadonlySet<HeldVersion> {
  const stays = new Set(inSource.flatMap((version) => (goes.has(version) ? [] : [...version.items.keys()])));
  const isTorn = ({ items }: HeldVersion) => [...items.keys()].some((key) => stays.has(key));
  const left = new Set([...goes].filter((version) => !isTorn(version)));
  return left.size === goes.size ? goes : withoutTorn(inSource, left);
}

/**
 * What has the delete of an item is in a later layer than all else of it. All is one layer where that cannot be: where several may have it, or each of
 * two has that of an item of the other.
 */
function layersOf(versions: readonly HeldVersion[]): readonly (readonly HeldVersion[])[] {
  const objects = byObject(versions);
  const last = new Map<string, readonly HeldVersion[]>();
  for (const batch of objects) {
    for (const key of new Set(batch.flatMap(({ deletes }) => [...deletes]))) {
      if (last.has(key)) return [versions];
      last.set(key, batch);
    }
  }
  const layers: HeldVersion[][] = [];
  for (let left = objects; left.length > 0;) {
    const counts = new Map<string, number>();
    for (const key of left.flatMap(keysOf)) counts.set(key, (counts.get(key) ?? 0) + 1);
    const isReady = (batch: readonly HeldVersion[]) =>
      keysOf(batch).every((key) => last.get(key) !== batch || counts.get(key) === 1);
    const ready = left.filter(isReady);
    if (ready.length === 0) return [versions];
    layers.push(ready.flat());
    left = left.filter((batch) => !isReady(batch));
  }
  return layers;
}

function keysOf(batch: readonly HeldVersion[]): readonly string[] {
  return [...new Set(batch.flatMap(({ items }) => [...items.keys()]))];
}

function byObject(versions: readonly HeldVersion[]): readonly (readonly HeldVersion[])[] {
  const objects = new Map<string, HeldVersion[]>();
  for (const one of versions) {
    const { objectKey } = one.version;
    const known = objects.get(objectKey);
    if (known) known.push(one);
    else objects.set(objectKey, [one]);
  }
  return [...objects.values()];
}

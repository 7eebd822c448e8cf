import { LAST_STAYS } from './leftInJournal';
import type { HeldVersion } from './standing';

/**
 * Deletes batches of the source bucket so that nobody is there again, wherever it stops and whatever S3 refuses: the last of an item, which has its delete,
 * goes when all others of it have gone. Within one call there is no order, so that it takes one call after the other.
 *
 * @param inSource all that the bucket has of the items, in the order in which it was stored
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

/** The last batch of an item is in a later layer than all others of it. */
function layersOf(versions: readonly HeldVersion[]): readonly (readonly HeldVersion[])[] {
  const last = new Map<string, string>();
  for (const { version, items } of versions) for (const key of items.keys()) last.set(key, version.objectKey);
  /** Of the batches of an item so far, the first layer behind them all. */
  const behind = new Map<string, number>();
  const layers: HeldVersion[][] = [];
  for (const batch of byObject(versions)) {
    const keys = new Set(batch.flatMap(({ items }) => [...items.keys()]));
    const ofLast = [...keys].filter((key) => last.get(key) === batch[0]?.version.objectKey);
    const at = ofLast.reduce((most, key) => Math.max(most, behind.get(key) ?? 0), 0);
    for (const key of keys) behind.set(key, Math.max(behind.get(key) ?? 0, at + 1));
    (layers[at] ??= []).push(...batch);
  }
  return layers;
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

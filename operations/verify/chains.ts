import { gapsWithinTables } from '../../core/formerTable';
import { utc } from '../../core/units';
import type { Bucket } from './digestIndex';
import type { Difference } from './recheck';
import type { ReadVersion } from './wholeHistory';

/** What an object is looked at with. */
export interface Looking {
  /** Ids of the versions that are looked at; in both buckets, the source's. */
  readonly known: ReadonlySet<string>;
  /** When each table of the name was created that had a former one. */
  readonly creationsMs: readonly number[];
}

export function brokenChain(
  bucket: Bucket,
  objectKey: string,
  versions: readonly ReadVersion[],
  { known, creationsMs }: Looking,
): Difference[] {
  const idOf = new Map(versions.map(({ header, version }) => [header, version.versionId]));
  const images = versions.flatMap(({ header, version }) => (header ? [{ header, version }] : []));
  return gapsWithinTables(images, creationsMs).flatMap(({ kind, after, before, repairedBy }): Difference[] => {
    const [first, second] = [idOf.get(after) ?? '', idOf.get(before) ?? ''];
    if (!known.has(second)) return [];
    const between = `${new Date(after.changedAtMs).toISOString()} and ${new Date(before.changedAtMs).toISOString()}`;
    const reason =
      kind === 'conflict'
        ? `two images claim to be the same change of ${new Date(before.changedAtMs).toISOString()} and differ`
        : `changes between ${between} are missing${repairedBy ? '; a repair has put the state right' : ''}`;
    const isRepaired = repairedBy ? { isRepaired: true } : {};
    return [{ objectKey, class: 'brokenChain', in: bucket, reason, versionIds: [first, second], ...isRepaired }];
  });
}

/**
 * What the destination alone shows: changes that are missing between its images and are not in the source bucket, either, and images
 * that say something else of a change than those in the source bucket.
 *
 * @param told of the source bucket
 */
export function brokenBetween(
  objectKey: string,
  inSource: readonly ReadVersion[],
  inDestination: readonly ReadVersion[],
  { known, creationsMs }: Looking,
  told: readonly Difference[],
): Difference[] {
  const newestMs = Math.max(...inSource.map(({ version }) => (known.has(version.versionId) ? version.storedAtMs : 0)));
  // What is newer has come since the first look, and the source bucket may have been listed before.
  const settled = inDestination.filter(({ version }) => known.has(version.versionId) || version.storedAtMs < newestMs);
  const seen = new Set(told.map(({ versionIds = [] }) => versionIds.at(-1)));
  const looking = { creationsMs, known: new Set(settled.map(({ version }) => version.versionId)) };
  const gaps = brokenChain('destination', objectKey, [...inSource, ...settled], looking);
  const news = gaps.filter(({ versionIds = [] }) => !seen.has(versionIds.at(-1)));
  const named = new Set(news.flatMap(({ versionIds = [] }) => versionIds));
  const others = settled.filter(({ version }) => !named.has(version.versionId));
  return [...news, ...saysOtherwise(objectKey, inSource, others)];
}

/** Of one change, images that agree in what follows from it and not in what else they say. */
function saysOtherwise(
  objectKey: string,
  inSource: readonly ReadVersion[],
  inDestination: readonly ReadVersion[],
): Difference[] {
  const changes = new Set(inSource.map(({ identity }) => identity));
  const said = new Set(inSource.map(saying));
  const differing = inDestination.filter((one) => changes.has(one.identity) && !said.has(saying(one)));
  const [first] = differing;
  if (!first?.header) return [];
  const reason = `the image of a change of ${utc(first.header.changedAtMs)} states another time, event or deleter in the destination than in the source bucket`;
  const versionIds = differing.map(({ version }) => version.versionId);
  return [{ objectKey, class: 'brokenChain', in: 'destination', reason, versionIds }];
}

/** Each receipt of a record that has no time gives it another one; a predecessor's image says nothing but its content. */
function saying({ identity = '', header }: ReadVersion): string {
  if (!header || header.position.source === 'predecessor') return identity;
  const { event, changedAtMs, statedAtMs = changedAtMs, isTimeOfReceipt, deletedBy } = header;
  return JSON.stringify([identity, event, isTimeOfReceipt ? null : statedAtMs, deletedBy]);
}

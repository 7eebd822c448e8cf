import { Violation } from './judge';
import type { S3Bucket, StoredVersion } from './s3';
import { BASES, isInRuns, JOURNAL, manifestsBelow, RUNS } from './seenJournal';
import type { World } from './world';

/*
 * Whether a tag comes too early, written from docs/format.md: what bears one may be gone at any time from then on.
 */

const DAY_MS = 86_400_000;
const BASES_KEPT = 2;

export function judgeTags(world: World, bucket: S3Bucket): void {
  bucket.onTag = (objectKey, version, tags) => {
    const tag = Object.entries(tags).join();
    if (mayGo(bucket, objectKey, version, tag, world.nowMs)) return;
    world.fail(new Violation('nothing is tagged before what covers it is there', `${objectKey} as ${tag}`));
  };
}

function mayGo(bucket: S3Bucket, objectKey: string, version: StoredVersion, tag: string, nowMs: number): boolean {
  if (objectKey.startsWith(JOURNAL)) return tag === 'dcs-covered,yes' && isInRuns(bucket, objectKey, version);
  const prefix = objectKey.startsWith(RUNS) ? RUNS : BASES;
  const [name = ''] = objectKey.slice(prefix.length).split('/');
  const [runs, bases] = [manifestsBelow(bucket, RUNS), manifestsBelow(bucket, BASES)];
  if (tag === 'dcs-covered,yes') {
    // Names tell seconds, so those of the same one count too.
    const second = name.slice(0, name.indexOf('-'));
    if (prefix === BASES) return bases.filter((base) => base.name !== name && base.name >= second).length >= BASES_KEPT;
    return bases.some(({ covers = [] }) => covers.includes(name));
  }
  // An erase has put it out of use.
  if (prefix === BASES && bucket.versionsOf(`${BASES}${name}/retired`).length > 0) return true;
  if (runs.some(({ merged = [], mergedBefore = [] }) => [...merged, ...mergedBefore].includes(name))) return true;
  const isFinished = [...runs, ...bases].some((one) => one.name === name);
  return !isFinished && version.storedAtMs < nowMs - DAY_MS;
}

import { digestLeftBy } from './chain';
import { CLOCK_SLACK_MS, REORDER_WINDOW_MS, versionsToRead, type Version } from './history';
import type { ImageHeader } from './image';
import { newestOf, oldestOf } from './newest';

export interface ReadVersion<V extends Version> {
  readonly version: V;
  readonly header: ImageHeader;
}

/**
 * Reads as few headers of an item's versions as decide its state at a moment: `stateAt` of what is returned is `stateAt`
 * of all of them. {@link versionsToRead} chooses from the listing alone; here each header that has been read tells which
 * of the others are still in question.
 *
 * - No version stored before a change was made can be of a newer change.
 * - Once a change made after the moment has been stored, an older one is stored within the reorder window or not at all,
 *   unless the chain shows that changes are missing between the two: a redrive fills those in at any time later. (Where
 *   no state at the moment is known, it is not looked for further: `unknown` is told, and never taken for a state.)
 *
 * @param readHeader answers undefined for a version to be passed over as if it were not there
 * @returns what was read, in the order of being stored
 */
export async function readDecidingVersions<V extends Version>(
  versions: readonly V[],
  momentMs: number,
  readHeader: (version: V) => Promise<ImageHeader | undefined>,
): Promise<ReadVersion<V>[]> {
  const candidates = [...versionsToRead(versions, momentMs)].sort((a, b) => a.storedAtMs - b.storedAtMs);
  const read: ReadVersion<V>[] = [];
  const readVersion = async (version: V) => {
    const header = await readHeader(version);
    if (header) read.push({ version, header });
  };

  const [before, after] = [candidates.filter(storedBy(momentMs)), candidates.filter(not(storedBy(momentMs)))];
  for (const version of before.toReversed()) {
    const best = newestMadeBy(momentMs, read);
    if (best && version.storedAtMs + CLOCK_SLACK_MS < best.changedAtMs) break;
    await readVersion(version);
  }
  for (const version of after) {
    if (isPastReordering(version, momentMs, read)) break;
    await readVersion(version);
  }
  // In the order of being stored: of one change stored twice, the last copy counts.
  const order = new Map(candidates.map((version, at) => [version, at]));
  return read.sort((a, b) => (order.get(a.version) ?? 0) - (order.get(b.version) ?? 0));
}

const storedBy =
  (momentMs: number) =>
  ({ storedAtMs }: Version) =>
    storedAtMs <= momentMs;
const not =
  <V>(is: (v: V) => boolean) =>
  (v: V) =>
    !is(v);

/** Whether a version was stored too late to be of a change that matters, given the later changes already read. */
function isPastReordering<V extends Version>(version: V, momentMs: number, read: readonly ReadVersion<V>[]): boolean {
  const later = read.filter(({ header }) => header.changedAtMs > momentMs);
  const next = oldestOf(later)?.header;
  if (!next) return false;
  const best = newestMadeBy(momentMs, read);
  // Where no state is known yet, the oldest change of all decides between absent and unknown.
  const mattersUntilMs = best ? momentMs : Math.min(...later.map(({ header }) => header.changedAtMs));
  if (version.storedAtMs <= mattersUntilMs + REORDER_WINDOW_MS) return false;
  return !best || !isChangeMissing(best, next);
}

/** A repair was made because changes are missing beside it. */
function isChangeMissing(before: ImageHeader, after: ImageHeader): boolean {
  if (before.event === 'REPAIR' || after.event === 'REPAIR') return true;
  if (before.digest === undefined || after.previousDigest === undefined) return false;
  return after.previousDigest !== digestLeftBy(before);
}

function newestMadeBy<V extends Version>(momentMs: number, read: readonly ReadVersion<V>[]): ImageHeader | undefined {
  return newestOf(read.filter(({ header }) => header.changedAtMs <= momentMs))?.header;
}

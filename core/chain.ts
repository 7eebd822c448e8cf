import { compareChanges } from './changePosition';
import { NO_ITEM, TOMBSTONE_DIGEST, type ImageHeader } from './image';

/** A place in an item's history where the images do not follow from one another. */
export interface Gap {
  /** `missing`: a change between the two was not stored. `conflict`: two images claim to be the same change. */
  readonly kind: 'missing' | 'conflict';
  readonly after: ImageHeader;
  readonly before: ImageHeader;
  /** Digest of the state that should lie between them, or that the two disagree on. */
  readonly expectedDigest: string | undefined;
  /**
   * The repair that put the state right where changes are missing. The state is known from it on; the changes between
   * `after` and `before` remain lost.
   */
  readonly repairedBy?: ImageHeader;
}

/**
 * Where changes of an item are missing, oldest first. None means that the history is whole from its first image on.
 *
 * Each stream image carries the digest of the item before it; that must be the digest of the image before it. The same
 * change stored twice counts once. A predecessor's images carry no digests and prove nothing.
 *
 * A repair stands between stream images without being one: it neither closes the gap that it was made for nor opens one. Only
 * after the last stream image it tells of a gap by itself: what it read there differs from the state which that image left.
 */
export function chainGaps(headers: readonly ImageHeader[]): Gap[] {
  const sorted = [...headers].sort((a, b) => compareChanges(a.position, b.position));
  const stream = sorted.filter(({ position }) => position.source === 'stream');
  const lastBackfill = sorted.filter(({ position }) => position.source === 'backfill').at(-1);

  const gaps = [
    ...stream.flatMap((header, i) => gapBetween(stream[i - 1], header).map((gap) => withRepair(gap, sorted))),
    ...gapAtEnd(stream.at(-1), sorted.at(-1)),
  ];
  return lastBackfill ? [...gapAfterBackfill(lastBackfill, stream), ...gaps] : gaps;
}

function gapBetween(after: ImageHeader | undefined, before: ImageHeader): Gap[] {
  if (!after) return [];
  if (compareChanges(after.position, before.position) === 0) {
    const isDuplicate = after.digest === before.digest && after.previousDigest === before.previousDigest;
    return isDuplicate ? [] : [{ kind: 'conflict', after, before, expectedDigest: after.digest }];
  }
  if (before.previousDigest === digestLeftBy(after)) return [];
  return [{ kind: 'missing', after, before, expectedDigest: before.previousDigest }];
}

/** What lies between two neighbours of a stream is a repair. */
function withRepair(gap: Gap, sorted: readonly ImageHeader[]): Gap {
  const isBetween = ({ position }: ImageHeader) =>
    compareChanges(position, gap.after.position) > 0 && compareChanges(position, gap.before.position) < 0;
  const repairedBy = sorted.findLast(isBetween);
  return repairedBy ? { ...gap, repairedBy } : gap;
}

/** A repair after the last stream image says what the table held: something else, where changes are missing. */
function gapAtEnd(last: ImageHeader | undefined, newest: ImageHeader | undefined): Gap[] {
  if (!last || !newest) return [];
  const state = digestLeftBy(newest);
  if (state === digestLeftBy(last)) return [];
  return [{ kind: 'missing', after: last, before: newest, expectedDigest: state, repairedBy: newest }];
}

/**
 * A scan may have read the item before or after changes that capture wrote later. So the state it read must be the one
 * that the stream starts from, or one that the stream passes through.
 */
function gapAfterBackfill(backfill: ImageHeader, stream: readonly ImageHeader[]): Gap[] {
  const [first] = stream;
  if (!first || first.previousDigest === digestLeftBy(backfill)) return [];
  if (stream.some(({ digest }) => digest === backfill.digest)) return [];
  return [{ kind: 'missing', after: backfill, before: first, expectedDigest: first.previousDigest }];
}

/** The `previousDigest` that the next change after this one has. */
export function digestLeftBy({ event, digest }: Pick<ImageHeader, 'event' | 'digest'>): string | undefined {
  return event === 'REMOVE' || digest === TOMBSTONE_DIGEST ? NO_ITEM : digest;
}

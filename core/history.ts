import { NO_ITEM, type ImageHeader } from './image';
import { newestOf, oldestOf } from './newest';

/** One version of an item's object, as a listing shows it. Delete markers are no images and are not among them. */
export interface Version {
  readonly versionId: string;
  readonly storedAtMs: number;
  /** What is stored, where the listing has brought it: a line of a journal. */
  readonly image?: unknown;
}

const HOUR_MS = 3_600_000;

/** How far the clocks that tell when a change was made and when its image was stored may be apart. */
export const CLOCK_SLACK_MS = HOUR_MS;

/**
 * How much later than a newer change an older one can be stored. Capture writes a change while its record is in the
 * stream, which is 24 hours; what is written later than that (redrive, backfill) never covers something newer.
 */
export const REORDER_WINDOW_MS = 24 * HOUR_MS + CLOCK_SLACK_MS;

/**
 * Whether a version by its place in the listing alone is newer than all that were stored more than {@link REORDER_WINDOW_MS}
 * before it. So is what capture stored. A redrive, repair or backfill may have slept for days between its look and its
 * write, and the 2018 predecessor knows nothing of order: theirs prove nothing.
 */
export function provesByPlace(
  { position, changedAtMs, writeId }: ImageHeader,
  { storedAtMs }: Pick<Version, 'storedAtMs'>,
): boolean {
  return position.source === 'stream' && writeId === undefined && changedAtMs <= storedAtMs + CLOCK_SLACK_MS;
}

/**
 * The versions whose metadata has to be read to know an item's state at a moment, if capture has stored the last one. When
 * it is a single one and {@link provesByPlace}, its place in the listing has already decided.
 *
 * A version stored after the moment may be of a change made before it (a retry, a redrive), so all of those count. Of
 * the others only the last one stored can be the newest change, and those stored within the window before it.
 *
 * Where one is a line of a journal, all of them: whatever writes there looks at nothing before, so a redrive of days ago stands
 * last, and proves nothing of what lies before it.
 */
export function versionsToRead<V extends Version>(versions: readonly V[], momentMs = Infinity): V[] {
  if (versions.some(({ image }) => image !== undefined)) return [...versions];
  const settledAtMs = momentMs - CLOCK_SLACK_MS;
  const lastSettledMs = versions.reduce(
    (last, { storedAtMs }) => (storedAtMs <= settledAtMs ? Math.max(last, storedAtMs) : last),
    -Infinity,
  );
  return versions.filter(({ storedAtMs }) => storedAtMs >= lastSettledMs - REORDER_WINDOW_MS);
}

/** An item's state at a moment. */
export type StateAt<I> =
  /** The newest change made by then: an item, or the tombstone of one. */
  | { readonly is: 'known'; readonly image: I }
  /** The item did not exist: its first change was made later, and there was no item before it. */
  | { readonly is: 'absent' }
  /** The history begins later, with an item that was already there. */
  | { readonly is: 'unknown'; readonly historyBeginsAtMs: number };

/**
 * The state of an item at a moment, from its images in any order and with any duplicates.
 *
 * @param images in the order in which they were stored, which matters only for a predecessor's images of one second
 */
export function stateAt<I extends { header: ImageHeader }>(images: readonly I[], momentMs = Infinity): StateAt<I> {
  const image = newestOf(images.filter(({ header }) => header.changedAtMs <= momentMs));
  if (image) return { is: 'known', image };

  const first = oldestOf(images);
  if (!first || first.header.previousDigest === NO_ITEM) return { is: 'absent' };
  return { is: 'unknown', historyBeginsAtMs: first.header.changedAtMs };
}

import type { ImageStore } from '../../aws/imageStore';
import { compareChanges } from '../../core/changePosition';
import { DcsError } from '../../core/errors';
import { REORDER_WINDOW_MS, CLOCK_SLACK_MS } from '../../core/history';
import type { ImageHeader, StoredImage } from '../../core/image';
import type { ImageSource } from '../images/imageSource';
import { isSameChange, isStored, readForWriting, type ObjectForWriting } from '../images/objectForWriting';

/*
 * Applies changes of one item long after they were made, without covering anything newer.
 *
 * Whoever reads an item relies on one thing (docs/format.md, "Change order"): an older change is stored at most 24 hours
 * after an image of a newer one, so that a version which stands alone is the newest. And whoever does not know
 * of change order takes the version stored last. So a change that is older than the newest goes into the history like
 * this, each step on the condition that nobody has stored anything since the last look:
 *
 *   1. when the newest image was stored long ago: the newest image once more
 *   2. the older change, now within the time in which its place is decided by reading
 *   3. the newest image once more, so that it is the version stored last again
 *
 * After each step the bucket is right, whatever happens next, and the same call goes on from there.
 */

/** A change, and the image of it. */
export interface Change extends StoredImage {
  readonly header: ImageHeader;
}

/** `applied`: it is the newest now. `filledIn`: there are newer ones, it was missing in the history below them. */
export type ChangeOutcome = 'applied' | 'filledIn' | 'alreadyThere';

export interface ApplyContext {
  readonly source: Pick<ImageSource, 'history' | 'images'>;
  readonly images: Pick<ImageStore, 'putIf'>;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/** Others may write the item all the time; each look that was in vain means that they have. */
const MOST_LOOKS = 50;

/**
 * Applies the changes of one item. They are put into change order first.
 *
 * @returns the outcome of each, in the order in which they were given
 */
export async function applyChanges(
  context: ApplyContext,
  objectKey: string,
  changes: readonly Change[],
): Promise<ChangeOutcome[]> {
  const outcomes = new Map<Change, ChangeOutcome>();
  for (const change of changes.toSorted((a, b) => compareChanges(a.header.position, b.header.position))) {
    context.signal.throwIfAborted();
    outcomes.set(change, await applyChange(context, objectKey, change));
  }
  const isAllNewest = [...outcomes.values()].every((outcome) => outcome === 'applied');
  if (!context.dryRun && !isAllNewest) await putNewestLast(context, objectKey, changes);
  return changes.map((change) => outcomes.get(change) ?? 'alreadyThere');
}

async function applyChange(context: ApplyContext, objectKey: string, change: Change): Promise<ChangeOutcome> {
  const { source, images, dryRun, signal } = context;
  // An answer that is lost on its way makes the next look find what this call has written.
  let tried: ChangeOutcome | undefined;
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const seen = await readForWriting(source, objectKey);
    const { newest, condition } = seen;
    if (await isStored(source, seen, change)) return tried ?? 'alreadyThere';
    const isNewest = !newest || compareChanges(change.header.position, newest.header.position) > 0;
    const outcome = isNewest ? 'applied' : 'filledIn';
    if (dryRun) return outcome;
    if (isNewest || isRecent(context, newest.version)) {
      tried = outcome;
      if ((await images.putIf(objectKey, change, condition, { signal })) === 'written') return outcome;
    } else await putAgain(context, objectKey, seen);
  }
  throw tooLively(objectKey);
}

/** Whether an older change stored now is near enough for readers to compare the two. */
function isRecent({ nowMs }: ApplyContext, { storedAtMs }: { storedAtMs: number }): boolean {
  return storedAtMs > nowMs() - (REORDER_WINDOW_MS - 2 * CLOCK_SLACK_MS);
}

/** The third step, and the end of one that was broken off before it. */
async function putNewestLast(context: ApplyContext, objectKey: string, changes: readonly Change[]): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const seen = await readForWriting(context.source, objectKey);
    const { last, newest } = seen;
    const isOurs = changes.some(({ header }) => last && isSameChange(header.position, last.header.position));
    if (!isOurs || !last || !newest || isSameChange(last.header.position, newest.header.position)) return;
    await putAgain(context, objectKey, seen);
  }
  throw tooLively(objectKey);
}

async function putAgain(
  { source, images, signal }: ApplyContext,
  objectKey: string,
  { newest, condition }: ObjectForWriting,
): Promise<void> {
  if (!newest) return;
  const { body, metadata } = await source.images.get(objectKey, newest.version.versionId);
  await images.putIf(objectKey, { body, metadata }, condition, { signal });
}

function tooLively(objectKey: string): DcsError {
  return new DcsError(`${objectKey} was changed by others at each of ${MOST_LOOKS} tries; run again`);
}

import { randomUUID } from 'node:crypto';
import type { ImageStore } from '../../aws/imageStore';
import { compareChanges } from '../../core/changePosition';
import { DcsError } from '../../core/errors';
import { isOfFormerTable } from '../../core/formerTable';
import { REORDER_WINDOW_MS, CLOCK_SLACK_MS } from '../../core/history';
import { withWriteId, type ImageHeader, type StoredImage } from '../../core/image';
import { newestOf } from '../../core/newest';
import { mayPass } from '../guards';
import type { ImageSource } from '../images/imageSource';
import { isSameChange, readForWriting, type ObjectForWriting } from '../images/objectForWriting';

/*
 * Applies changes of one item long after they were made, without covering anything newer.
 *
 * What is newer is decided by the change order alone, from the metadata of every version. So that those who read few versions
 * (docs/format.md, "Change order") or know of no change order see the same, a change that is older than the newest goes into
 * the history like this, each step on the condition that nobody has stored anything since the last look:
 *
 *   1. when the newest image was stored long ago: the newest image once more
 *   2. the older change, now near enough for its place to be decided by reading
 *   3. the newest image once more, so that it is the current version again
 *
 * After each step the bucket is right, whatever happens next, and the same call goes on from there. The condition is an ETag:
 * an item that was changed and changed back lets a write through that has slept meanwhile, for days perhaps. So each image
 * has the id of its write, by which readers know that its place proves nothing, and what has become of it is told by a
 * look afterwards and not by the one before.
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
  /** When the table was created, where there was another one of its name before. */
  readonly createdAtMs?: number;
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
  const outcomes: ChangeOutcome[] = [];
  const numbered = changes.map((change, at) => ({ change, at }));
  numbered.sort((a, b) => compareChanges(a.change.header.position, b.change.header.position));
  for (const { change, at } of numbered) {
    context.signal.throwIfAborted();
    outcomes[at] = await applyChange(context, objectKey, change);
  }
  if (!context.dryRun) await putNewestLast(context, objectKey);
  return outcomes;
}

async function applyChange(context: ApplyContext, objectKey: string, change: Change): Promise<ChangeOutcome> {
  const { source, dryRun } = context;
  const { position } = change.header;
  const writeId = randomUUID();
  const image = withWriteId(change, writeId);
  const puts = new Puts(context, objectKey);
  let wasThere = false;
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const seen = await readForWriting(source, objectKey, context.createdAtMs);
    const { newest } = seen;
    const copies = seen.read.filter(({ header }) => isSameChange(header.position, position));
    const isOurs = copies.some(({ header }) => header.writeId === writeId);
    wasThere ||= copies.length > 0 && !isOurs;
    const isNewest =
      !isBelowAll(context, change, seen) && (!newest || compareChanges(position, newest.header.position) >= 0);
    const outcome = wasThere ? 'alreadyThere' : isNewest ? 'applied' : 'filledIn';
    if (dryRun || (copies.length > 0 && (isNewest || copies.some((copy) => isInPlace(seen, copy))))) return outcome;
    if (isNewest || !newest || isRecent(context, newest.version)) await puts.put(image, seen);
    else await putAgain(context, puts, seen, newest);
  }
  throw tooLively(objectKey);
}

/** A change of a former table is older than all of this one. */
function isBelowAll(
  { createdAtMs, nowMs }: ApplyContext,
  { header }: Change,
  { newest, isOfFormerTable: isFormer }: ObjectForWriting,
): boolean {
  return !!newest && !isFormer && isOfFormerTable(header, { storedAtMs: nowMs() }, createdAtMs);
}

/** How near an older change must be to the version before it, for readers to compare the two. */
const NEAR_MS = REORDER_WINDOW_MS - 2 * CLOCK_SLACK_MS;

function isRecent({ nowMs }: ApplyContext, { storedAtMs }: { storedAtMs: number }): boolean {
  return storedAtMs > nowMs() - NEAR_MS;
}

/** Whether readers find a change where it is stored: in order, by capture itself, or not alone. */
function isInPlace({ read }: ObjectForWriting, copy: ObjectForWriting['read'][number]): boolean {
  const before = read.slice(0, read.indexOf(copy));
  const newest = newestOf(before);
  if (copy.header.writeId === undefined || !newest) return true;
  const last = before.at(-1) ?? newest;
  // Stryker disable next-line EqualityOperator: where the same change is the newest before, that copy is in order
  const isInOrder = compareChanges(newest.header.position, copy.header.position) < 0;
  return isInOrder || last.version.storedAtMs > copy.version.storedAtMs - (NEAR_MS + CLOCK_SLACK_MS);
}

/** The third step, and the end of one that was broken off before it; also where capture's own retries have left it so. */
async function putNewestLast(context: ApplyContext, objectKey: string): Promise<void> {
  const puts = new Puts(context, objectKey);
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const seen = await readForWriting(context.source, objectKey, context.createdAtMs);
    if (!seen.newest || seen.isNewestCurrent) return;
    await putAgain(context, puts, seen, seen.newest);
  }
  throw tooLively(objectKey);
}

async function putAgain(
  { source }: ApplyContext,
  puts: Puts,
  seen: ObjectForWriting,
  newest: ObjectForWriting['read'][number],
): Promise<void> {
  const { objectKey, versionId } = newest.version;
  const { body, metadata } = await source.images.get(objectKey, versionId);
  await puts.put(withWriteId({ body, metadata }, randomUUID()), seen);
}

const MOST_UNANSWERED = 3;

/** Conditional puts to one object. What has become of one is for the next look to tell, also when no answer came. */
class Puts {
  private unanswered = 0;

  constructor(
    private readonly context: Pick<ApplyContext, 'images' | 'signal'>,
    private readonly objectKey: string,
  ) {}

  async put(image: StoredImage, { condition }: ObjectForWriting): Promise<void> {
    const { images, signal } = this.context;
    try {
      await images.putIf(this.objectKey, image, condition, { signal });
    } catch (error) {
      if (!mayPass(error) || ++this.unanswered >= MOST_UNANSWERED) throw error;
    }
  }
}

function tooLively(objectKey: string): DcsError {
  return new DcsError(`${objectKey} was changed by others at each of ${MOST_LOOKS} tries; run again`);
}

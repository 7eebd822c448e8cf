import { compareChanges } from './changePosition';
import { CLOCK_SLACK_MS, provesByPlace, REORDER_WINDOW_MS, type Version } from './history';
import type { ImageHeader } from './image';
import { inParallel } from './inParallel';

export interface ReadVersion<V extends Version> {
  readonly version: V;
  readonly header: ImageHeader;
}

/** Headers of one item read at a time: at 20 ms an answer, 3,200 a second. */
const READS = 64;
const SECOND_MS = 1_000;

/**
 * Reads as few headers of an item's versions as decide its state at a moment: `stateAt` of what is returned is `stateAt`
 * of all of them. Each header that has been read tells which of the others are still in question.
 *
 * - No version stored before a change was made can be of a newer change.
 * - What capture stored is newer than all that was stored more than 25 hours before it ({@link provesByPlace}).
 * - A version stored long after all others before it is newer than they are. So once one of those is of a captured change
 *   made after the moment, it decides nothing.
 * - All others stored after the moment are read, however much later: a redrive fills in what was missing at any time. That
 *   the images on both sides fit together proves nothing: what is missing between them may lead back to where it began.
 *
 * Where a journal has some of them, all are read: those of its lines cost nothing, and who writes to it stores no copy of what stands
 * alone.
 *
 * Headers are read side by side, more and more of them as long as they have not decided.
 *
 * @param readHeader answers undefined for a version to be passed over as if it were not there
 * @returns what was read, in the order of being stored
 */
export async function readDecidingVersions<V extends Version>(
  versions: readonly V[],
  momentMs: number,
  readHeader: (version: V) => Promise<ImageHeader | undefined>,
): Promise<ReadVersion<V>[]> {
  const sorted = [...versions].sort((a, b) => a.storedAtMs - b.storedAtMs);
  const reading = new Reading(momentMs, readHeader);
  if (sorted.some(({ image }) => image !== undefined)) {
    for (const batch of growing(sorted)) await reading.readAll(batch);
    return sorted.flatMap((version) => reading.found(version));
  }
  const before = sorted.filter(({ storedAtMs }) => storedAtMs <= momentMs);
  for (const batch of growing(before.toReversed())) {
    await reading.readAll(batch.filter((version) => reading.mayBeNewest(version)));
  }
  const alone = standingAlone(sorted);
  for (const batch of growing(sorted.slice(before.length))) {
    await reading.readAll(batch.filter((version) => !reading.knowsLaterChange || !alone.has(version)));
  }
  // In the order of being stored: of one change stored twice, the last copy counts.
  return sorted.flatMap((version) => reading.found(version));
}

/** The headers that have been read, and what they decide so far. */
class Reading<V extends Version> {
  /** A captured change made after the moment is among them. A backfill or a repair may be later than what is above it. */
  knowsLaterChange = false;
  private readonly headers = new Map<V, ImageHeader>();
  /** Whatever was stored before is older than what is known. */
  private floorMs = -Infinity;
  /** The newest captured change made by the moment. Others tell when an item was read, or no time that is true. */
  private best?: ReadVersion<V>;

  constructor(
    private readonly momentMs: number,
    private readonly readHeader: (version: V) => Promise<ImageHeader | undefined>,
  ) {}

  /** All at once: there are no more than {@link READS}. */
  async readAll(versions: readonly V[]): Promise<void> {
    await inParallel(versions, versions.length, async (version) => {
      const header = await this.readHeader(version);
      if (header) this.note({ version, header });
    });
  }

  found(version: V): ReadVersion<V>[] {
    const header = this.headers.get(version);
    return header ? [{ version, header }] : [];
  }

  /** Whether a version may be of a newer change than the newest one that is known. */
  mayBeNewest({ storedAtMs }: V): boolean {
    if (storedAtMs < this.floorMs) return false;
    if (!this.best) return true;
    const { header, version } = this.best;
    // A change was made when its image was stored, at the latest, whatever it says of itself.
    return storedAtMs + CLOCK_SLACK_MS >= Math.min(header.changedAtMs, version.storedAtMs);
  }

  private note(read: ReadVersion<V>): void {
    const { version, header } = read;
    this.headers.set(version, header);
    const isCaptured = header.position.source === 'stream';
    if (header.changedAtMs > this.momentMs) {
      this.knowsLaterChange ||= isCaptured;
      return;
    }
    if (provesByPlace(header, version)) this.floorMs = Math.max(this.floorMs, version.storedAtMs - REORDER_WINDOW_MS);
    if (!isCaptured || header.isTimeOfReceipt) return;
    // Stryker disable next-line EqualityOperator: of two copies of one change either tells the same
    if (!this.best || compareChanges(header.position, this.best.header.position) > 0) this.best = read;
  }
}

/**
 * Those with others before them, and none of these stored so late that they may be newer. Of one second, the granularity of S3's
 * times, no order is known: replicas arrive in any.
 */
function standingAlone<V extends Version>(sorted: readonly V[]): ReadonlySet<V> {
  return new Set(
    sorted.filter(({ storedAtMs }, i) => {
      const [before, after] = [sorted[i - 1], sorted[i + 1]];
      if (before === undefined || before.storedAtMs >= storedAtMs - REORDER_WINDOW_MS) return false;
      return after === undefined || after.storedAtMs >= storedAtMs + SECOND_MS;
    }),
  );
}

/** Groups of 1, 2, 4, ... members. */
function* growing<Member>(list: readonly Member[]): Generator<readonly Member[]> {
  // Stryker disable next-line EqualityOperator: one more group, without members, changes nothing
  for (let at = 0, size = 1; at < list.length; at += size, size = Math.min(2 * size, READS)) {
    yield list.slice(at, at + size);
  }
}

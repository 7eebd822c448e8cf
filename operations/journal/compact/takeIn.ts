import type { ObjectHistory, ObjectVersion } from '../../../aws/objectVersions';
import { inParallel } from '../../../core/inParallel';
import { journalPrefix } from '../../../core/journal/journalKeys';
import { ABSENT, type JournalLine } from '../../../core/journal/journalLine';
import { changedAtOf } from '../../../core/journal/runLine';
import type { RunInput } from '../../../core/journal/runManifest';
import { whyUnreadable } from '../../images/whyUnreadable';
import { readStoredBatch, type StoredBatch } from '../readObject';
import { Spool } from '../spool';
import { COMPACT_LIMITS, requireTime, type CompactLimits, type CompactRequest, type CompactWatch } from './request';

/** Journal objects whose lines are together, by item. */
export interface TakenIn {
  readonly spool: Spool;
  readonly inputs: RunInput[];
  /** What was read of each input. */
  readonly versions: ObjectVersion[];
  readonly lines: number;
  /** Of them, those that were left out. */
  readonly erased: number;
  readonly firstStoredAtMs: number;
  readonly lastStoredAtMs: number;
  readonly lastChangedAtMs: number;
}

const AT_A_TIME = 8;
/** Then what has been taken becomes a run: whoever puts much there that nobody can read keeps nothing from being folded. */
const UNREADABLE_BESIDE = 64;

/**
 * Reads journal objects from the front of a list until there is enough for a run, and takes them off the list. One that cannot be read
 * whole, or has a line that is no image, is told and left out.
 *
 * @param unfolded in the order in which they are to be taken
 * @param isErased of which lines nothing is kept
 */
export async function takeIn(
  request: CompactRequest,
  unfolded: ObjectHistory[],
  unreadable: ObjectHistory[],
  watch: CompactWatch,
  isErased: (line: JournalLine) => boolean = () => false,
): Promise<TakenIn> {
  const { table, reads, signal } = request;
  const limits = { ...COMPACT_LIMITS, ...request.limits };
  const taken = new Taking(journalPrefix(table).length, new Spool(limits.memoryCharacters), isErased);
  try {
    const isEnough = () => taken.inputs.length > 0 && unreadable.length >= UNREADABLE_BESIDE;
    while (unfolded.length > 0 && taken.isBelow(limits) && !isEnough()) {
      requireTime(request);
      const histories = unfolded.splice(0, AT_A_TIME);
      const batches = new Map<ObjectHistory, StoredBatch>();
      await inParallel(histories, AT_A_TIME, async (history) => {
        try {
          const batch = await readStoredBatch(reads, table, history, signal);
          taken.lastChangedAtMs = Math.max(taken.lastChangedAtMs, lastChangeIn(batch));
          batches.set(history, batch);
        } catch (error) {
          const reason = whyUnreadable(error);
          if (reason === undefined) throw error;
          watch.onUnreadable?.(history.objectKey, reason);
          unreadable.push(history);
        }
      });
      for (const batch of batches.values()) await taken.add(batch);
    }
    return taken;
  } catch (error) {
    await taken.spool.close();
    throw error;
  }
}

/** @throws UnreadableImageError for a line that is no image */
function lastChangeIn({ lines, streamLabel, writeId, storedAtMs }: StoredBatch): number {
  return lines.reduce(
    (last, line) =>
      Math.max(last, changedAtOf({ ...line, streamLabel, storedAtMs, ...(writeId !== undefined && { writeId }) })),
    -Infinity,
  );
}

class Taking implements TakenIn {
  readonly inputs: RunInput[] = [];
  readonly versions: ObjectVersion[] = [];
  lines = 0;
  erased = 0;
  bytes = 0;
  characters = 0;
  firstStoredAtMs = Infinity;
  lastStoredAtMs = -Infinity;
  /** A time before 1970, which a line may state, is none that a manifest can tell. */
  lastChangedAtMs = 0;

  constructor(
    private readonly prefixLength: number,
    readonly spool: Spool,
    private readonly isErased: (line: JournalLine) => boolean,
  ) {}

  isBelow({ runBytes, runTextBytes, hashPartCharacters }: CompactLimits): boolean {
    const { bytes, characters, spool } = this;
    return bytes < runBytes && characters < runTextBytes && spool.largestPartCharacters < hashPartCharacters;
  }

  async add({ lines, streamLabel, writeId = ABSENT, storedAtMs, version }: StoredBatch): Promise<void> {
    const origin = `\t${streamLabel}\t${new Date(storedAtMs).toISOString()}\t${writeId}`;
    for (const line of lines) {
      if (this.isErased(line)) {
        this.erased += 1;
        continue;
      }
      const { objectKey, event, sequenceNumber, time, previousDigest, deletedBy, body } = line;
      // As `textOfRunLine`: what was read of a line has no tab to look for.
      const text = `${objectKey}\t${event}\t${sequenceNumber}\t${time}\t${previousDigest}\t${deletedBy}\t${body}${origin}`;
      this.characters += text.length;
      await this.spool.add(objectKey, text);
    }
    this.inputs.push([version.objectKey.slice(this.prefixLength), version.etag, lines.length]);
    this.versions.push(version);
    this.lines += lines.length;
    this.bytes += version.sizeBytes;
    this.firstStoredAtMs = Math.min(this.firstStoredAtMs, storedAtMs);
    this.lastStoredAtMs = Math.max(this.lastStoredAtMs, storedAtMs);
  }
}

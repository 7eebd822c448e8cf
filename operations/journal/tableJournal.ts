import { parallelHistories } from '../../aws/parallelHistories';
import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import { UnreadableImageError } from '../../core/errors';
import { inParallel } from '../../core/inParallel';
import { journalPrefix } from '../../core/journal/journalKeys';
import { textOfRunLine } from '../../core/journal/runLine';
import { isShortened, tablePrefix, type TableLocation } from '../../core/objectKey';
import { whyUnreadable } from '../images/whyUnreadable';
import { byStoring, journalKeyIn, reasonIn, versionInUnreadable, versionsOfLines } from './journalVersions';
import { readStoredBatch, type JournalReads } from './readObject';
import { Spool } from './spool';

const OBJECTS_AT_A_TIME = 16;

/** A journal object that cannot be read: any item may have a change in it. */
interface Unreadable {
  readonly storedAtMs: number;
  readonly reason: string;
}

/** The changes that a table's journal holds, item by item. Each object of it is read once. */
export class TableJournal {
  private readonly seen = new Set<string>();
  private readonly unreadable = new Map<string, Unreadable>();
  private readonly spool: Spool;
  private looking: Promise<void> = Promise.resolve();
  /** The look that comes next and has not begun, where somebody waits for one. */
  private next: Promise<void> | undefined;

  constructor(
    private readonly reads: JournalReads,
    private readonly table: TableLocation,
    memoryCharacters?: number,
  ) {
    this.spool = new Spool(memoryCharacters);
  }

  /** Reads what has come since the last look. All that ask while one goes on share the next one: it begins after each of them has asked. */
  look(signal?: AbortSignal): Promise<void> {
    // One after another, so that nothing is read twice; one that failed does not keep the next from trying.
    this.next ??= this.looking = this.looking
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.readNew(signal);
      });
    return this.next;
  }

  get isEmpty(): boolean {
    return this.seen.size === 0;
  }

  /** Whether {@link versionsOf} costs nothing. */
  get isInMemory(): boolean {
    return this.spool.isInMemory;
  }

  /** The changes of one item, and one that nobody can read for each object that may hold others. */
  async versionsOf(objectKey: string): Promise<ObjectVersion[]> {
    const lines = this.spool.isInMemory ? this.spool.of(objectKey) : await this.scannedFor(objectKey);
    return [...this.unreadableVersions(objectKey), ...versionsOfLines(lines)].sort(byStoring);
  }

  /** Every item with its lines, in no order, a part of them at a time. */
  parts(): AsyncGenerator<ReadonlyMap<string, readonly string[]>> {
    return this.spool.all();
  }

  /**
   * What cannot be read, each as an object of its own that cannot be read: so it is counted, and listed by its key.
   *
   * @param listed told once for all items, and once for a selection of some: with the shortened keys, which each of those lists
   */
  unreadableObjects(listed: string): ObjectHistory[] {
    if (listed !== tablePrefix(this.table) && !isShortened(this.table, listed)) return [];
    const below = journalPrefix(this.table).length;
    return [...this.unreadable].map(([journalKey, { storedAtMs }]) => {
      const objectKey = `${tablePrefix(this.table)}${UNREADABLE}${journalKey.slice(below)}/image.json`;
      return { objectKey, versions: [versionInUnreadable(journalKey, objectKey, storedAtMs)] };
    });
  }

  /** @throws UnreadableImageError always: what is wrong with the journal object that a version stands for */
  explain(versionId: string): never {
    const reasonOfLine = reasonIn(versionId);
    if (reasonOfLine !== undefined)
      throw new UnreadableImageError(`a line of its journal cannot be read: ${reasonOfLine}`);
    const journalKey = journalKeyIn(versionId) ?? '';
    const reason = this.unreadable.get(journalKey)?.reason ?? 'it is not there any more';
    throw new UnreadableImageError(
      `the journal object ${journalKey} cannot be read, and any item may have a change in it: ${reason}`,
    );
  }

  close(): Promise<void> {
    return this.spool.close();
  }

  private async readNew(signal: AbortSignal | undefined): Promise<void> {
    const { reads, table } = this;
    await inParallel(parallelHistories(reads.lister, journalPrefix(table), { signal }), OBJECTS_AT_A_TIME, (history) =>
      this.seen.has(history.objectKey) || history.versions.length === 0
        ? Promise.resolve()
        : this.read(history, signal),
    );
  }

  private async read(history: ObjectHistory, signal: AbortSignal | undefined): Promise<void> {
    const { objectKey, versions } = history;
    try {
      const { lines, streamLabel, writeId, storedAtMs } = await readStoredBatch(
        this.reads,
        this.table,
        history,
        signal,
      );
      for (const line of lines) {
        await this.spool.add(line.objectKey, textOfRunLine({ ...line, streamLabel, storedAtMs, writeId }));
      }
    } catch (error) {
      const reason = whyUnreadable(error);
      if (reason === undefined) throw error;
      this.unreadable.set(objectKey, { reason, storedAtMs: versions[0]?.storedAtMs ?? 0 });
    }
    this.seen.add(objectKey);
  }

  private async scannedFor(objectKey: string): Promise<readonly string[]> {
    for await (const part of this.spool.all()) {
      const lines = part.get(objectKey);
      if (lines) return lines;
    }
    return [];
  }

  private unreadableVersions(objectKey: string): ObjectVersion[] {
    return [...this.unreadable].map(([journalKey, { storedAtMs }]) =>
      versionInUnreadable(journalKey, objectKey, storedAtMs),
    );
  }
}

/** No key segment of an item begins with `=`. */
const UNREADABLE = '=journal/';

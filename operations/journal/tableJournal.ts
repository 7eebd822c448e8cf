import { parallelHistories } from '../../aws/parallelHistories';
import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import { S3Error } from '../../aws/s3Error';
import { UnreadableImageError } from '../../core/errors';
import { inParallel } from '../../core/inParallel';
import type { KeyRange } from '../../core/keyRanges';
import { hashOf } from '../../core/journal/hashOrder';
import { journalPrefix } from '../../core/journal/journalKeys';
import { textOfRunLine } from '../../core/journal/runLine';
import { flattened } from '../../core/steps';
import { isShortened, tablePrefix, type TableLocation } from '../../core/objectKey';
import { whyUnreadable } from '../images/whyUnreadable';
import { byStoring, journalKeyIn, reasonIn, versionInUnreadable, versionsOfLines } from './journalVersions';
import { DamagedFileError, FoldedRuns } from './foldedRuns';
import { inHashOrder, joinedPages, onlyOne, withoutCopies, type Joined } from './hashStreams';
import type { WantedState } from '../images/imageSource';
import { readStoredBatch, type JournalReads } from './readObject';
import type { SortedItem } from './runs/itemsOfRun';
import { Spool } from './spool';
import type { Unreadable } from './unreadable';

const OBJECTS_AT_A_TIME = 16;

/**
 * The changes that a table's journal holds, item by item: from the runs and bases that the compactor has made of it, and what is in
 * none of them from its objects, each of which is read once.
 */
export class TableJournal {
  private readonly seen = new Set<string>();
  private readonly unreadable = new Map<string, Unreadable>();
  private readonly spool: Spool;
  private readonly folded: FoldedRuns;
  private looking: Promise<void> = Promise.resolve();
  /** The look that comes next and has not begun, where somebody waits for one. */
  private next: Promise<void> | undefined;

  /** @param hashes of the items that {@link items} is asked for; others are read and not kept */
  constructor(
    private readonly reads: JournalReads,
    private readonly table: TableLocation,
    memoryCharacters?: number,
    private readonly hashes: KeyRange = { after: '' },
  ) {
    this.spool = new Spool(memoryCharacters);
    this.folded = new FoldedRuns(reads, table);
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
    return this.seen.size === 0 && this.folded.isEmpty;
  }

  /** Whether {@link versionsOf} costs nothing. */
  get isInMemory(): boolean {
    return this.spool.isInMemory && this.folded.isEmpty;
  }

  /** The changes of one item, and one that nobody can read for each object that may hold others. */
  async versionsOf(objectKey: string): Promise<ObjectVersion[]> {
    const folded = await this.untilReadable(() => this.folded.linesOf(objectKey));
    const lines = this.spool.isInMemory ? this.spool.of(objectKey) : await this.scannedFor(objectKey);
    const versions = versionsOfLines(withoutCopies([...folded, lines]));
    return [...this.unreadableVersions(objectKey), ...versions].sort(byStoring);
  }

  /** Every item of the objects themselves with its lines, a part of them at a time. */
  parts(): AsyncGenerator<ReadonlyMap<string, readonly string[]>> {
    return this.spool.all();
  }

  /** Something that nobody can read. */
  get anyUnreadable(): { readonly objectKey: string; readonly reason: string } | undefined {
    const [first] = this.allUnreadable();
    return first && { objectKey: first[0], reason: first[1].reason };
  }

  /**
   * Every item with its lines, in hash order. Where something has gone meanwhile, or turns out to be damaged, all is looked at again, and
   * gone on with behind the last item that was yielded.
   *
   * @param wanted where nothing but this state of each is asked for
   */
  items(wanted: WantedState | undefined, signal?: AbortSignal): AsyncIterable<SortedItem> {
    return flattened(this.pagesOfItems(wanted, signal));
  }

  private async *pagesOfItems(wanted: WantedState | undefined, signal: AbortSignal | undefined) {
    const looks = new Looks();
    const { upTo } = this.hashes;
    for (let { after } = this.hashes, isOver = false; !isOver;) {
      try {
        const range = { ...(after !== '' && { fromHash: after }), toHash: upTo };
        const streams = [...this.folded.streams(wanted, range, signal), inHashOrder(this.spool.all(), after)];
        for await (const page of joinedPages(streams)) {
          const items = page.map(itemOf);
          const last = page.at(-1)?.hash ?? after;
          const passed = after;
          after = last > passed ? last : passed;
          yield items.filter(({ hash }) => hash > passed);
        }
        isOver = true;
      } catch (error) {
        looks.requireAnother(error);
        await this.look(signal);
      }
    }
  }

  private async untilReadable<Read>(read: () => Promise<Read>): Promise<Read> {
    const looks = new Looks();
    for (;;) {
      try {
        return await read();
      } catch (error) {
        looks.requireAnother(error);
        await this.look();
      }
    }
  }

  /**
   * What cannot be read, each as an object of its own that cannot be read: so it is counted, and listed by its key.
   *
   * @param listed told once for all items, and once for a selection of some: with the shortened keys, which each of those lists
   */
  unreadableObjects(listed: string): ObjectHistory[] {
    if (listed !== tablePrefix(this.table) && !isShortened(this.table, listed)) return [];
    const below = journalPrefix(this.table);
    return [...this.allUnreadable()].map(([journalKey, { storedAtMs }]) => {
      const name = journalKey.slice(journalKey.startsWith(below) ? below.length : below.length - JOURNAL.length);
      const objectKey = `${tablePrefix(this.table)}${UNREADABLE}${name.replace(/\/$/, '')}/image.json`;
      return { objectKey, versions: [versionInUnreadable(journalKey, objectKey, storedAtMs)] };
    });
  }

  /** @throws UnreadableImageError always: what is wrong with the journal object that a version stands for */
  explain(versionId: string): never {
    const reasonOfLine = reasonIn(versionId);
    if (reasonOfLine !== undefined)
      throw new UnreadableImageError(`a line of its journal cannot be read: ${reasonOfLine}`);
    const journalKey = journalKeyIn(versionId) ?? '';
    const { reason = 'it is not there any more', cause } = this.allUnreadable().get(journalKey) ?? {};
    throw new UnreadableImageError(
      `the journal object ${journalKey} cannot be read, and any item may have a change in it: ${reason}`,
      { cause },
    );
  }

  close(): Promise<void> {
    return this.spool.close();
  }

  private allUnreadable(): ReadonlyMap<string, Unreadable> {
    return new Map([...this.unreadable, ...this.folded.unreadable(this.seen)]);
  }

  /** The runs first: what is folded between the two looks is then in both, and never in neither. */
  private async readNew(signal: AbortSignal | undefined): Promise<void> {
    const { reads, table, seen } = this;
    await this.folded.look(signal);
    const consumed = this.folded.consumed();
    const listing = parallelHistories(reads.lister, journalPrefix(table), { signal });
    await inParallel(listing, OBJECTS_AT_A_TIME, async (history) => {
      const { objectKey, versions } = history;
      if (seen.has(objectKey) || consumed.has(objectKey) || versions.length === 0) return;
      await this.read(history, signal);
    });
    await this.lookForGone(signal);
  }

  /** What an erase has taken into a run, and deleted before it was read, is in that. */
  private async lookForGone(signal: AbortSignal | undefined): Promise<void> {
    const isGone = ({ cause }: Unreadable) => cause instanceof S3Error && cause.statusCode === 404;
    const gone = [...this.unreadable].flatMap(([objectKey, why]) => (isGone(why) ? [objectKey] : []));
    if (gone.length === 0) return;
    await this.folded.look(signal);
    const consumed = this.folded.consumed();
    for (const objectKey of gone) {
      if (!consumed.has(objectKey)) continue;
      this.unreadable.delete(objectKey);
      this.seen.delete(objectKey); // a run that turns out to be damaged is missed then
    }
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
        if (!this.isKept(line.objectKey)) continue;
        await this.spool.add(line.objectKey, textOfRunLine({ ...line, streamLabel, storedAtMs, writeId }));
      }
    } catch (error) {
      const reason = whyUnreadable(error);
      if (reason === undefined) throw error;
      this.unreadable.set(objectKey, { reason, storedAtMs: versions[0]?.storedAtMs ?? 0, cause: error });
    }
    this.seen.add(objectKey);
  }

  private isKept(objectKey: string): boolean {
    const { after, upTo } = this.hashes;
    if (after === '' && upTo === undefined) return true;
    const hash = hashOf(objectKey);
    return hash > after && (upTo === undefined || hash <= upTo);
  }

  private async scannedFor(objectKey: string): Promise<readonly string[]> {
    for await (const part of this.spool.all()) {
      const lines = part.get(objectKey);
      if (lines) return lines;
    }
    return [];
  }

  private unreadableVersions(objectKey: string): ObjectVersion[] {
    return [...this.allUnreadable()].map(([journalKey, { storedAtMs }]) =>
      versionInUnreadable(journalKey, objectKey, storedAtMs),
    );
  }
}

function itemOf({ hash, objectKey, from }: Joined): SortedItem {
  const only = onlyOne(from);
  return only ?? { hash, objectKey, lines: withoutCopies(from.map((one) => one?.lines)) };
}

/** How often something may have gone, or be damaged, before whoever reads gives up. */
class Looks {
  private gone = 0;

  requireAnother(error: unknown): void {
    if (error instanceof DamagedFileError) return;
    if (!(error instanceof S3Error) || error.statusCode !== 404 || ++this.gone > 1) throw error;
  }
}

const JOURNAL = 'journal/';
/** No key segment of an item begins with `=`. */
const UNREADABLE = '=journal/';

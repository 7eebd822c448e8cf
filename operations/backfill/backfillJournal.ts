import type { JournalEntry } from '../../core/journal/journalObject';
import { UnreadableValueError } from '../../core/errors';
import { backfillImage } from '../../core/image';
import { mapInParallel } from '../../core/mapInParallel';
import { keysOf, objectKeyOf } from '../../core/objectKey';
import { WriteGuard } from '../guards';
import { putInJournal, type JournalPlace } from '../journal/putInJournal';
import { failedItem, whileItMayPass, type BackfillCounts, type BackfillRequest } from './backfillItems';
import type { ReadItem, UnreadableItem } from './scanItems';

export interface BackfillJournalRequest extends Pick<
  BackfillRequest,
  'table' | 'pages' | 'known' | 'signal' | 'pause' | 'watch'
> {
  readonly journal: JournalPlace;
}

/** As many as capture stores at a time, and as much: so many bytes of bodies are a text that every reader takes. */
const ITEMS_OF_AN_OBJECT = 10_000;
const BYTES_OF_AN_OBJECT = 8 * 1024 * 1024;
const OBJECTS_AT_A_TIME = 2;

/**
 * Adds every item without an image to the journal. A line of a backfill is below every change of the stream in the change order, so none
 * is needed to be looked for: what is in the journal already is not asked, and what is newer stays newer.
 *
 * Stopped at any point, the same call begins anew: an item then has two lines of a backfill, which say the same or what came after.
 *
 * @param counts are kept up to date, so that they can be told of a backfill that was stopped
 * @throws S3Error when nothing can be written at all
 */
export async function backfillJournal(request: BackfillJournalRequest, counts: BackfillCounts): Promise<void> {
  const guard = new WriteGuard();
  const outcomes = mapInParallel(objectsOf(request, counts), OBJECTS_AT_A_TIME, (object) =>
    putObject(request, guard, object),
  );
  for await (const { outcome, items } of outcomes) {
    counts.read += items;
    counts[outcome] += items;
    for (let item = 0; item < items; item++) request.watch?.onItem?.(outcome);
  }
}

interface ReadEntry extends JournalEntry {
  readonly read: ReadItem;
}

/** Entries that are to be one object. What is none is counted at once. */
async function* objectsOf(
  request: BackfillJournalRequest,
  counts: BackfillCounts,
): AsyncGenerator<readonly ReadEntry[]> {
  const { pages, watch, signal } = request;
  let object: ReadEntry[] = [];
  let bytes = 0;
  for await (const page of pages) {
    signal.throwIfAborted();
    for (const read of page) {
      const entry = entryOf(request, read);
      if (typeof entry === 'string') {
        counts.read += 1;
        counts[entry] += 1;
        watch?.onItem?.(entry);
        continue;
      }
      object.push(entry);
      bytes += entry.image.body.length;
      if (object.length < ITEMS_OF_AN_OBJECT && bytes < BYTES_OF_AN_OBJECT) continue;
      yield object;
      [object, bytes] = [[], 0];
    }
  }
  if (object.length > 0) yield object;
}

function entryOf(
  { table, known, watch }: BackfillJournalRequest,
  read: ReadItem | UnreadableItem,
): ReadEntry | 'alreadyThere' | 'failed' {
  if ('unreadable' in read) {
    watch?.onFailed?.({ keys: {}, reason: read.unreadable });
    return 'failed';
  }
  try {
    const objectKey = objectKeyOf(table, table.keySchema, keysOf(table.keySchema, read.item));
    if (known.has(objectKey)) return 'alreadyThere';
    const { body, metadata } = backfillImage(read.item, read.readAtMs);
    return { read, objectKey, image: { body, metadata } };
  } catch (error) {
    if (!(error instanceof UnreadableValueError)) throw error;
    watch?.onFailed?.(failedItem(table.keySchema, read, error.message));
    return 'failed';
  }
}

async function putObject(
  request: BackfillJournalRequest,
  guard: WriteGuard,
  object: readonly ReadEntry[],
): Promise<{ readonly outcome: 'written' | 'failed'; readonly items: number }> {
  const { table, signal, watch, journal } = request;
  try {
    await whileItMayPass(request, () => putInJournal(journal, 'backfill', object));
    guard.succeeded();
    return { outcome: 'written', items: object.length };
  } catch (error) {
    signal.throwIfAborted();
    const reason = guard.reasonOf(error);
    for (const { read } of object) watch?.onFailed?.(failedItem(table.keySchema, read, reason));
    return { outcome: 'failed', items: object.length };
  }
}

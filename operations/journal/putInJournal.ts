import type { BytesStore } from '../../aws/bytesStore';
import type { ConditionalOutcome } from '../../aws/conditionalPut';
import type { ImageStore } from '../../aws/imageStore';
import { encodeJournal, type JournalEntry, type JournalKind } from '../../core/journal/journalObject';
import type { TableLocation } from '../../core/objectKey';

/** The journal of a table, for what writes beside capture. */
export interface JournalPlace {
  readonly table: TableLocation;
  readonly bytes: Pick<BytesStore, 'putOnce'>;
  /** Epoch milliseconds, of the service. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/**
 * Adds entries to a journal, those of each stream as one object. Their place in the change order keeps them below what is newer, whenever
 * they are stored: no condition is needed.
 *
 * @returns `refused` where every object was there already, with these very lines
 * @throws S3Error
 */
export async function putInJournal(
  { table, bytes, nowMs, signal }: JournalPlace,
  kind: Exclude<JournalKind, 'capture'>,
  entries: readonly JournalEntry[],
): Promise<ConditionalOutcome> {
  let outcome: ConditionalOutcome = 'refused';
  for (const ofStream of byStream(entries)) {
    const { objectKey, body, metadata } = encodeJournal({ table, kind, writtenAtMs: nowMs(), entries: ofStream });
    const object = { bytes: body, contentType: JOURNAL_CONTENT_TYPE, metadata };
    if ((await bytes.putOnce(objectKey, object, { signal })) === 'written') outcome = 'written';
  }
  return outcome;
}

/** As capture has it. */
const JOURNAL_CONTENT_TYPE = 'application/gzip';

function byStream(entries: readonly JournalEntry[]): Iterable<readonly JournalEntry[]> {
  const streams = new Map<string | undefined, JournalEntry[]>();
  for (const entry of entries) {
    const streamLabel = entry.image.metadata['dcs-stream-label'];
    const ofStream = streams.get(streamLabel);
    if (ofStream) ofStream.push(entry);
    else streams.set(streamLabel, [entry]);
  }
  return streams.values();
}

/** Takes images one by one, each into an object of its own. What their condition is for, their place in the change order does. */
export function imagesIntoJournal(
  place: JournalPlace,
  kind: Exclude<JournalKind, 'capture'>,
): Pick<ImageStore, 'putIf'> {
  return { putIf: (objectKey, image) => putInJournal(place, kind, [{ objectKey, image }]) };
}

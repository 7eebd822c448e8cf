import { setImmediate as turn } from 'node:timers/promises';
import type { BytesStore } from '../../aws/bytesStore';
import { UnreadableRecordError } from '../../core/errors';
import { encodeJournal, type JournalEntry } from '../../core/journal/journalObject';
import { recordImage, recordObjectKey, type CapturedTable, type StreamRecord } from '../../core/streamRecord';
import { lowestSequenceNumber, type BatchResponse, type CaptureContext } from './captureBatch';

export interface CaptureJournalContext extends Pick<CaptureContext, 'table' | 'nowMs' | 'onFailure'> {
  readonly journal: Pick<BytesStore, 'putOnce'>;
}

/**
 * Writes a batch as one object of the journal. Its records are done when S3 has answered 200 for it, or that it is there already.
 *
 * A record that cannot be read is left out of the object and reported, so that all others are stored at once, and once more when they
 * come again behind it: a change that is there twice counts once. What cannot be stored has failed as a whole.
 *
 * @throws UnreadableRecordError when the batch begins with a record that cannot be read, and has others that are stored. Lambda then
 * halves it, at no cost of a retry, until that record is by itself, and it alone is given up; reported as failed, it would be given up
 * with all that came behind it. Also when a failed record has no sequence number to be reported by
 */
export async function captureJournal(
  context: CaptureJournalContext,
  records: readonly StreamRecord[],
  deadline: AbortSignal,
): Promise<BatchResponse> {
  const unreadable: StreamRecord[] = [];
  try {
    const entries = await entriesOf(context, records, deadline, (record, reason) => {
      unreadable.push(record);
      context.onFailure(record, reason);
    });
    if (entries.length > 0) await store(context, entries, deadline);
  } catch (error) {
    const [first] = records;
    if (first) context.onFailure(first, error);
    return failedFrom(records);
  }
  if (unreadable.length > 0 && unreadable.length < records.length && unreadable[0] === records[0]) {
    throw new UnreadableRecordError(
      `the batch begins with a record that cannot be read; the ${records.length - unreadable.length} others are stored, and it is to be halved until that record is by itself`,
    );
  }
  return failedFrom(unreadable);
}

/** So many records are read between two looks at the time: a batch of 10,000 takes seconds in a small function. */
const AT_A_TIME = 500;

async function entriesOf(
  { table, nowMs }: CaptureJournalContext,
  records: readonly StreamRecord[],
  deadline: AbortSignal,
  onUnreadable: (record: StreamRecord, reason: unknown) => void,
): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for (const [index, record] of records.entries()) {
    if (index % AT_A_TIME === 0) {
      await turn();
      deadline.throwIfAborted();
    }
    try {
      entries.push(entryOf(table, record, nowMs()));
    } catch (error) {
      // Only a record is at fault here; anything else is a defect and fails the batch.
      if (!(error instanceof UnreadableRecordError)) throw error;
      onUnreadable(record, error);
    }
  }
  return entries;
}

function entryOf(table: CapturedTable, record: StreamRecord, receivedAtMs: number): JournalEntry {
  const { body, metadata } = recordImage(table, record, receivedAtMs);
  return { objectKey: recordObjectKey(table, record), image: { body, metadata } };
}

/** A refusal says that there is an object of this name, which tells its text. */
async function store(
  { table, journal, nowMs }: CaptureJournalContext,
  entries: readonly JournalEntry[],
  signal: AbortSignal,
): Promise<void> {
  const { objectKey, body, metadata } = encodeJournal({ table, kind: 'capture', writtenAtMs: nowMs(), entries });
  signal.throwIfAborted();
  await journal.putOnce(objectKey, { bytes: body, contentType: 'application/gzip', metadata }, { signal });
}

/** A record that has no sequence number fails what it is in. */
function failedFrom(failed: readonly StreamRecord[]): BatchResponse {
  return { batchItemFailures: failed.length === 0 ? [] : [{ itemIdentifier: lowestSequenceNumber(failed) }] };
}

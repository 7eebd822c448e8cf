import type { Context, DynamoDBStreamEvent } from 'aws-lambda';
import { setMaxListeners } from 'node:events';
import { UnreadableRecordError } from '../../core/errors';
import { signedBytesStore, signedImageStore, signedS3FromEnvironment } from '../../aws/signed';
import type { StreamRecord } from '../../core/streamRecord';
import { captureBatch, type BatchResponse, type CaptureContext } from './captureBatch';
import { captureJournal } from './captureJournal';
import { NewestWritten } from './newestWritten';
import { captureSettings } from './settings';

/** Left between the last image, or the object of the journal, and Lambda's time limit, for the answer to get out. */
const RESERVE_MS = 1_500;
const PARALLELISM = 256;
/** About 30 MB when full, of the smallest sensible function's 512. */
const REMEMBERED_ITEMS = 100_000;

// Read once per start: a wrong environment fails every batch, and Lambda keeps them.
const settings = captureSettings(process.env);
const client = signedS3FromEnvironment(process.env, settings.bucket, PARALLELISM);
const common = { table: settings.table, nowMs: Date.now, onFailure: logFailure };
const context: CaptureContext = {
  ...common,
  images: signedImageStore(settings, client),
  newestWritten: new NewestWritten(REMEMBERED_ITEMS),
  parallelism: PARALLELISM,
};
const journal = { ...common, journal: signedBytesStore(settings.bucket, client) };

export function handler(
  event: DynamoDBStreamEvent,
  lambda: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<BatchResponse> {
  const deadline = AbortSignal.timeout(Math.max(0, lambda.getRemainingTimeInMillis() - RESERVE_MS));
  setMaxListeners(2 * PARALLELISM, deadline); // every call to S3 listens to it
  const records = recordsOf(event);
  return settings.layout === 'journal'
    ? captureJournal(journal, records, deadline)
    : captureBatch(context, records, deadline);
}

/** A function can be called with anything. */
function recordsOf(event: unknown): readonly StreamRecord[] {
  const records = (event as Partial<DynamoDBStreamEvent> | null | undefined)?.Records;
  if (Array.isArray(records)) return records;
  const what = event === undefined ? 'missing' : JSON.stringify(event).slice(0, 200);
  throw new UnreadableRecordError(
    `the event is ${what}, without a list of Records; this function is called by an event source mapping of a DynamoDB stream`,
  );
}

function logFailure(record: StreamRecord | null, reason: unknown): void {
  const { name, message } = reason instanceof Error ? reason : { name: 'Error', message: String(reason) };
  console.error(
    JSON.stringify({
      level: 'error',
      message,
      error: name,
      table: settings.table.tableName,
      sequenceNumber: record?.dynamodb?.SequenceNumber,
    }),
  );
}

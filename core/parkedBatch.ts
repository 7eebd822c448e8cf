import { EARLIEST_CHANGE_MS } from './changeTime';
import { QuotingError } from './errors';
import { isoTimeMs } from './isoTime';
import { parseStreamArn } from './streamArn';
import type { StreamRecord } from './streamRecord';
import { quoted } from './quoted';

/** Where Lambda puts what it gives up: `aws/lambda/<mapping>/<shard>/<yyyy>/<mm>/<dd>/<time>-<random>`. */
export const PARKED_BATCHES_PREFIX = 'aws/lambda/';

/** Lambda's place for events of asynchronous calls, which are no batches of a stream. */
const ASYNCHRONOUS = `${PARKED_BATCHES_PREFIX}async/`;

const REDRIVEN_SUFFIX = '.redriven.json';

/** The marker beside a batch that says that all of it has been applied. A listing shows the two next to each other. */
export function redrivenMarkerKey(batchKey: string): string {
  return `${batchKey}${REDRIVEN_SUFFIX}`;
}

/** The way back of {@link redrivenMarkerKey}; undefined for what is no marker. */
export function batchKeyOfMarker(objectKey: string): string | undefined {
  return objectKey.endsWith(REDRIVEN_SUFFIX) ? objectKey.slice(0, -REDRIVEN_SUFFIX.length) : undefined;
}

/** Whether an object key is that of a parked batch, and not of a marker or of anything else below the prefix. */
export function isParkedBatchKey(objectKey: string): boolean {
  return (
    objectKey.startsWith(PARKED_BATCHES_PREFIX) &&
    !objectKey.startsWith(ASYNCHRONOUS) &&
    !objectKey.endsWith(REDRIVEN_SUFFIX)
  );
}

/** A batch that capture gave up on: the whole event, in stream order. */
export interface ParkedBatch {
  readonly tableName: string;
  readonly records: readonly StreamRecord[];
  /** How many records Lambda says it parked, where it is another number than there are. */
  readonly statedRecords?: number;
  /** When the last of them came to the stream, or the batch was parked; undefined when it says neither. */
  readonly receivedAtMs?: number;
}

/** An object that should be a parked batch and cannot be read as one. */
export class UnreadableBatchError extends QuotingError {}

interface ParkedJson {
  readonly timestamp?: unknown;
  readonly DDBStreamBatchInfo?: {
    readonly streamArn?: unknown;
    readonly batchSize?: unknown;
    readonly approximateArrivalOfLastRecord?: unknown;
  };
  readonly payload?: unknown;
}

/**
 * Reads what Lambda writes to an S3 on-failure destination. The event is in `payload`, as JSON text or as JSON itself.
 * Source: Lambda developer guide, "Retain discarded batches" of DynamoDB.
 *
 * @throws UnreadableBatchError
 */
export function readParkedBatch(text: string): ParkedBatch {
  const { DDBStreamBatchInfo: info, payload, timestamp } = (parsed('it', text) ?? {}) as ParkedJson;
  const event = typeof payload === 'string' ? parsed('its payload', payload) : payload;
  const records = (event as { Records?: unknown } | null | undefined)?.Records;
  if (!info || !Array.isArray(records)) {
    throw new UnreadableBatchError(
      'it is no batch of a DynamoDB stream: it has no DDBStreamBatchInfo, or no payload with Records',
    );
  }
  const { streamArn, batchSize, approximateArrivalOfLastRecord } = info;
  const tableName = parseStreamArn(streamArn)?.tableName;
  if (tableName === undefined) {
    throw new UnreadableBatchError(`its streamArn is ${quoted(streamArn)}, not that of a DynamoDB stream`);
  }
  const receivedAtMs = [approximateArrivalOfLastRecord, timestamp].map(timeOf).find((ms) => ms !== undefined);
  return {
    tableName,
    records: records as StreamRecord[],
    ...(typeof batchSize === 'number' && batchSize !== records.length && { statedRecords: batchSize }),
    ...(receivedAtMs !== undefined && { receivedAtMs }),
  };
}

function timeOf(text: unknown): number | undefined {
  const ms = isoTimeMs(text);
  return ms >= EARLIEST_CHANGE_MS ? ms : undefined;
}

function parsed(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnreadableBatchError(`${what} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

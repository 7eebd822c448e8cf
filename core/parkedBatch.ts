import { DcsError } from './errors';
import { parseStreamArn } from './streamArn';
import type { StreamRecord } from './streamRecord';

/** Where Lambda puts what it gives up: `aws/lambda/<mapping>/<shard>/<yyyy>/<mm>/<dd>/<time>-<random>`. */
export const PARKED_BATCHES_PREFIX = 'aws/lambda/';

/** Lambda's place for events of asynchronous calls, which are no batches of a stream. */
const ASYNCHRONOUS = `${PARKED_BATCHES_PREFIX}async/`;

const REDRIVEN_SUFFIX = '.redriven.json';

/** The marker beside a batch that says that all of it has been applied. A listing shows the two next to each other. */
export function redrivenMarkerKey(batchKey: string): string {
  return `${batchKey}${REDRIVEN_SUFFIX}`;
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
}

/** An object that should be a parked batch and cannot be read as one. */
export class UnreadableBatchError extends DcsError {}

interface ParkedJson {
  readonly DDBStreamBatchInfo?: { readonly streamArn?: string; readonly batchSize?: number };
  readonly payload?: unknown;
}

/**
 * Reads what Lambda writes to an S3 on-failure destination. The event is in `payload`, as JSON text or as JSON itself.
 *
 * @throws UnreadableBatchError also when records are missing
 */
export function readParkedBatch(text: string): ParkedBatch {
  const { DDBStreamBatchInfo: info, payload } = (parsed('it', text) ?? {}) as ParkedJson;
  const event = (typeof payload === 'string' ? parsed('its payload', payload) : payload) as
    { Records?: unknown } | null | undefined;
  const records = event?.Records;
  if (!info || !Array.isArray(records)) {
    throw new UnreadableBatchError(
      'it is no batch of a DynamoDB stream: it has no DDBStreamBatchInfo, or no payload with Records',
    );
  }
  if (info.batchSize !== undefined && info.batchSize !== records.length) {
    throw new UnreadableBatchError(`it has ${records.length} records, its DDBStreamBatchInfo says ${info.batchSize}`);
  }
  const tableName = parseStreamArn(info.streamArn ?? '')?.tableName;
  if (tableName === undefined) {
    throw new UnreadableBatchError(`its streamArn is ${JSON.stringify(info.streamArn)}, not that of a DynamoDB stream`);
  }
  return { tableName, records: records as StreamRecord[] };
}

function parsed(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnreadableBatchError(`${what} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

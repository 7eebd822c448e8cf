import type { AttributeMap } from '../core/attributeValue';
import { DcsError } from '../core/errors';
import type { ItemText } from '../core/itemText';
import { isThrottled, ServiceError, type DynamoDbCaller } from './signed';
import { untilNoneLeft } from './untilNoneLeft';

export type WriteOperation =
  /** `text`: the same item, where it was read as text and need not be parsed to be sent. */
  { readonly put: AttributeMap; readonly text?: ItemText } | { readonly delete: AttributeMap };

/** DynamoDB refuses an item: too large, or with an attribute of a type that an index does not take. */
export class RejectedWriteError extends DcsError {}

/**
 * DynamoDB takes 16 MB of request, and counts the bytes of the JSON: 25 items of 390 KB with many short numbers are 32 MB.
 * Source: API reference, BatchWriteItem. Half of it leaves room for whoever stands between, such as a proxy.
 */
const CALL_BYTES = 8 * 1024 * 1024;
/** Passes the signal on with every call. */
export function stoppable(call: DynamoDbCaller, signal: AbortSignal | undefined): DynamoDbCaller {
  return (operation, input) => call(operation, input, signal);
}

/** Sends a call again until it is no longer throttled. */
export function patient(call: DynamoDbCaller, pause: (attempt: number) => Promise<void>): DynamoDbCaller {
  return async <Answer>(operation: string, input: object | string) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call<Answer>(operation, input);
      } catch (error) {
        if (!isThrottled(error)) throw error;
        await pause(attempt);
      }
    }
  };
}

interface BatchAnswer {
  Responses?: Record<string, AttributeMap[]>;
  UnprocessedKeys?: Record<string, { Keys: AttributeMap[] }>;
}

/**
 * Keys are left unprocessed when DynamoDB throttles, and when an answer would pass 16 MB, or 1 MB of one partition: those
 * are asked for again at once.
 */
export async function getAll(
  call: DynamoDbCaller,
  table: string,
  keys: readonly AttributeMap[],
  pause: (attempt: number) => Promise<void>,
): Promise<AttributeMap[]> {
  const items: AttributeMap[] = [];
  await untilNoneLeft(
    keys,
    async (left) => {
      const RequestItems = { [table]: { Keys: left, ConsistentRead: true } };
      const answer = await call<BatchAnswer>('BatchGetItem', { RequestItems });
      items.push(...(answer.Responses?.[table] ?? []));
      return answer.UnprocessedKeys?.[table]?.Keys ?? [];
    },
    async (inVain) => {
      if (inVain > 0) await pause(inVain);
    },
  );
  return items;
}

interface SizedOperation {
  readonly operation: WriteOperation;
  /** The operation as BatchWriteItem takes it. */
  readonly json: string;
}

export async function writeAll(
  call: DynamoDbCaller,
  table: string,
  operations: readonly WriteOperation[],
): Promise<WriteOperation[]> {
  const left: WriteOperation[] = [];
  for (const group of inCalls(operations)) left.push(...(await writeOnce(call, table, group)));
  return left;
}

/** What fits into a call; an operation that is larger than that has one of its own. */
function inCalls(operations: readonly WriteOperation[]): SizedOperation[][] {
  const calls: SizedOperation[][] = [];
  let [current, bytes]: [SizedOperation[], number] = [[], 0];
  for (const operation of operations) {
    const json = jsonOf(operation);
    const size = Buffer.byteLength(json);
    if (current.length === 0 || bytes + size > CALL_BYTES) {
      calls.push((current = []));
      bytes = 0;
    }
    current.push({ operation, json });
    bytes += size;
  }
  return calls;
}

function jsonOf(operation: WriteOperation): string {
  if (!('put' in operation)) return JSON.stringify({ DeleteRequest: { Key: operation.delete } });
  return `{"PutRequest":{"Item":${operation.text?.json ?? JSON.stringify(operation.put)}}}`;
}

interface WriteAnswer {
  UnprocessedItems?: Record<
    string,
    ({ PutRequest: { Item: AttributeMap } } | { DeleteRequest: { Key: AttributeMap } })[]
  >;
}

async function writeOnce(
  call: DynamoDbCaller,
  table: string,
  operations: readonly SizedOperation[],
): Promise<WriteOperation[]> {
  try {
    const requests = operations.map(({ json }) => json).join(',');
    const { UnprocessedItems } = await call<WriteAnswer>(
      'BatchWriteItem',
      `{"RequestItems":{${JSON.stringify(table)}:[${requests}]}}`,
    );
    return (UnprocessedItems?.[table] ?? []).map((request) =>
      'PutRequest' in request ? { put: request.PutRequest.Item } : { delete: request.DeleteRequest.Key },
    );
  } catch (error) {
    if (isThrottled(error)) return operations.map(({ operation }) => operation);
    if (isRejected(error)) throw new RejectedWriteError(error.message, { cause: error });
    throw error;
  }
}

/** Refused for what is in the call, or for its size, as DynamoDB itself or a gateway before it says it. */
function isRejected(error: unknown): error is Error {
  if (!(error instanceof ServiceError)) return false;
  return error.name === 'ValidationException' || error.$metadata.httpStatusCode === 413;
}

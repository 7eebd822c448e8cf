import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
  type CreateTableCommandInput,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { setTimeout as delay } from 'node:timers/promises';
import type { AttributeMap } from '../core/attributeValue';
import { backoffMs } from './backoff';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';
import { getAll, patient, stoppable, writeAll, type WriteOperation } from './batchCalls';
import { signedDynamoDbAs } from './signed/asSdk';

export { RejectedWriteError, type WriteOperation } from './batchCalls';

/**
 * A table as a restore needs it: in batches, every read strongly consistent, items in wire form. Reads wait for as long as
 * they are throttled.
 */
export interface BatchTable {
  readonly tableName: string;
  /** Undefined when there is no such table. */
  describe(): Promise<TableDescription | undefined>;
  /** Creates the table and waits until it can be used. */
  create(definition: Omit<CreateTableCommandInput, 'TableName'>): Promise<void>;
  hasItems(): Promise<boolean>;
  /** The items of up to 100 different keys, those that are there, in no order, in as many calls as it takes. */
  getBatch(keys: readonly AttributeMap[]): Promise<AttributeMap[]>;
  /**
   * Sends up to 25 operations of different keys once, in calls of at most 8 MB. Returns those that DynamoDB left out because
   * it was throttling.
   * @throws RejectedWriteError when DynamoDB refuses a call because of an item in it, or because of its size; none of that
   * call is written, and nothing after it
   */
  write(operations: readonly WriteOperation[]): Promise<WriteOperation[]>;
  /** The items of one segment, page by page. */
  scan(segment: number, totalSegments: number): AsyncGenerator<AttributeMap[]>;
}

/** DynamoDB's limits for one call. */
export const BATCH_GET_KEYS = 100;

const WAIT = { maxWaitTime: 600, minDelay: 0.1, maxDelay: 5 };

export interface BatchTableOptions {
  /** Ends whatever is under way. */
  readonly signal?: AbortSignal;
  /** Waits while reads are throttled. */
  readonly pause?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export function dynamoDbBatchTable(
  TableName: string,
  settings: AwsSettings,
  { signal, pause = wait }: BatchTableOptions = {},
): BatchTable {
  const client = new DynamoDBClient(sdkClientConfig(settings, { attempts: 8 }));
  const stop = { abortSignal: signal };
  // Whoever writes waits by itself when it is throttled, and wants to know.
  const writer = stoppable(signedDynamoDbAs(settings, 3), signal);
  const whenTaken = (attempt: number) => pause(backoffMs(attempt), signal);
  const reader = patient(stoppable(signedDynamoDbAs(settings, 4), signal), whenTaken);
  return {
    tableName: TableName,
    async describe() {
      try {
        return (await client.send(new DescribeTableCommand({ TableName }), stop)).Table;
      } catch (error) {
        if ((error as Error).name === 'ResourceNotFoundException') return undefined;
        throw error;
      }
    },
    async create(definition) {
      await client.send(new CreateTableCommand({ ...definition, TableName }), stop);
      await waitUntilTableExists({ client, ...stop, ...WAIT }, { TableName });
    },
    async hasItems() {
      const { Items } = await reader<ScanPage>('Scan', { TableName, Limit: 1, ConsistentRead: true });
      return Items.length > 0;
    },
    getBatch: (keys) => getAll(reader, TableName, keys, whenTaken),
    write: (operations) => writeAll(writer, TableName, operations),
    async *scan(Segment, TotalSegments) {
      let ExclusiveStartKey: AttributeMap | undefined;
      do {
        const segment = { Segment, TotalSegments, ExclusiveStartKey };
        const page: ScanPage = await reader<ScanPage>('Scan', { TableName, ConsistentRead: true, ...segment });
        yield page.Items;
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
    },
  };
}

interface ScanPage {
  Items: AttributeMap[];
  LastEvaluatedKey?: AttributeMap;
}

async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ScanCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
  type CreateTableCommandInput,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { setTimeout as delay } from 'node:timers/promises';
import type { AttributeMap } from '../core/attributeValue';
import { DcsError } from '../core/errors';
import { backoffMs } from './backoff';
import { isThrottled, type DynamoDbCaller } from './signed';
import { signedDynamoDbAs } from './signed/asSdk';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

export type WriteOperation = { readonly put: AttributeMap } | { readonly delete: AttributeMap };

/** A table as a restore needs it: in batches, every read strongly consistent, items in wire form. */
export interface BatchTable {
  readonly tableName: string;
  /** Undefined when there is no such table. */
  describe(): Promise<TableDescription | undefined>;
  /** Creates the table and waits until it can be used. */
  create(definition: Omit<CreateTableCommandInput, 'TableName'>): Promise<void>;
  hasItems(): Promise<boolean>;
  /** The items of up to 100 different keys, those that are there, in no order. */
  getBatch(keys: readonly AttributeMap[]): Promise<AttributeMap[]>;
  /**
   * Sends up to 25 operations of different keys once. Returns those that DynamoDB left out because it was throttling.
   * @throws RejectedWriteError when DynamoDB refuses the batch because of an item in it; none of it is written
   */
  write(operations: readonly WriteOperation[]): Promise<WriteOperation[]>;
  /** The items of one segment, page by page. */
  scan(segment: number, totalSegments: number): AsyncGenerator<AttributeMap[]>;
  enableTimeToLive(attributeName: string): Promise<void>;
  enablePointInTimeRecovery(days: number): Promise<void>;
  protectFromDeletion(): Promise<void>;
}

/** DynamoDB's limits for one call. */
export const BATCH_GET_KEYS = 100;

/** DynamoDB refuses an item: too large, or with an attribute of a type that an index does not take. */
export class RejectedWriteError extends DcsError {}

const WAIT = { maxWaitTime: 600, minDelay: 0.1, maxDelay: 5 };

export function dynamoDbBatchTable(TableName: string, settings: AwsSettings): BatchTable {
  const client = new DynamoDBClient(sdkClientConfig(settings, { attempts: 8 }));
  // Whoever writes waits by itself when it is throttled, and wants to know.
  const writer = signedDynamoDbAs(settings, 3);
  const reader = signedDynamoDbAs(settings, 8);
  return {
    tableName: TableName,
    async describe() {
      try {
        return (await client.send(new DescribeTableCommand({ TableName }))).Table;
      } catch (error) {
        if ((error as Error).name === 'ResourceNotFoundException') return undefined;
        throw error;
      }
    },
    async create(definition) {
      await client.send(new CreateTableCommand({ ...definition, TableName }));
      await waitUntilTableExists({ client, ...WAIT }, { TableName });
    },
    async hasItems() {
      const { Count = 0 } = await client.send(new ScanCommand({ TableName, Limit: 1, ConsistentRead: true }));
      return Count > 0;
    },
    getBatch: (keys) => getAll(reader, TableName, keys),
    write: (operations) => writeOnce(writer, TableName, operations),
    async *scan(Segment, TotalSegments) {
      let ExclusiveStartKey: AttributeMap | undefined;
      do {
        const segment = { Segment, TotalSegments, ExclusiveStartKey };
        const page: ScanPage = await reader<ScanPage>('Scan', { TableName, ConsistentRead: true, ...segment });
        yield page.Items;
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
    },
    async enableTimeToLive(AttributeName) {
      const TimeToLiveSpecification = { AttributeName, Enabled: true };
      await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    },
    async enablePointInTimeRecovery(RecoveryPeriodInDays) {
      const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays };
      await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
    },
    async protectFromDeletion() {
      await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
    },
  };
}

interface ScanPage {
  Items: AttributeMap[];
  LastEvaluatedKey?: AttributeMap;
}

async function getAll(call: DynamoDbCaller, table: string, keys: readonly AttributeMap[]): Promise<AttributeMap[]> {
  const items: AttributeMap[] = [];
  let left = keys;
  for (let attempt = 0; left.length > 0; attempt++) {
    if (attempt > 0) await delay(backoffMs(attempt));
    const RequestItems = { [table]: { Keys: left, ConsistentRead: true } };
    const answer = await call<{
      Responses?: Record<string, AttributeMap[]>;
      UnprocessedKeys?: Record<string, { Keys: AttributeMap[] }>;
    }>('BatchGetItem', { RequestItems });
    items.push(...(answer.Responses?.[table] ?? []));
    left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return items;
}

async function writeOnce(
  call: DynamoDbCaller,
  table: string,
  operations: readonly WriteOperation[],
): Promise<WriteOperation[]> {
  const requests = operations.map((operation) =>
    'put' in operation ? { PutRequest: { Item: operation.put } } : { DeleteRequest: { Key: operation.delete } },
  );
  try {
    const { UnprocessedItems } = await call<{
      UnprocessedItems?: Record<
        string,
        ({ PutRequest: { Item: AttributeMap } } | { DeleteRequest: { Key: AttributeMap } })[]
      >;
    }>('BatchWriteItem', { RequestItems: { [table]: requests } });
    return (UnprocessedItems?.[table] ?? []).map((request) =>
      'PutRequest' in request ? { put: request.PutRequest.Item } : { delete: request.DeleteRequest.Key },
    );
  } catch (error) {
    const { name, message } = error as Error;
    if (isThrottled(error)) return [...operations];
    if (name === 'ValidationException') throw new RejectedWriteError(message, { cause: error });
    throw error;
  }
}

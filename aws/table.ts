import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
  type CreateTableCommandInput,
  type TableDescription,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { setTimeout as delay } from 'node:timers/promises';
import type { AttributeMap } from '../core/attributeValue';
import { DcsError } from '../core/errors';
import type { AwsSettings } from './awsSettings';
import { backoffMs } from './backoff';
import { sdkClientConfig } from './sdkClient';
import { toSdkItem } from './sdkAttributes';
import { untilNoneLeft } from './untilNoneLeft';
import { sendForWireJson } from './wireJson';

/** One table, with items in wire form. */
export interface Table {
  /** Creates the table and waits until it can be used. */
  create(definition: Omit<CreateTableCommandInput, 'TableName'>): Promise<TableDescription>;
  describe(): Promise<TableDescription>;
  /** Deletes the table and waits until it is gone. */
  drop(): Promise<void>;
  put(item: AttributeMap): Promise<void>;
  delete(keys: AttributeMap): Promise<void>;
  /** Puts up to 25 items of different keys; tries again what DynamoDB leaves unprocessed until all is written. */
  putBatch(items: readonly AttributeMap[]): Promise<void>;
  /** Every item, strongly consistent, page by page. */
  scan(): AsyncGenerator<AttributeMap[]>;
}

/** DynamoDB's limit for one BatchWriteItem. */
export const BATCH_WRITE_ITEMS = 25;

const WAIT = { maxWaitTime: 300, minDelay: 0.1, maxDelay: 5 };

export function dynamoDbTable(TableName: string, settings: AwsSettings): Table {
  const client = new DynamoDBClient(sdkClientConfig(settings, { attempts: 8 }));
  return {
    async create(definition) {
      await client.send(new CreateTableCommand({ ...definition, TableName }));
      await waitUntilTableExists({ client, ...WAIT }, { TableName });
      return this.describe();
    },
    async describe() {
      const { Table: description } = await client.send(new DescribeTableCommand({ TableName }));
      if (!description) throw new DcsError(`DescribeTable of ${TableName} answered without a table`);
      return description;
    },
    async drop() {
      await client.send(new DeleteTableCommand({ TableName }));
      await waitUntilTableNotExists({ client, ...WAIT }, { TableName });
    },
    async put(item) {
      await client.send(new PutItemCommand({ TableName, Item: toSdkItem(item) }));
    },
    async delete(keys) {
      await client.send(new DeleteItemCommand({ TableName, Key: toSdkItem(keys) }));
    },
    async putBatch(items) {
      await writeAll(
        client,
        TableName,
        items.map((item) => ({ PutRequest: { Item: toSdkItem(item) } })),
      );
    },
    async *scan() {
      let ExclusiveStartKey: AttributeMap | undefined;
      do {
        const page: ScanPage = await sendForWireJson<ScanPage>(
          client,
          new ScanCommand({
            TableName,
            ConsistentRead: true,
            ExclusiveStartKey: ExclusiveStartKey && toSdkItem(ExclusiveStartKey),
          }),
        );
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

/** BatchWriteItem answers 200 and leaves items out when it is throttled: they have to be sent again. */
async function writeAll(client: DynamoDBClient, tableName: string, requests: WriteRequest[]): Promise<void> {
  await untilNoneLeft(
    requests,
    async (left) => {
      const RequestItems = { [tableName]: [...left] };
      const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems }));
      return UnprocessedItems?.[tableName] ?? [];
    },
    (inVain) => delay(backoffMs(Math.max(1, inVain))),
  );
}

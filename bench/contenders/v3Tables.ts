import { BatchWriteItemCommand, DynamoDBClient, paginateScan, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { BUCKETS, COPY, TABLE } from '../sink/items';
import { measured } from './subject';

type Item = Record<string, AttributeValue>;

/*
 * Backfill, restore and verify as one writes them first on version 3 of the SDK: page by page, everything of a page at once.
 * Second argument of the process: which one.
 */
const s3 = new S3Client({});
const dynamoDb = new DynamoDBClient({});
const keyOf = (item: Item) => `items/${item.id?.S ?? ''}/image.json`;

async function backfill(): Promise<void> {
  for await (const { Items = [] } of paginateScan({ client: dynamoDb }, { TableName: TABLE.tableName })) {
    await Promise.all(
      Items.map((Item) =>
        s3.send(new PutObjectCommand({ Bucket: BUCKETS.source, Key: keyOf(Item), Body: JSON.stringify({ Item }) })),
      ),
    );
  }
}

async function read(Key: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKETS.destination, Key }));
  return (await Body?.transformToString()) ?? '';
}

async function restore(): Promise<void> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: BUCKETS.destination })) {
    const items = await Promise.all(
      Contents.map(async ({ Key = '' }) => (JSON.parse(await read(Key)) as { Item: Item }).Item),
    );
    const batches = Array.from({ length: Math.ceil(items.length / 25) }, (_, at) => items.slice(at * 25, at * 25 + 25));
    await Promise.all(
      batches.map((batch) =>
        dynamoDb.send(
          new BatchWriteItemCommand({
            RequestItems: { [COPY]: batch.map((Item) => ({ PutRequest: { Item } })) },
          }),
        ),
      ),
    );
  }
}

async function verify(): Promise<void> {
  for await (const { Items = [] } of paginateScan({ client: dynamoDb }, { TableName: TABLE.tableName })) {
    await Promise.all(
      Items.map(async (item) => {
        const { Item } = JSON.parse(await read(keyOf(item))) as { Item: Item };
        const isSame = Object.keys(item).every((name) => JSON.stringify(item[name]) === JSON.stringify(Item[name]));
        if (!isSame) throw new Error(`${keyOf(item)} differs.`);
      }),
    );
  }
}

const WORKS: Readonly<Record<string, () => Promise<void>>> = { backfill, restore, verify };
const [, , , name = ''] = process.argv;
measured(() => WORKS[name] ?? (() => Promise.reject(new Error(`No work "${name}".`))));

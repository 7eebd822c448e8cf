import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { dynamoDbStreamReader, StreamGoneError, type StreamReader } from '../../local/aws/streamReader';
import type { AwsSettings } from '../../aws/awsSettings';
import { dynamoDbTable, type Table } from '../../aws/table';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { databaseSettings, type DynamoDbPart } from '../../local/parts/servers';
import { startPump, type Pump, type PumpOptions } from '../../local/pump/pump';
import { sharedDynamoDb } from './support/servers/shared';

let dynamoDb: DynamoDbPart;
beforeAll(async () => {
  dynamoDb = await sharedDynamoDb();
});
afterAll(() => dynamoDb.stop());

interface Source {
  readonly settings: AwsSettings;
  readonly table: Table;
  readonly stream: StreamReader;
}

/** One database for each access key id: a second table with a stream in the same database is many times slower. */
async function tableWithStream(databaseName: string, tableName: string): Promise<Source> {
  const settings = databaseSettings(dynamoDb, databaseName);
  const table = dynamoDbTable(tableName, settings);
  const { LatestStreamArn = '' } = await table.create({
    KeySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'at', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'at', AttributeType: 'N' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  const stream = dynamoDbStreamReader(LatestStreamArn, settings);
  opened.push(stream);
  return { settings, table, stream };
}

let opened: StreamReader[] = [];
let pumps: Pump[] = [];
afterEach(async () => {
  await Promise.all(pumps.map((pump) => pump.stop()));
  for (const stream of opened) stream.close();
  pumps = [];
  opened = [];
});

async function startCollecting(stream: StreamReader, options: Partial<PumpOptions> = {}) {
  const records: DynamoDBRecord[] = [];
  const pump = await startPump({
    stream,
    mapping: { uuid: 'mapping-1', startingPosition: 'TRIM_HORIZON', batchSize: 25 },
    functionTimeoutSeconds: 30,
    invoke: (event) => {
      records.push(...event.Records);
      return Promise.resolve();
    },
    park: () => Promise.reject(new Error('nothing is to be parked here')),
    onProblem: () => undefined,
    retryBackoff: { baseMilliseconds: 1, maximumMilliseconds: 1 },
    ...options,
  });
  pumps.push(pump);
  return { pump, records };
}

const key = (id: string, at = '0'): AttributeMap => ({ id: { S: id }, at: { N: at } });
const idOf = ({ dynamodb }: DynamoDBRecord) => String(dynamodb?.Keys?.id?.S);

// Parsed, since a literal would set the prototype.
const AWKWARD = JSON.parse(`{
  "id": {"S": "a/b ü 💾"}, "at": {"N": "-12345678901234567890.123456789012345678"},
  "empty": {"S": ""}, "yes": {"BOOL": true}, "nothing": {"NULL": true},
  "binary": {"B": "AP8="}, "binaries": {"BS": ["AQID", "/w=="]}, "texts": {"SS": ["b", "a"]}, "numbers": {"NS": ["10", "9"]},
  "deep": {"M": {"list": {"L": [{"M": {}}, {"L": []}, {"B": ""}]}, "__proto__": {"S": "inner"}}},
  "__proto__": {"S": "outer"}
}`) as AttributeMap;

test('changes of an item with every type arrive as Lambda delivers them', async () => {
  const { table, stream, settings } = await tableWithStream('pumpTypes', 'awkward');
  const { pump, records } = await startCollecting(stream);
  const keys = { id: AWKWARD.id!, at: AWKWARD.at! };
  const beforeSeconds = Math.floor(Date.now() / 1000);
  await table.put(AWKWARD);
  const updated = new DynamoDBClient(settings);
  await updated.send(
    new UpdateItemCommand({
      TableName: 'awkward',
      Key: { id: { S: 'a/b ü 💾' }, at: { N: '-12345678901234567890.123456789012345678' } },
      UpdateExpression: 'ADD binaries :more REMOVE texts',
      ExpressionAttributeValues: { ':more': { BS: [Buffer.from([4])] } },
    }),
  );
  updated.destroy();
  await table.put(AWKWARD);
  await table.put(AWKWARD); // changes nothing: no record
  await table.delete(keys);
  await table.put({ ...keys, again: { BOOL: true } });
  await pump.drained();

  expect(records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'MODIFY', 'REMOVE', 'INSERT']);
  const [first] = records;
  expect(first).toEqual({
    eventID: expect.any(String) as string,
    eventName: 'INSERT',
    eventVersion: expect.stringMatching(/^1\.\d$/) as string,
    eventSource: 'aws:dynamodb',
    awsRegion: 'ddblocal',
    eventSourceARN: stream.streamArn,
    dynamodb: {
      ApproximateCreationDateTime: expect.any(Number) as number,
      Keys: keys,
      NewImage: expect.anything() as AttributeMap,
      SequenceNumber: expect.stringMatching(/^\d{21}$/) as string,
      SizeBytes: expect.any(Number) as number,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  });
  const createdSeconds = first?.dynamodb?.ApproximateCreationDateTime ?? 0;
  expect(createdSeconds).toBeGreaterThanOrEqual(beforeSeconds - 1);
  expect(createdSeconds).toBeLessThanOrEqual(Date.now() / 1000);
  const image = (record: DynamoDBRecord | undefined, name: 'NewImage' | 'OldImage') =>
    canonicalItem(record?.dynamodb?.[name] ?? {});
  expect(image(records[0], 'NewImage')).toBe(canonicalItem(AWKWARD));
  expect(records[1]?.dynamodb?.NewImage?.binaries?.BS?.toSorted()).toEqual(['/w==', 'AQID', 'BA=='].sort());
  for (const [i, record] of records.entries()) {
    const before = records[i - 1]?.eventName === 'REMOVE' ? undefined : records[i - 1];
    expect(image(record, 'OldImage')).toBe(image(before, 'NewImage'));
  }
});

test('records of one item stay in order over several lanes, a delete and a re-create included', async () => {
  const { table, stream } = await tableWithStream('pumpOrder', 'ordered');
  const items = Array.from({ length: 30 }, (_, i) => `item-${i}`);
  await Promise.all(
    items.map(async (id) => {
      for (const n of ['1', '2', '3']) await table.put({ ...key(id), n: { N: n } });
      await table.delete(key(id));
      await table.put({ ...key(id), n: { N: '4' } });
    }),
  );
  const mapping = { uuid: 'm', startingPosition: 'TRIM_HORIZON', batchSize: 7, parallelizationFactor: 4 } as const;
  const { pump, records } = await startCollecting(stream, { mapping });
  await pump.drained();
  for (const id of items) {
    const changes = records.filter((record) => idOf(record) === id);
    expect(changes.map(({ eventName, dynamodb }) => `${eventName} ${dynamodb?.NewImage?.n?.N ?? ''}`)).toEqual([
      'INSERT 1',
      'MODIFY 2',
      'MODIFY 3',
      'REMOVE ',
      'INSERT 4',
    ]);
  }
  expect(pump.counts).toMatchObject({ recordsRead: 150, recordsDelivered: 150, failedInvocations: 0 });
});

test('two tables, each with an access key id of its own, do not see each other', async () => {
  const [one, two] = await Promise.all([tableWithStream('pumpOne', 'same'), tableWithStream('pumpTwo', 'same')]);
  const [ofOne, ofTwo] = await Promise.all([startCollecting(one.stream), startCollecting(two.stream)]);
  await Promise.all([one.table.put(key('one')), two.table.put(key('two'))]);
  await Promise.all([ofOne.pump.drained(), ofTwo.pump.drained()]);
  expect(ofOne.records.map(idOf)).toEqual(['one']);
  expect(ofTwo.records.map(idOf)).toEqual(['two']);
});

test('a poison record between good ones is parked alone, and every good one is delivered', async () => {
  const { table, stream } = await tableWithStream('pumpPoison', 'poisoned');
  const good = Array.from({ length: 20 }, (_, i) => `good-${i}`);
  for (const id of [...good.slice(0, 11), 'poison', ...good.slice(11)]) await table.put(key(id));
  const taken: string[] = [];
  const parked: string[] = [];
  const { pump } = await startCollecting(stream, {
    mapping: {
      uuid: 'm',
      startingPosition: 'TRIM_HORIZON',
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 2,
      destinationConfig: { onFailure: { destinationArn: 'arn:aws:s3:::source-bucket' } },
    },
    invoke: (event) => {
      const ids = event.Records.map(idOf);
      if (ids.includes('poison')) throw new Error('cannot be read');
      taken.push(...ids);
      return Promise.resolve();
    },
    park: (objectKey, body) => {
      const { payload } = JSON.parse(body) as { payload: string };
      parked.push(...(JSON.parse(payload) as DynamoDBStreamEvent).Records.map(idOf));
      expect(objectKey).toMatch(/^aws\/lambda\/m\/shardId-\d+-[0-9a-f]+\/\d{4}\/\d\d\/\d\d\//);
      return Promise.resolve();
    },
  });
  await pump.drained();
  expect(taken).toEqual(good);
  expect(parked).toEqual(['poison']);
});

test('a pump that is started again gets every record again; LATEST gets the new ones only', async () => {
  const { table, stream } = await tableWithStream('pumpAgain', 'again');
  await table.put(key('old'));
  const first = await startCollecting(stream);
  await first.pump.drained();
  await first.pump.stop();
  const again = await startCollecting(stream);
  const latest = await startCollecting(stream, { mapping: { uuid: 'm', startingPosition: 'LATEST' } });
  await table.put(key('new'));
  await Promise.all([again.pump.drained(), latest.pump.drained()]);
  expect(again.records.map(idOf)).toEqual(['old', 'new']);
  expect(latest.records.map(idOf)).toEqual(['new']);
});

test('a stream that does not exist is said so, by name', async () => {
  const { stream, settings } = await tableWithStream('pumpGone', 'here');
  const gone = dynamoDbStreamReader(stream.streamArn.replace('here', 'elsewhere'), settings);
  opened.push(gone);
  await expect(startCollecting(gone)).rejects.toThrow(StreamGoneError);
  await expect(startCollecting(gone)).rejects.toThrow('table/elsewhere/stream/');
});

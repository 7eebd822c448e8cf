import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DcsError } from '../../../core/errors';
import {
  dynamoDbStreamReader,
  ExpiredIteratorError,
  RecordsLostError,
  StreamGoneError,
  type StreamReader,
} from '../../../local/aws/streamReader';

const ARN = 'arn:aws:dynamodb:eu-west-1:111111111111:table/users/stream/2026-11-23T00:00:00.000';

/** Answers to be given, in order, and the requests that were made. */
let answers: { status: number; body: unknown }[];
let requests: { operation: string; body: unknown }[];
let server: Server;
let reader: StreamReader;

beforeEach(async () => {
  answers = [];
  requests = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      requests.push({ operation, body: JSON.parse(Buffer.concat(chunks).toString()) });
      const { status, body } = answers.shift() ?? { status: 500, body: {} };
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  reader = dynamoDbStreamReader(ARN, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});

afterEach(async () => {
  reader.close();
  server.closeAllConnections();
  await new Promise((resolve) => void server.close(resolve));
});

const ok = (body: unknown) => void answers.push({ status: 200, body });
const fails = (name: string) =>
  void answers.push({ status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'told so' } });

test('all pages of shards are read, with parents, and closed ones told from open ones', async () => {
  const closed = { ShardId: 's1', SequenceNumberRange: { StartingSequenceNumber: '1', EndingSequenceNumber: '9' } };
  const open = { ShardId: 's2', ParentShardId: 's1', SequenceNumberRange: { StartingSequenceNumber: '10' } };
  ok({ StreamDescription: { Shards: [closed], LastEvaluatedShardId: 's1' } });
  ok({ StreamDescription: { Shards: [open] } });
  expect(await reader.listShards()).toEqual([
    { shardId: 's1', closed: true },
    { shardId: 's2', parentShardId: 's1', closed: false },
  ]);
  expect(requests.map(({ body }) => body)).toEqual([
    { StreamArn: ARN },
    { StreamArn: ARN, ExclusiveStartShardId: 's1' },
  ]);
});

test('an iterator is asked for by shard and position', async () => {
  ok({ ShardIterator: 'it-1' });
  expect(await reader.shardIterator('s1', { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: '8' })).toBe('it-1');
  expect(requests).toEqual([
    {
      operation: 'GetShardIterator',
      body: { StreamArn: ARN, ShardId: 's1', ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: '8' },
    },
  ]);
});

test('a record comes in the shape in which Lambda delivers it: a TTL delete with binary, and __proto__', async () => {
  const image = '{"id":{"S":"a"},"bs":{"BS":["AQID","/w=="]},"__proto__":{"M":{"__proto__":{"N":"1"}}}}';
  const dynamodb = {
    ApproximateCreationDateTime: 1795442820,
    Keys: { id: { S: 'a' } },
    OldImage: JSON.parse(image) as unknown,
    SequenceNumber: '000000000000000000001',
    SizeBytes: 10,
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  };
  const common = {
    eventID: '29e0a15f',
    eventName: 'REMOVE',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-west-1',
  };
  const userIdentity = { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' };
  ok({ Records: [{ ...common, dynamodb, userIdentity }], NextShardIterator: 'it-2' });

  const page = await reader.getRecords('it-1', 5);
  expect(requests).toEqual([{ operation: 'GetRecords', body: { ShardIterator: 'it-1', Limit: 5 } }]);
  expect(page.nextShardIterator).toBe('it-2');
  expect(page.records).toEqual([
    {
      ...common,
      dynamodb,
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      eventSourceARN: ARN,
    },
  ]);
  expect(JSON.stringify(page.records[0]?.dynamodb.OldImage)).toBe(image);
});

test.each([[{ Records: [] }], [{ Records: [], NextShardIterator: null }]])(
  'the end of a closed shard is a page without a next iterator: %j',
  async (answer) => {
    ok(answer);
    expect(await reader.getRecords('it-1')).toEqual({ records: [], nextShardIterator: undefined });
  },
);

test('null is as good as left out', async () => {
  const shard = { ShardId: 's1', ParentShardId: null, SequenceNumberRange: { EndingSequenceNumber: null } };
  ok({ StreamDescription: { Shards: [shard], LastEvaluatedShardId: null } });
  expect(await reader.listShards()).toEqual([{ shardId: 's1', parentShardId: undefined, closed: false }]);
});

test.each([
  ['ExpiredIteratorException', ExpiredIteratorError, 'told so'],
  ['TrimmedDataAccessException', RecordsLostError, 'Bring their items with a backfill'],
  ['ResourceNotFoundException', StreamGoneError, `the stream ${ARN}`],
])('fails with a name of its own for %s', async (name, kind, words) => {
  fails(name);
  const failure = reader.getRecords('it-1');
  await expect(failure).rejects.toThrow(kind);
  await expect(failure).rejects.toThrow(words);
});

test('fails as it is for anything else', async () => {
  fails('AccessDeniedException');
  await expect(reader.listShards()).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

test('fails for a record without a sequence number: it could be neither reported nor skipped', async () => {
  ok({ Records: [{ eventID: '29e0a15f', eventName: 'INSERT', dynamodb: { Keys: { id: { S: 'a' } } } }] });
  const failure = reader.getRecords('it-1');
  await expect(failure).rejects.toThrow(DcsError);
  await expect(failure).rejects.toThrow('has no SequenceNumber: {"eventID":"29e0a15f"');
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dynamoDbBatchTable, RejectedWriteError, type BatchTable, type WriteOperation } from '../../aws/batchTable';
import { canonicalItem } from '../../core/canonicalItem';
import { imageBody } from '../../core/image';
import { readItemText } from '../../core/itemText';

/** "BatchWriteItem can transmit up to 16 MB of data over the network". Source: API reference, BatchWriteItem. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Seen from the service and from gateways before it, with and without a body. */
const TOO_LARGE = { status: 413, body: undefined };

/** Plays what DynamoDB Local never does: answers that leave some of the request out. */
let server: Server;
let table: BatchTable;
let answers: { status: number; body: unknown }[];
let requests: { operation: string; bytes: number; body: Record<string, Record<string, unknown>> }[];
let pauses: number;
let interruption: AbortController;

beforeEach(async () => {
  [answers, requests, pauses, interruption] = [[], [], 0, new AbortController()];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      const bytes = Buffer.byteLength(text);
      requests.push({ operation, bytes, body: JSON.parse(text) as (typeof requests)[0]['body'] });
      const { status, body } = answers.shift() ?? (bytes > MOST_BYTES ? TOO_LARGE : { status: 200, body: {} });
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(body === undefined ? '' : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const pause = () => Promise.resolve(void (pauses += 1));
  const { signal } = interruption;
  table = dynamoDbBatchTable('t', { endpoint, region: 'eu-west-1', credentials }, { signal, pause });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const item = (id: string) => ({ id: { S: id }, b: { B: '/+8=' }, ['__proto__']: { S: 'own' } });
const failure = (name: string) => ({
  status: 400,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: name },
});

test('what DynamoDB leaves unprocessed comes back as it was sent', async () => {
  const unprocessed = [{ PutRequest: { Item: item('2') } }, { DeleteRequest: { Key: { id: { S: '3' } } } }];
  answers = [{ status: 200, body: { UnprocessedItems: { t: unprocessed } } }];
  const left = await table.write([{ put: item('1') }, { put: item('2') }, { delete: { id: { S: '3' } } }]);
  expect(left).toEqual([{ put: item('2') }, { delete: { id: { S: '3' } } }]);
  expect(Object.keys((left[0] as { put: object }).put)).toContain('__proto__');
});

test('an item that was read as text is sent as it is, and nothing of it is parsed', async () => {
  const text = readItemText(imageBody(item('1')))!;
  const operation = Object.defineProperty({ text }, 'put', {
    get: () => {
      throw new Error('it was parsed');
    },
  }) as unknown as WriteOperation;
  await table.write([operation, { put: item('1') }]);
  const [sent, same] = requests[0]!.body.RequestItems!.t as object[];
  expect(JSON.stringify(sent)).toBe(
    JSON.stringify({ PutRequest: { Item: JSON.parse(canonicalItem(item('1'))) as unknown } }),
  );
  expect(sent).toEqual(same);
});

test('a batch that is throttled as a whole is all left unprocessed', async () => {
  answers = Array.from({ length: 3 }, () => failure('ProvisionedThroughputExceededException'));
  expect(await table.write([{ put: item('1') }])).toEqual([{ put: item('1') }]);
});

test('a batch with an item that is refused says so, so that the item can be found', async () => {
  answers = [failure('ValidationException')];
  await expect(table.write([{ put: item('1') }])).rejects.toThrow(RejectedWriteError);
});

test('keys that were not processed are asked for again, strongly consistent', async () => {
  const keys = ['1', '2'].map((id) => ({ id: { S: id } }));
  answers = [
    { status: 200, body: { Responses: { t: [item('1')] }, UnprocessedKeys: { t: { Keys: [keys[1]] } } } },
    { status: 200, body: { Responses: { t: [item('2')] } } },
  ];
  expect(await table.getBatch(keys)).toEqual([item('1'), item('2')]);
  expect(requests.map(({ body }) => body.RequestItems?.t)).toEqual([
    { Keys: keys, ConsistentRead: true },
    { Keys: [keys[1]], ConsistentRead: true },
  ]);
});

/** About 240 KB for DynamoDB, and 800 KB of JSON. */
const manyNumbers = (id: number) => ({
  id: { S: `big${id}` },
  list: { L: Array.from({ length: 80_000 }, (_, n) => ({ N: String(n % 10) })) },
});

test('large items are written in calls that DynamoDB takes, each of them once', async () => {
  const operations = Array.from({ length: 22 }, (_, id) => ({ put: manyNumbers(id) }));
  expect(Buffer.byteLength(JSON.stringify(operations))).toBeGreaterThan(MOST_BYTES);
  expect(await table.write(operations)).toEqual([]);
  for (const { bytes } of requests) expect(bytes).toBeLessThan(MOST_BYTES / 2 + 1_000);
  const sent = requests.flatMap(
    ({ body }) => body.RequestItems?.t as { PutRequest: { Item: { id: { S: string } } } }[],
  );
  expect(sent.map(({ PutRequest }) => PutRequest.Item.id.S)).toEqual(operations.map(({ put }) => put.id.S));
});

test.each([
  ['without a body', TOO_LARGE],
  ['by name', { ...failure('RequestEntityTooLargeException'), status: 413 }],
  ['as a validation', failure('ValidationException')],
])('a call that is too large, refused %s, can be halved', async (_, answer) => {
  answers = [answer];
  await expect(table.write([{ put: item('1') }])).rejects.toThrow(RejectedWriteError);
});

test('keys that an answer had no room for are asked for at once, and throttled ones later', async () => {
  const keys = ['1', '2'].map((id) => ({ id: { S: id } }));
  const nothing = { status: 200, body: { Responses: {}, UnprocessedKeys: { t: { Keys: keys } } } };
  const one = { status: 200, body: { Responses: { t: [item('1')] }, UnprocessedKeys: { t: { Keys: [keys[1]] } } } };
  answers = [nothing, nothing, one, { status: 200, body: { Responses: { t: [item('2')] } } }];
  expect(await table.getBatch(keys)).toEqual([item('1'), item('2')]);
  expect(pauses).toBe(2);
});

const THROTTLED = failure('ProvisionedThroughputExceededException');

test('reads wait for as long as they are throttled', async () => {
  answers = [...Array.from({ length: 5 }, () => THROTTLED), { status: 200, body: { Items: [item('1')] } }];
  const pages: unknown[] = [];
  for await (const page of table.scan(0, 1)) pages.push(page);
  expect(pages).toEqual([[item('1')]]);
  expect(pauses).toBe(1);
});

test('being stopped ends a read that is throttled', async () => {
  answers = Array.from({ length: 50 }, () => THROTTLED);
  const read = table.getBatch([{ id: { S: '1' } }]);
  interruption.abort(new Error('stopped'));
  await expect(read).rejects.toThrow();
  expect(requests.length).toBeLessThan(50);
});

test('a table that is not there is undefined, and not an error', async () => {
  answers = [failure('ResourceNotFoundException')];
  expect(await table.describe()).toBeUndefined();
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dynamoDbBatchTable, RejectedWriteError, type BatchTable } from '../../aws/batchTable';

/** Plays what DynamoDB Local never does: answers that leave some of the request out. */
let server: Server;
let table: BatchTable;
let answers: { status: number; body: unknown }[];
let requests: { operation: string; body: Record<string, Record<string, unknown>> }[];

beforeEach(async () => {
  [answers, requests] = [[], []];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      requests.push({ operation, body: JSON.parse(text) as (typeof requests)[0]['body'] });
      const { status, body } = answers.shift() ?? { status: 200, body: {} };
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  table = dynamoDbBatchTable('t', { endpoint, region: 'eu-west-1', credentials });
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

test('a table that is not there is undefined, and not an error', async () => {
  answers = [failure('ResourceNotFoundException')];
  expect(await table.describe()).toBeUndefined();
});

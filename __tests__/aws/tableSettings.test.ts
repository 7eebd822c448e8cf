import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dynamoDbTableSettings, type TableSettings } from '../../aws/tableSettings';

let server: Server;
let table: TableSettings;
let refusal: string;

beforeEach(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: 'com.amazon.coral.validate#ValidationException', message: refusal }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  table = dynamoDbTableSettings('t', { endpoint, region: 'eu-west-1', credentials });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Source: dynamoose/dynamoose#754, and DynamoDB Local. */
test('time to live that is enabled already is no error', async () => {
  refusal = 'TimeToLive is already enabled';
  await table.enableTimeToLive('expires');
});

test('time to live by another attribute is one, and says by which', async () => {
  refusal = 'TimeToLive is active on a different AttributeName: current AttributeName is other';
  await expect(table.enableTimeToLive('expires')).rejects.toThrow('current AttributeName is other');
});

test('a look at what is set ends with the command', async () => {
  const stopping = new AbortController();
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  server.removeAllListeners('request').on('request', () => stopping.abort()); // and no answer
  const stopped = dynamoDbTableSettings('t', { endpoint, region: 'eu-west-1', credentials }, stopping.signal);
  await expect(stopped.current()).rejects.toThrow(/abort/i);
});

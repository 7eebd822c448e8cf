import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { s3ImageStore } from '../../aws/imageStore';
import { s3Client } from '../../aws/s3Client';
import { sdkClientConfig } from '../../aws/sdkClient';
import { watchingCalls } from './calls/httpCall';
import { expectKnown, type CommandRun } from './calls/known';
import { rightsOf, type Right } from './calls/right';

let server: Server;
beforeAll(async () => {
  server = createServer((_, response) => response.writeHead(404, { 'content-length': '0' }).end()).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const settings = () => ({
  endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
});
const images = () => s3ImageStore({ ...settings(), bucket: 'x-destination', largeImageStorageClass: 'STANDARD' });

test('a call is seen whichever client makes it, and none of others', async () => {
  const seen: Right[] = [];
  const calls = watchingCalls<string>((call) => seen.push(...rightsOf(call)));
  await calls.within('restore', async () => {
    await images()
      .get('users/a/image.json', 'v')
      .catch(() => undefined);
    const head = new HeadBucketCommand({ Bucket: 'x-destination' });
    await s3Client(settings())
      .send(head)
      .catch(() => undefined);
    const dynamoDb = new DynamoDBClient(sdkClientConfig(settings()));
    await dynamoDb.send(new DescribeTableCommand({ TableName: 'users' })).catch(() => undefined);
  });
  await images()
    .get('orders/a/image.json', 'v')
    .catch(() => undefined);
  expect(seen).toEqual([
    { action: 's3:GetObjectVersion', side: 'destination', on: 'images in the destination bucket' },
    { action: 's3:ListBucket', side: 'destination', on: 'the destination bucket' },
    { action: 'dynamodb:DescribeTable', on: 'tables' },
  ]);
});

test('a call that no role is known to need fails the command that makes it', async () => {
  const calls = watchingCalls<CommandRun>(expectKnown);
  const put = () => images().get('users/a/strange', 'v');
  await expect(calls.within({ command: 'erase' }, put)).rejects.toThrow('No role is known to need this');
});

test('to write on a condition that names an ETag is to read as well, and to add where nothing is there is not', async () => {
  const seen: string[] = [];
  const calls = watchingCalls<string>((call) => seen.push(...rightsOf(call).map(({ action }) => action)));
  const image = { metadata: {}, body: '{}' };
  await calls.within('verify', async () => {
    for (const condition of [{ IfMatch: '"etag"' }, { IfNoneMatch: '*' }] as const)
      await images()
        .putIf('users/a/image.json', image, condition)
        .catch(() => undefined);
  });
  expect(seen).toEqual(['s3:PutObject', 's3:GetObject', 's3:PutObject']);
});

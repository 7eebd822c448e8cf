import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { trailsOf } from '../../aws/trails';

/** Two trails; of the organization's, the call that is named is answered with an error. */
const OWN = 'arn:aws:cloudtrail:eu-west-1:222222222222:trail/own';
const OF_ORGANIZATION = 'arn:aws:cloudtrail:us-east-1:999999999999:trail/all';
let failing: { operation: string; error: string };
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
      const fails = operation === failing.operation && body.includes(OF_ORGANIZATION);
      response.writeHead(fails ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(fails ? { __type: failing.error, message: 'no' } : ANSWERS[operation]));
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const ANSWERS: Readonly<Record<string, object>> = {
  DescribeTrails: { trailList: [{ TrailARN: OWN }, { TrailARN: OF_ORGANIZATION }] },
  GetTrailStatus: { IsLogging: true },
  GetEventSelectors: { EventSelectors: [] },
};
const look = () =>
  trailsOf({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });

// CloudTrail API reference, GetTrailStatus and GetEventSelectors: Errors.
test.each([
  ['GetTrailStatus', 'TrailNotFoundException'],
  ['GetEventSelectors', 'TrailNotFoundException'],
  ['GetEventSelectors', 'OperationNotPermittedException'],
  ['GetEventSelectors', 'AccessDeniedException'],
])('a trail of which %s says %s is one that is not told of; the others are seen', async (operation, error) => {
  failing = { operation, error };
  expect(await look()).toMatchObject([
    { arn: OWN, isLogging: true },
    { arn: OF_ORGANIZATION, unseen: `${error}: no` },
  ]);
});

test('what is wrong with the call itself is not taken for that', async () => {
  failing = { operation: 'GetEventSelectors', error: 'ValidationException' };
  await expect(look()).rejects.toThrow('no');
});

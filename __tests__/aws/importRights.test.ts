import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDenied } from '../../aws/couldNotLook';
import { importRights } from '../../aws/importRights';

let server: Server;
let answer: { readonly status: number; readonly body: object };
let asked: string[];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(String(request.headers['x-amz-target']).split('.').at(-1) ?? '');
    request.resume().on('end', () => {
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function rights() {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const tableArn = 'arn:aws:dynamodb:eu-west-1:222222222222:table/none';
  return importRights({ bucket: 'imports', objectKey: 'none', tableArn }, settings, settings);
}
const errorOf = (name: string) => ({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'simulated' });

/** Source: DynamoDB API reference, DescribeImport, "Errors". */
test('who may ask for an import that never was is told that there is none', async () => {
  answer = { status: 400, body: errorOf('ImportNotFoundException') };
  await expect(rights()['dynamodb:DescribeImport']!()).resolves.toBeUndefined();
  answer = { status: 200, body: { ImportSummaryList: [] } };
  await expect(rights()['dynamodb:ListImports']!()).resolves.toBeUndefined();
  expect(asked).toEqual(['DescribeImport', 'ListImports']);
});

test.each(['dynamodb:DescribeImport', 'dynamodb:ListImports'])('who may not %s is refused', async (right) => {
  answer = { status: 400, body: errorOf('AccessDeniedException') };
  const error: unknown = await rights()[right]!().catch((thrown: unknown) => thrown);
  expect(isDenied(error)).toBe(true);
});

test('nothing that makes or changes anything is among what is tried', () => {
  expect(Object.keys(rights())).toEqual([
    ...['s3:ListBucket', 's3:GetObject', 's3:PutObject'],
    ...['dynamodb:ListImports', 'dynamodb:DescribeImport'],
  ]);
});

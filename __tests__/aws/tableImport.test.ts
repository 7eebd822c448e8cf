import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dynamoDbTableImport, type TableImport } from '../../aws/tableImport';

let server: Server;
let imports: TableImport;
let asked: { readonly NextToken?: string }[];

/** ListImports tells 25 at a time, and a token while there are more. Source: API reference, ListImports. */
const pages: Readonly<Record<string, object>> = {
  first: { ImportSummaryList: [{ ImportArn: 'arn:1', ImportStatus: 'FAILED' }], NextToken: 'second' },
  second: { NextToken: 'third' },
  third: { ImportSummaryList: [{ ImportArn: 'arn:2', ImportStatus: 'IN_PROGRESS' }], NextToken: 'fourth' },
};

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      const input = JSON.parse(text) as { readonly TableArn: string; readonly NextToken?: string };
      asked.push(input);
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      const page = input.TableArn === 'arn:table' ? pages[input.NextToken ?? 'first'] : { ImportSummaryList: [] };
      response.end(JSON.stringify(page));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  imports = dynamoDbTableImport('t', {
    ...{ endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
  });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('an import that is running is found on whatever page it is, and no page is asked for after it', async () => {
  expect(await imports.running('arn:table')).toBe('arn:2');
  expect(asked.map(({ NextToken }) => NextToken)).toEqual([undefined, 'second', 'third']);
});

test('where no page tells of one there is none', async () => {
  expect(await imports.running('arn:other')).toBeUndefined();
});

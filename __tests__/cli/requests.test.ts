import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { coloursFor } from '../../cli/output/colours';
import { outputTo } from '../../cli/output/output';
import { watchRequests } from '../../cli/requests';

let server: http.Server;
let port: number;
const statuses = [503, 200, 200];
beforeAll(async () => {
  server = http.createServer((_, response) => response.writeHead(statuses.shift() ?? 404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const ask = (path: string, headers = {}) =>
  new Promise((resolve, reject) => {
    http
      .get({ port, host: '127.0.0.1', path, headers, agent: false }, (answer) => answer.resume().on('end', resolve))
      .on('error', reject);
  });

test('each request is told, what was sent again, and where the time went; no secret of an address', async () => {
  const said: string[] = [];
  let ms = 0;
  const end = watchRequests({ say: (text) => said.push(text) }, () => (ms += 10));
  await ask('/b?prefix=a');
  await ask('/b?prefix=a');
  await ask('/?X-Amz-Signature=secret', { 'x-amz-target': 'DynamoDB_20120810.GetItem' });
  end();
  await ask('/not-looked-at');
  expect(said.slice(0, 3).map((line) => line.replace(/ in \d+ ms/, ''))).toEqual([
    'GET 127.0.0.1/b?prefix=a  503',
    'GET 127.0.0.1/b?prefix=a  200 (sent again)',
    'GetItem 127.0.0.1/?X-Amz-Signature=...  200',
  ]);
  expect(said[3]).toMatch(/^GET 127\.0\.0\.1: 2 requests, 1 sent again, \d+ ms each, \d+ ms at most$/);
  expect(said[4]).toMatch(/^GetItem 127\.0\.0\.1: 1 request, 0 sent again/);
  expect(said[5]).toMatch(/^\d+ ms in all: \d+ ms with requests under way, \d+ ms without$/);
  expect(said).toHaveLength(6);
});

test('a quiet command says why it ends and what it found, and nothing else', () => {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const output = outputTo({
    ...{ stdout: { write: (text) => stdout.push(text) }, stderr: { write: (text) => stderr.push(text), isTTY: true } },
    ...{ json: false, colours: coloursFor({}, {}), nowMs: () => 0, isQuiet: true },
  });
  output.say('talk');
  const progress = output.progress('items', 1);
  progress.add(1);
  progress.end();
  output.result({ type: 'x' }, 'found');
  output.fail('dcs: why');
  expect([stdout, stderr]).toEqual([['found\n'], ['dcs: why\n']]);
});

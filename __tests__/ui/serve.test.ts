import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { NotFound, serveUi, type UiServer } from '../../ui/serve';

let server: UiServer;
let token: string;
let asked: string[];
beforeEach(async () => {
  asked = [];
  server = await serveUi({
    files: new Map([['/', { type: 'text/html; charset=utf-8', text: '<!doctype html>' }]]),
    api: (name) => {
      asked.push(name);
      return name === 'tables' ? Promise.resolve({ secret: 1 }) : Promise.reject(new NotFound());
    },
    idleMs: 60_000,
  });
  token = new URL(server.address).hash.slice(1);
});
afterEach(() => server.stop());

async function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { hostname, port, host } = new URL(server.address);
  const sent = request({ hostname, port, path, method, headers: { host, ...headers } }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const body = Buffer.concat(await answer.toArray()).toString();
  return { status: answer.statusCode, body, headers: answer.headers };
}
const withToken = (headers: Record<string, string> = {}) => ({ 'x-dcs-token': token, ...headers });

test('with the token there is an answer, and without it, or with another, there is none', async () => {
  expect(await ask('/api/tables', withToken())).toMatchObject({ status: 200, body: '{"secret":1}' });
  for (const wrong of ['', 'x', token.slice(1), `${token}x`])
    expect(await ask('/api/tables', { 'x-dcs-token': wrong })).toMatchObject({ status: 401 });
  expect((await ask('/api/tables')).status).toBe(401);
  expect(asked).toEqual(['tables']);
});

test('each server has a token of its own, of 32 random bytes', async () => {
  const other = await serveUi({ files: new Map(), api: () => Promise.resolve(1), idleMs: 60_000 });
  expect(new URL(other.address).hash.slice(1)).not.toBe(token);
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  await other.stop();
});

test.each(['example.com', 'example.com:PORT', '127.0.0.1', '0.0.0.0:PORT', 'localhost6:PORT', '[::1]:PORT'])(
  'the host %s is not the one that was asked for, token or not',
  async (host) => {
    const { port } = new URL(server.address);
    const answer = await ask('/api/tables', withToken({ host: host.replace('PORT', port) }));
    expect(answer).toMatchObject({ status: 421 });
    expect(asked).toEqual([]);
  },
);

test.each([
  [{ origin: 'https://example.com' }],
  [{ origin: 'null' }],
  [{ origin: 'http://127.0.0.1:1' }],
  [{ 'sec-fetch-site': 'cross-site' }],
  [{ 'sec-fetch-site': 'same-site' }],
  [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
])('another page may not ask: %j', async (headers) => {
  expect(await ask('/api/tables', withToken(headers as unknown as Record<string, string>))).toMatchObject({
    status: 403,
  });
  expect(asked).toEqual([]);
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])(
  '%s is refused: nothing can be changed here',
  async (method) => {
    expect(await ask('/api/tables', withToken(), method)).toMatchObject({ status: 405 });
  },
);

test.each(['/../package.json', '/%2e%2e/package.json', '/api/', '/api/__proto__', '/page', '/api/constructor'])(
  'there is nothing at %s',
  async (path) => {
    expect(await ask(path, withToken())).toMatchObject({ status: 404 });
  },
);

test('every answer has the policy, and none lets another site read it', async () => {
  for (const path of ['/', '/api/tables', '/none']) {
    const { headers } = await ask(path, withToken());
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'/,
    );
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
});

test('the page itself is opened from anywhere: it holds nothing', async () => {
  const opened = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  expect(await ask('/', opened)).toMatchObject({ status: 200 });
});

test('who goes away ends the work on the answer', async () => {
  let begin: (signal: AbortSignal) => void = () => undefined;
  const begun = new Promise<AbortSignal>((resolve) => (begin = resolve));
  const other = await serveUi({
    files: new Map(),
    api: (_name, _query, signal) => {
      begin(signal);
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(1)));
    },
    idleMs: 60_000,
  });
  const { hostname, port, host, hash } = new URL(other.address);
  const headers = { host, 'x-dcs-token': hash.slice(1) };
  const sent = request({ hostname, port, path: '/api/tables', headers }).end();
  sent.on('error', () => undefined);
  const signal = await begun;
  expect(signal.aborted).toBe(false);
  const aborted = once(signal, 'abort');
  sent.destroy();
  await aborted;
  await other.stop();
});

test('it listens on the loopback address alone', () => {
  expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#/);
});

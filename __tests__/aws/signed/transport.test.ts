import { execFile } from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { MalformedAnswerError, NetworkError } from '../../../aws/signed/httpErrors';
import { Transport, type TimeLimits } from '../../../aws/signed/transport';
import { handingOn } from '../../../aws/handingOn';
import { directAgent, keptOpen } from '../../../aws/keptConnections';

const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<URL> {
  servers.push(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** Node's own server; counts connections. */
async function answering(answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void) {
  const seen = { connections: 0, requests: 0 };
  const server = http.createServer((request, response) => answer(request, response, ++seen.requests));
  server.on('connection', () => seen.connections++);
  return { seen, server, origin: await listening(server) };
}

const to = (origin: URL, connections: number, limits?: TimeLimits) =>
  new Transport(origin, directAgent(origin.protocol, connections), limits);

const get = (origin: URL, path = '/') => ({ method: 'GET', path, headers: ['host', origin.host] });

async function wholeOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

test('what a server of Node.js gets and answers is what was sent and is received', async () => {
  const { origin } = await answering((request, response) => {
    void wholeOf(request).then((body) => {
      response.setHeader('x-path', request.url ?? '');
      response.setHeader('x-sent', request.headers['x-sent'] ?? '');
      if (request.headers['x-chunked'] === '1') {
        for (let at = 0; at < body.length; at += 1 + (body[at] ?? 0))
          response.write(body.subarray(at, at + 1 + (body[at] ?? 0)));
        response.end();
      } else response.end(body);
    });
  });
  const transport = to(origin, 4);
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 5_000 }),
      fc.webPath().map((path) => `/${path}`),
      fc.stringMatching(/^(?:[!-~\xa1-\xff][ -~]{0,20}[!-~])?$/),
      fc.boolean(),
      async (bytes, path, value, chunked) => {
        const body = Buffer.from(bytes);
        const headers = [
          ...['host', origin.host],
          ...['content-length', String(body.length)],
          ...['x-sent', value],
          ...['x-chunked', chunked ? '1' : '0'],
        ];
        const answer = await transport.send({ method: 'PUT', path, headers, body });
        expect(answer.body).toEqual(body);
        expect(answer.headers.get('x-path')).toBe(path);
        expect(answer.headers.get('x-sent')).toBe(value);
      },
    ),
  );
});

test('connections are bounded and used again, and each request gets its own answer', async () => {
  const { origin, seen } = await answering((request, response) => response.end(request.url));
  const transport = to(origin, 3);
  const paths = Array.from({ length: 50 }, (_, i) => `/${i}`);
  const answers = await Promise.all(paths.map((path) => transport.send(get(origin, path))));
  expect(answers.map(({ body }) => body.toString())).toEqual(paths);
  expect(seen.connections).toBe(3);
});

test('calls of different hosts and ports share an agent and no connection', async () => {
  const agent = directAgent('http:', 3);
  const origins = await Promise.all(
    [1, 2].map((n) => answering((_, response) => response.end(`from ${n}`)).then(({ origin }) => origin)),
  );
  const answers = await Promise.all(
    [0, 1, 0, 1].map((n) => new Transport(origins[n]!, agent).send(get(origins[n]!)).then(({ body }) => String(body))),
  );
  expect(answers).toEqual(['from 1', 'from 2', 'from 1', 'from 2']);

  const tls = directAgent('https:', 3);
  const places = [{ host: 'a' }, { host: 'b' }, { host: 'a', port: 1 }, { host: 'a', localAddress: '::1' }];
  expect(new Set(places.map((place) => tls.getName(place))).size).toBe(places.length);
});

test('a connection that the service closes after its answer is not used again', async () => {
  const { origin, seen } = await answering((_, response) => {
    response.setHeader('connection', 'close');
    response.end('bye');
  });
  const transport = to(origin, 1);
  const answers = await Promise.all([1, 2, 3].map(() => transport.send(get(origin))));
  expect(answers.map(({ body }) => body.toString())).toEqual(['bye', 'bye', 'bye']);
  expect(seen.connections).toBe(3);
});

test('a free connection that the service has closed is not used again', async () => {
  const { origin, seen } = await answering((_, response) => response.end('here'));
  const transport = to(origin, 1);
  await transport.send(get(origin));
  const [socket] = sockets;
  socket?.end();
  await once(socket!, 'close'); // the client has answered the end with its own
  expect((await transport.send(get(origin))).body.toString()).toBe('here');
  expect(seen.connections).toBe(2);
});

test('what comes unasked is no answer to what is asked next', async () => {
  const answer = (text: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
  const origin = await listening(net.createServer((socket) => socket.on('data', () => socket.write(answer('asked')))));
  const transport = to(origin, 1);
  await transport.send(get(origin));
  const [socket] = sockets;
  socket?.write(answer('unasked'));
  await once(socket!, 'close');
  expect((await transport.send(get(origin))).body.toString()).toBe('asked');
});

test('a connection that nobody has used for long is closed', async () => {
  const { origin, seen } = await answering((_, response) => response.end());
  const transport = new Transport(origin, handingOn(new http.Agent(keptOpen(1)), 20), IMPATIENT);
  await transport.send(get(origin));
  const [socket] = sockets;
  await once(socket!, 'close');
  await transport.send(get(origin));
  expect(seen.connections).toBe(2);
});

test('a connection that has been free for longer than it may be is not used, although it is open yet', async () => {
  const { origin, seen } = await answering((_, response) => response.end());
  const transport = new Transport(origin, handingOn(new http.Agent(keptOpen(1)), 0));
  for (let i = 0; i < 3; i++) await transport.send(get(origin));
  expect(seen.connections).toBe(3);
});

test('whoever waits for a connection gets the next that is free, also of a host whose connections are all in use', async () => {
  const { origin, seen } = await answering((request, response) => response.end(request.url));
  const agent = handingOn(new http.Agent({ ...keptOpen(2), maxTotalSockets: 1 }));
  const other = new URL(origin.href.replace('127.0.0.1', 'localhost'));
  const paths = ['/1', '/2', '/3', '/4'];
  const answers = await Promise.all(
    paths.map((path, n) => new Transport(n % 2 ? origin : other, agent).send(get(origin, path))),
  );
  expect(answers.map(({ body }) => String(body))).toEqual(paths);
  expect(seen.connections).toBeGreaterThan(1);
});

test('a connection that breaks fails its own request only', async () => {
  const { origin } = await answering((request, response, nth) => {
    if (nth === 1) request.socket.destroy();
    else response.end('here');
  });
  const transport = to(origin, 1);
  const [broken, ...others] = await Promise.allSettled([1, 2, 3].map(() => transport.send(get(origin))));
  expect(broken).toMatchObject({ status: 'rejected', reason: { name: 'ECONNRESET', code: 'ECONNRESET' } });
  expect(others.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
});

test('an answer that breaks off is an error', async () => {
  const { origin } = await answering((request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('the first half', () => request.socket.destroy());
  });
  await expect(to(origin, 1).send(get(origin))).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('an error whose end is that of the connection is an answer', async () => {
  const refusal = 'HTTP/1.1 503 Busy\r\nServer: proxy\r\n\r\ncome later';
  const origin = await listening(net.createServer((socket) => socket.end(refusal)));
  const { statusCode, body } = await to(origin, 1).send(get(origin));
  expect([statusCode, body.toString()]).toEqual([503, 'come later']);
});

test('an answer of another protocol is an error', async () => {
  const origin = await listening(net.createServer((socket) => socket.end('220 mail.example ESMTP\r\n\r\n')));
  await expect(to(origin, 1).send(get(origin))).rejects.toThrow(MalformedAnswerError);
});

test.each([
  ['has no length and no chunks', 'Server: x\r\n\r\nthe half', MalformedAnswerError],
  ['has two lengths', 'Content-Length: 3\r\nContent-Length: 8\r\n\r\nthe half', MalformedAnswerError],
  ['has a length and chunks', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', MalformedAnswerError],
  ['has a length that is no number', 'Content-Length: 3x\r\n\r\nthe half', MalformedAnswerError],
  ['has a chunk that is longer than it says', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n', MalformedAnswerError],
  ['breaks off between chunks', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', NetworkError],
  ['breaks off in its head', 'Content-Le', NetworkError],
  ['is shorter than it says', 'Content-Length: 30\r\n\r\nthe half', NetworkError],
])('a success that %s is an error', async (_, rest, kind) => {
  const origin = await listening(net.createServer((socket) => socket.end(`HTTP/1.1 200 OK\r\n${rest}`)));
  await expect(to(origin, 1).send(get(origin))).rejects.toThrow(kind);
});

test('of an answer that is longer than it says, no byte goes into another', async () => {
  const longer = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfourHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nunasked';
  const origin = await listening(net.createServer((socket) => socket.on('data', () => socket.write(longer))));
  const transport = to(origin, 1);
  for (let i = 0; i < 3; i++) {
    const outcome = await transport.send(get(origin)).then(
      ({ body }) => body.toString(),
      (error: unknown) => (error as Error).name,
    );
    expect(['four', 'MalformedAnswerError', 'ECONNRESET']).toContain(outcome);
  }
});

test('a put is sent at once, whatever its size: it expects no word to go on', async () => {
  const { origin } = await answering((request, response) => {
    void wholeOf(request).then(() => response.end(request.headers.expect ?? 'nothing'));
  });
  const body = Buffer.alloc(4 * 1024 * 1024);
  const headers = [...get(origin).headers, 'content-length', String(body.length)];
  expect((await to(origin, 1).send({ method: 'PUT', path: '/', headers, body })).body.toString()).toBe('nothing');
});

test('an answer that comes before all of the request has gone is the answer, and the rest stays off the next request', async () => {
  const { origin, seen } = await answering((_, response, nth) => {
    response.statusCode = nth === 1 ? 503 : 200;
    response.end(String(nth)); // without reading
  });
  const transport = to(origin, 1);
  const body = Buffer.alloc(32 * 1024 * 1024);
  const headers = ['host', origin.host, 'content-length', String(body.length)];
  expect((await transport.send({ method: 'PUT', path: '/', headers, body })).statusCode).toBe(503);
  expect((await transport.send(get(origin))).body.toString()).toBe('2');
  expect(seen.connections).toBe(2);
});

test('a service that is not there is an error', async () => {
  const { origin, server } = await answering(() => undefined);
  server.close();
  await once(server, 'close');
  const sent = Promise.allSettled([1, 2, 3].map(() => to(origin, 2).send(get(origin))));
  for (const outcome of await sent)
    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'ECONNREFUSED', code: 'ECONNREFUSED' } });
});

/** Long enough for a busy machine, and short beside what the slow ones take in all. */
const IMPATIENT = { connectionMs: 60_000, silenceMs: 1_000 };
const STEP_MS = 50;

test('a slow reader of a large put, who is never silent, may take as long as it likes', async () => {
  const startedAtMs = performance.now();
  const { origin } = await answering((request, response) => {
    let received = 0;
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
      request.pause();
      setTimeout(() => request.resume(), STEP_MS / 10);
    });
    request.on('end', () => response.end(String(received)));
  });
  const body = Buffer.alloc(32 * 1024 * 1024);
  const headers = [...get(origin).headers, 'content-length', String(body.length)];
  const answer = await to(origin, 1, IMPATIENT).send({ method: 'PUT', path: '/', headers, body });
  expect(answer.body.toString()).toBe(String(body.length));
  expect(performance.now() - startedAtMs).toBeGreaterThan(2 * IMPATIENT.silenceMs);
});

test('a slow sender of a large answer, who is never silent, may take as long as it likes', async () => {
  const chunks = (3 * IMPATIENT.silenceMs) / STEP_MS;
  const { origin } = await answering((_, response) => {
    response.writeHead(200, { 'content-length': chunks * 1_000 });
    let sent = 0;
    const timer = setInterval(() => {
      response.write(Buffer.alloc(1_000));
      if (++sent === chunks) clearInterval(timer);
    }, STEP_MS);
  });
  expect((await to(origin, 1, IMPATIENT).send(get(origin))).body).toHaveLength(chunks * 1_000);
});

test.each([1, 2])('a service that is silent to request %i of a connection is given up', async (silentFrom) => {
  const { origin } = await answering((_, response, nth) => {
    if (nth < silentFrom) response.end();
  });
  const transport = to(origin, 1, IMPATIENT); // Patient enough for the answer of a busy machine.
  for (let nth = 1; nth < silentFrom; nth++) await transport.send(get(origin));
  await expect(transport.send(get(origin))).rejects.toMatchObject({
    name: 'TimeoutError',
    message: 'nothing moved for 1000 ms',
  });
});

test('on one connection each call has its own limit on silence', async () => {
  const { origin, seen } = await answering((request, response) => {
    if (request.url !== '/never') response.end();
  });
  const agent = directAgent('http:', 1);
  const [patient, impatient] = [60_000, 50].map(
    (silenceMs) => new Transport(origin, agent, { connectionMs: 60_000, silenceMs }),
  );
  await patient?.send(get(origin));
  await expect(impatient?.send(get(origin, '/never'))).rejects.toMatchObject({ message: 'nothing moved for 50 ms' });
  expect(seen.connections).toBe(1);
});

test('a service that falls silent within its answer is given up', async () => {
  const { origin } = await answering((_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('the first half');
  });
  const sent = to(origin, 1, { connectionMs: 60_000, silenceMs: 50 }).send(get(origin));
  await expect(sent).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('a service that takes no more of a put is given up', async () => {
  const { origin } = await answering((request) => request.pause());
  const body = Buffer.alloc(64 * 1024 * 1024);
  const headers = [...get(origin).headers, 'content-length', String(body.length)];
  const transport = to(origin, 1, { connectionMs: 60_000, silenceMs: 50 - body.length / 20 });
  await expect(transport.send({ method: 'PUT', path: '/', headers, body })).rejects.toMatchObject({
    name: 'TimeoutError',
  });
});

test('a service that does not let itself be connected to is given up', async () => {
  const agent = new http.Agent();
  const never = Object.assign(new net.Socket(), { connecting: true });
  Object.assign(agent, { createConnection: () => never });
  const sent = new Transport(new URL('http://nowhere'), agent, { connectionMs: 20, silenceMs: 60_000 }).send(
    get(new URL('http://nowhere')),
  );
  await expect(sent).rejects.toMatchObject({ name: 'TimeoutError', message: 'no connection within 20 ms' });
});

test('what traces the calls of Node.js sees one of each', async () => {
  const { origin } = await answering((_, response) => response.end());
  const seen: string[] = [];
  const see = (message: unknown) => seen.push((message as { request: http.ClientRequest }).request.path);
  diagnostics.subscribe('http.client.request.start', see);
  const transport = to(origin, 2);
  await Promise.all(['/1', '/2', '/3'].map((path) => transport.send(get(origin, path))));
  diagnostics.unsubscribe('http.client.request.start', see);
  expect(seen).toEqual(['/1', '/2', '/3']);
});

test('what is aborted ends at once, in flight and in the queue, and the others go on', async () => {
  const controller = new AbortController();
  const { origin } = await answering((request, response) => {
    if (request.url === '/hangs') controller.abort(new Error('enough'));
    else response.end('here');
  });
  const transport = to(origin, 1);
  const [inFlight, queued, other] = await Promise.allSettled([
    transport.send(get(origin, '/hangs'), controller.signal),
    transport.send(get(origin, '/queued'), controller.signal),
    transport.send(get(origin, '/other')),
  ]);
  for (const aborted of [inFlight, queued])
    expect(aborted).toMatchObject({ status: 'rejected', reason: { name: 'AbortError', cause: new Error('enough') } });
  expect(other).toMatchObject({ status: 'fulfilled' });
});

test('what is aborted in the queue takes no connection with it', async () => {
  const controller = new AbortController();
  const held: ServerResponse[] = [];
  const { origin } = await answering((request, response) => {
    if (request.url !== '/held') response.end();
    else {
      held.push(response);
      controller.abort();
    }
  });
  const transport = to(origin, 1);
  const first = transport.send(get(origin, '/held'));
  await expect(transport.send(get(origin), controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
  held[0]?.end();
  await first;
  expect((await transport.send(get(origin))).statusCode).toBe(200);
});

test('what is aborted later does not touch the connection', async () => {
  const controller = new AbortController();
  const { origin, seen } = await answering((_, response) => response.end());
  const transport = to(origin, 1);
  await Promise.all([1, 2].map(() => transport.send(get(origin), controller.signal)));
  controller.abort();
  await transport.send(get(origin));
  expect(seen.connections).toBe(1);
});

test('a process that has nothing else to do ends, whatever connections are open', async () => {
  const { origin, server } = await answering((_, response) => response.end());
  server.keepAliveTimeout = 0; // never closed by the server
  const source = `
    const { Transport } = require(${JSON.stringify(require.resolve('../../../aws/signed/transport'))});
    const { directAgent } = require(${JSON.stringify(require.resolve('../../../aws/keptConnections'))});
    const request = { method: 'GET', path: '/', headers: ['host', 'x'] };
    new Transport(new URL('${origin.href}'), directAgent('http:', 1)).send(request).then(({ statusCode }) => console.log(statusCode));`;
  const args = ['--import', 'tsx', '--eval', source];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toBe('200\n');
});

test.each([
  ['path', '/a b', 'x'],
  ['path', '/a\r\nx: y', 'x'],
  ['value', '/', 'x\r\ny: z'],
  ['value', '/', 'x\u0000'],
  ['value', '/', 'ž'],
])('a %s that would be another request is not sent: %j %j', async (_, path, value) => {
  const { origin, seen } = await answering((__, response) => response.end());
  const headers = ['host', origin.host, 'x-value', value];
  await expect(to(origin, 1).send({ method: 'GET', path, headers })).rejects.toMatchObject({ name: 'TypeError' });
  expect(seen.connections).toBe(0);
});

test('an answer that is longer than it may be is not read, whether it says so or not', async () => {
  const { origin } = await answering((request, response) => {
    if (request.url === '/stated') response.setHeader('content-length', String(1024 ** 3));
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    };
    response.on('drain', more);
    more();
  });
  const transport = to(origin, 1);
  for (const path of ['/stated', '/chunked'])
    await expect(transport.send({ ...get(origin, path), mostAnswerBytes: 1_000_000 })).rejects.toThrow(
      /the answer has 1\d+ bytes/,
    );
});

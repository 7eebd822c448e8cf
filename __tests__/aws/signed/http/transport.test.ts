import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { MalformedAnswerError } from '../../../../aws/signed/http/errors';
import { Transport } from '../../../../aws/signed/http/transport';

const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
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

const get = (origin: URL, path = '/') => ({ method: 'GET', path, headers: [['host', origin.host]] as const });

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
  const transport = new Transport(origin, 4);
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 5_000 }),
      fc.webPath().map((path) => `/${path}`),
      fc.stringMatching(/^(?:[!-~\xa1-\xff][ -~]{0,20}[!-~])?$/),
      fc.boolean(),
      async (bytes, path, value, chunked) => {
        const body = Buffer.from(bytes);
        const headers = [
          ['host', origin.host],
          ['content-length', String(body.length)],
          ['x-sent', value],
          ['x-chunked', chunked ? '1' : '0'],
        ] as const;
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
  const transport = new Transport(origin, 3);
  const paths = Array.from({ length: 50 }, (_, i) => `/${i}`);
  const answers = await Promise.all(paths.map((path) => transport.send(get(origin, path))));
  expect(answers.map(({ body }) => body.toString())).toEqual(paths);
  expect(seen.connections).toBe(3);
});

test('a connection that the service closes after its answer is not used again', async () => {
  const { origin, seen } = await answering((_, response) => {
    response.setHeader('connection', 'close');
    response.end('bye');
  });
  const transport = new Transport(origin, 1);
  const answers = await Promise.all([1, 2, 3].map(() => transport.send(get(origin))));
  expect(answers.map(({ body }) => body.toString())).toEqual(['bye', 'bye', 'bye']);
  expect(seen.connections).toBe(3);
});

test('a free connection that the service has closed is not used again', async () => {
  const { origin, seen } = await answering((_, response) => response.end('here'));
  const transport = new Transport(origin, 1);
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
  const transport = new Transport(origin, 1);
  await transport.send(get(origin));
  const [socket] = sockets;
  socket?.write(answer('unasked'));
  await once(socket!, 'close');
  expect((await transport.send(get(origin))).body.toString()).toBe('asked');
});

test('a connection that nobody has used for long is not used again', async () => {
  const { origin, seen } = await answering((_, response) => response.end());
  const transport = new Transport(origin, 2);
  await Promise.all([transport.send(get(origin)), transport.send(get(origin))]);
  await transport.send(get(origin));
  expect(seen.connections).toBe(2);
  const clock = jest.spyOn(Date, 'now');
  const startedAtMs = Date.now();
  clock.mockReturnValue(startedAtMs + 4_000);
  await transport.send(get(origin));
  clock.mockReturnValue(startedAtMs + 8_000); // one of the two has not been used for eight seconds
  await transport.send(get(origin));
  expect(seen.connections).toBe(2);
  clock.mockReturnValue(startedAtMs + 60_000);
  await transport.send(get(origin));
  expect(seen.connections).toBe(3);
});

test('a connection that breaks fails its own request only', async () => {
  const { origin } = await answering((request, response, nth) => {
    if (nth === 1) request.socket.destroy();
    else response.end('here');
  });
  const transport = new Transport(origin, 1);
  const [broken, ...others] = await Promise.allSettled([1, 2, 3].map(() => transport.send(get(origin))));
  expect(broken).toMatchObject({ status: 'rejected', reason: { name: 'ECONNRESET', code: 'ECONNRESET' } });
  expect(others.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
});

test('an answer that breaks off is an error', async () => {
  const { origin } = await answering((request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('the first half', () => request.socket.destroy());
  });
  await expect(new Transport(origin, 1).send(get(origin))).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('an error whose end is that of the connection is an answer', async () => {
  const refusal = 'HTTP/1.1 503 Busy\r\nServer: proxy\r\n\r\ncome later';
  const origin = await listening(net.createServer((socket) => socket.end(refusal)));
  const { statusCode, body } = await new Transport(origin, 1).send(get(origin));
  expect([statusCode, body.toString()]).toEqual([503, 'come later']);
});

test('an answer of another protocol is an error', async () => {
  const origin = await listening(net.createServer((socket) => socket.end('220 mail.example ESMTP\r\n\r\n')));
  await expect(new Transport(origin, 1).send(get(origin))).rejects.toThrow(MalformedAnswerError);
});

test('an answer that comes before all of the request has gone is the answer, and the rest stays off the next request', async () => {
  const { origin, seen } = await answering((_, response, nth) => {
    response.statusCode = nth === 1 ? 503 : 200;
    response.end(String(nth)); // without reading
  });
  const transport = new Transport(origin, 1);
  const body = Buffer.alloc(32 * 1024 * 1024);
  const headers = [
    ['host', origin.host],
    ['content-length', String(body.length)],
  ] as const;
  expect((await transport.send({ method: 'PUT', path: '/', headers, body })).statusCode).toBe(503);
  expect((await transport.send(get(origin))).body.toString()).toBe('2');
  expect(seen.connections).toBe(2);
});

test('a service that is not there is an error', async () => {
  const { origin, server } = await answering(() => undefined);
  server.close();
  await once(server, 'close');
  const sent = Promise.allSettled([1, 2, 3].map(() => new Transport(origin, 2).send(get(origin))));
  for (const outcome of await sent)
    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'ECONNREFUSED', code: 'ECONNREFUSED' } });
});

const onlyTimeouts = () =>
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'setInterval', 'Date', 'hrtime'],
  });

test.each([1, 2])('a service that does not answer request %i of a connection is given up', async (silentFrom) => {
  onlyTimeouts();
  const reached = new EventEmitter();
  const { origin } = await answering((_, response, nth) => {
    if (nth < silentFrom) response.end();
    else reached.emit('silence');
  });
  const transport = new Transport(origin, 1);
  for (let nth = 1; nth < silentFrom; nth++) await transport.send(get(origin));
  const silence = once(reached, 'silence');
  const sent = transport.send(get(origin));
  await silence;
  jest.advanceTimersByTime(15_000);
  await expect(sent).rejects.toMatchObject({ name: 'TimeoutError', message: 'no answer within 15000 ms' });
});

test('a service that does not let itself be connected to is given up', async () => {
  const { origin } = await answering(() => undefined);
  onlyTimeouts();
  const sent = new Transport(origin, 1).send(get(origin));
  jest.advanceTimersByTime(3_000);
  await expect(sent).rejects.toMatchObject({ name: 'TimeoutError', message: 'no connection within 3000 ms' });
});

test('what is aborted ends at once, in flight and in the queue, and the others go on', async () => {
  const controller = new AbortController();
  const { origin } = await answering((request, response) => {
    if (request.url === '/hangs') controller.abort(new Error('enough'));
    else response.end('here');
  });
  const transport = new Transport(origin, 1);
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
  const transport = new Transport(origin, 1);
  const first = transport.send(get(origin, '/held'));
  await expect(transport.send(get(origin), controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
  held[0]?.end();
  await first;
  expect((await transport.send(get(origin))).statusCode).toBe(200);
});

test('what is aborted later does not touch the connection', async () => {
  const controller = new AbortController();
  const { origin, seen } = await answering((_, response) => response.end());
  const transport = new Transport(origin, 1);
  await Promise.all([1, 2].map(() => transport.send(get(origin), controller.signal)));
  controller.abort();
  await transport.send(get(origin));
  expect(seen.connections).toBe(1);
});

test('a process that has nothing else to do ends, whatever connections are open', async () => {
  const { origin, server } = await answering((_, response) => response.end());
  server.keepAliveTimeout = 0; // never closed by the server
  const source = `
    const { Transport } = require(${JSON.stringify(require.resolve('../../../../aws/signed/http/transport'))});
    const request = { method: 'GET', path: '/', headers: [['host', 'x']] };
    new Transport(new URL('${origin.href}'), 1).send(request).then(({ statusCode }) => console.log(statusCode));`;
  const args = ['--import', 'tsx', '--eval', source];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  expect(stdout).toBe('200\n');
}, 30_000);

test.each([
  ['path', '/a b', 'x'],
  ['path', '/a\r\nx: y', 'x'],
  ['value', '/', 'x\r\ny: z'],
  ['value', '/', 'x\u0000'],
  ['value', '/', 'ž'],
])('a %s that would be another request is not sent: %j %j', async (_, path, value) => {
  const { origin, seen } = await answering((__, response) => response.end());
  const headers = [
    ['host', origin.host],
    ['x-value', value],
  ] as const;
  await expect(new Transport(origin, 1).send({ method: 'GET', path, headers })).rejects.toThrow(TypeError);
  expect(seen.connections).toBe(0);
});

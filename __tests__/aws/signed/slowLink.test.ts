import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { SignedClient } from '../../../aws/signed/signedClient';

const BYTES_PER_TICK = 25_000;
/** With it, 10 Mbit/s. */
const TICK_MS = 20;

let stored: number;
let service: http.Server;
let link: { server: Server; stop: () => void };
const sockets = new Set<Socket>();

const portOf = (server: Server) => (server.address() as AddressInfo).port;
async function listening<Listening extends Server>(server: Listening): Promise<Listening> {
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Passes on what is sent, the connections in turn, and no more of it than the link carries. */
async function slowLink(to: number): Promise<typeof link> {
  let pairs: { from: Socket; onward: Socket }[] = [];
  const server = await listening(
    net.createServer((from) => {
      const onward = net.connect(to, '127.0.0.1');
      onward.on('error', () => from.destroy()).pipe(from);
      from.on('readable', () => undefined).on('close', () => onward.destroy());
      pairs.push({ from, onward });
    }),
  );
  let budget = 0;
  const timer = setInterval(() => {
    budget = Math.min(budget, 0) + BYTES_PER_TICK;
    pairs = pairs.filter(({ from }) => !from.destroyed);
    for (let idle = 0; budget > 0 && idle < pairs.length;) {
      const pair = pairs.shift();
      if (!pair) return;
      pairs.push(pair);
      const bytes = pair.from.read() as Buffer | null;
      idle = bytes === null ? idle + 1 : 0;
      if (bytes === null) continue;
      budget -= bytes.length;
      pair.onward.write(bytes);
    }
  }, TICK_MS);
  return { server, stop: () => clearInterval(timer) };
}

beforeAll(async () => {
  stored = 0;
  service = await listening(
    http.createServer((request, response) => {
      request.resume().on('end', () => {
        stored++;
        response.end();
      });
    }),
  );
  link = await slowLink(portOf(service));
});
afterAll(() => {
  link.stop();
  for (const socket of sockets) socket.destroy();
  for (const server of [service, link.server]) server.close();
});

test('64 large puts side by side over 10 Mbit/s are all stored, however short the silence that is borne', async () => {
  const origin = new URL(`http://127.0.0.1:${portOf(link.server)}`);
  const client = new SignedClient({
    service: 's3',
    endpoint: () => ({ origin, basePath: '', signingRegion: 'eu-central-1' }),
    accessKeys: () => ({ accessKeyId: 'a', secretAccessKey: 'b' }),
    connections: 64,
    timeLimits: { connectionMs: 1_000, silenceMs: 500 },
    attempts: 4,
    errorOf: () => undefined,
  });
  const body = Buffer.alloc(50_000);
  const puts = Array.from({ length: 64 }, (_, n) => client.send({ method: 'PUT', path: `/${n}`, body }));
  expect((await Promise.all(puts)).map(({ statusCode }) => statusCode)).toEqual(puts.map(() => 200));
  expect(stored).toBeGreaterThanOrEqual(64);
});

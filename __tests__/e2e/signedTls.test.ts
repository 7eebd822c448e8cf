import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls, { type TLSSocket } from 'node:tls';
import { directAgent } from '../../aws/keptConnections';
import { Transport } from '../../aws/signed/transport';

let folder: string;
let cert: Buffer;
let server: https.Server;
let port: number;
/** Whether each connection went on with a session of one before. */
let resumed: boolean[] = [];
let close = false;
let requests = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dcs-tls-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = 'req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost';
  execFileSync('openssl', [...request.split(' '), '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  cert = readFileSync(certFile);
  server = https.createServer({ key: readFileSync(keyFile), cert }, (_, response) => {
    requests++;
    if (close) response.setHeader('connection', 'close');
    response.end('whole');
  });
  server.on('secureConnection', (socket: TLSSocket) => resumed.push(socket.isSessionReused()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  resumed = [];
  close = false;
  requests = 0;
});
afterEach(() => {
  jest.restoreAllMocks();
  trusted = undefined;
});

/** Certificates to trust, as PEM. */
let trusted: string | undefined;
function trustOurs(maxVersion: 'TLSv1.2' | 'TLSv1.3'): void {
  trusted = `${maxVersion}\n${cert.toString()}`; // What is outside of PEM's lines is comment.
  const { createSecureContext } = tls;
  jest.spyOn(tls, 'createSecureContext').mockImplementation(() => createSecureContext({ ca: cert, maxVersion }));
}

function send(transport: Transport) {
  return transport.send({ method: 'GET', path: '/', headers: ['host', 'localhost'] });
}
const to = (host: string) => new Transport(new URL(`https://${host}:${port}`), directAgent('https:', 1, trusted));

/** What had been sent has been received then. */
async function connectionsEnded(): Promise<void> {
  const open = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
  while ((await open()) > 0) await new Promise(setImmediate);
}

test('a certificate that nobody trusts is refused, before anything is sent', async () => {
  await expect(send(to('localhost'))).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  await connectionsEnded();
  expect(requests).toBe(0);
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a trusted certificate of another host is refused each time, before anything is sent: %s',
  async (version) => {
    trustOurs(version);
    const transport = to('127.0.0.1');
    // A session that was kept of a refused connection would be gone on with, and nobody looks at a certificate then.
    for (let i = 0; i < 3; i++)
      await expect(send(transport)).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    await connectionsEnded();
    expect(requests).toBe(0);
  },
);

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a trusted certificate of the host is accepted, and the next connection goes on with its session: %s',
  async (version) => {
    trustOurs(version);
    close = true;
    const transport = to('localhost');
    for (let i = 0; i < 3; i++) expect((await send(transport)).body.toString()).toBe('whole');
    expect(resumed).toEqual([false, true, true]);
  },
);

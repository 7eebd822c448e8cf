import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A file of the page, by its path. There are no others: no path is ever joined. */
export interface PageFile {
  readonly type: string;
  readonly text: string;
}

export interface UiServer {
  /** With the token in its fragment, which no request and no log carries. */
  readonly address: string;
  /** Resolves when nobody has asked for anything for long. */
  readonly idle: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Answers a path below /api/ with what becomes JSON. Throws `NotFound` or an error with a message for people.
 *
 * @param signal aborts when nobody waits for the answer any longer: a window was moved on
 */
export type Answer = (name: string, query: URLSearchParams, signal: AbortSignal) => Promise<unknown>;

export interface ServeRequest {
  readonly files: ReadonlyMap<string, PageFile>;
  readonly api: Answer;
  readonly idleMs: number;
}

export class NotFound extends Error {}

/** Everything from here, nothing inline, no other place at all; what is no script can become none. */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/**
 * Serves the page on the loopback address. That keeps other machines out, and no other user of this one: whoever asks for
 * data has to bring the token, in a header that no other site's page can send without being asked first.
 */
export async function serveUi({ files, api, idleMs }: ServeRequest): Promise<UiServer> {
  const token = randomBytes(32).toString('base64url');
  let becomeIdle: () => void = () => undefined;
  const idle = new Promise<void>((resolve) => (becomeIdle = resolve));
  let timer = setTimeout(becomeIdle, idleMs);
  const server = createServer((incoming, outgoing) => {
    clearTimeout(timer);
    timer = setTimeout(becomeIdle, idleMs);
    answer(incoming, outgoing).catch((error: unknown) => {
      send(outgoing, 500, { error: error instanceof Error ? error.message : String(error) });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const refused = refusal(incoming, port);
    if (refused) {
      send(outgoing, refused[0], { error: refused[1] });
      return;
    }
    const { pathname, searchParams } = new URL(incoming.url ?? '/', `http://127.0.0.1:${port}`);
    const file = files.get(pathname);
    if (file) {
      outgoing.writeHead(200, { ...HEADERS, 'Content-Type': file.type });
      outgoing.end(incoming.method === 'HEAD' ? undefined : file.text);
      return;
    }
    const name = /^\/api\/([a-z]+)$/.exec(pathname)?.[1];
    if (name === undefined) send(outgoing, 404, { error: 'there is nothing here' });
    else if (!isSame(String(incoming.headers['x-dcs-token'] ?? ''), token))
      send(outgoing, 401, { error: 'this page has lost its token; run dcs ui again' });
    else {
      const left = new AbortController();
      outgoing.once('close', () => left.abort());
      const found = await api(name, searchParams, left.signal).catch((error: unknown) => {
        if (!(error instanceof NotFound)) throw error;
        return undefined;
      });
      send(outgoing, found === undefined ? 404 : 200, found ?? { error: 'there is nothing here' });
    }
  }

  return {
    address: `http://127.0.0.1:${port}/#${token}`,
    idle,
    async stop() {
      clearTimeout(timer);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A name that another site has made point here comes with that name (DNS rebinding), and a page of another site with its origin. */
function refusal({ method, headers }: IncomingMessage, port: number): [status: number, why: string] | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!hosts.includes(headers.host ?? '')) return [421, 'this is not the host that was asked for'];
  if (headers.origin !== undefined && !hosts.map((host) => `http://${host}`).includes(headers.origin))
    return [403, 'another page may not ask'];
  const site = headers['sec-fetch-site'];
  const isOpened = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isOpened)
    return [403, 'another site may not ask'];
  if (method !== 'GET' && method !== 'HEAD') return [405, 'nothing can be changed here'];
  return undefined;
}

function isSame(given: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function send(outgoing: ServerResponse, status: number, body: unknown): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(status, { ...HEADERS, 'Content-Type': 'application/json; charset=utf-8' });
  outgoing.end(JSON.stringify(body));
}

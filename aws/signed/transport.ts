import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { CONNECTION_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from '../timeouts';
import { onAbort } from './onAbort';
import type { Header } from './signature';

export interface HttpRequest {
  readonly method: string;
  /** Encoded, with the query. */
  readonly path: string;
  /** All of them, `host` too: nothing is added. */
  readonly headers: readonly Header[];
  readonly body?: Buffer;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly statusCode: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One host's connections, kept open and bounded. Every request ends: with its whole answer, or an error. */
export class Transport {
  private readonly agent: http.Agent;
  private readonly request: typeof http.request;

  /** @param origin scheme, host and port */
  constructor(
    private readonly origin: URL,
    connections: number,
  ) {
    const secure = origin.protocol === 'https:';
    this.agent = new (secure ? https : http).Agent({ keepAlive: true, maxSockets: connections });
    this.request = (secure ? https : http).request;
  }

  send({ method, path, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.origin;
      const request = this.request({
        agent: this.agent,
        hostname: bare(hostname),
        port,
        method,
        path,
        headers: headers.flat(),
      });
      let timer: NodeJS.Timeout | undefined;
      const over = () => {
        clearTimeout(timer);
        forget();
      };
      const fail = (error: Error) => {
        over();
        reject(error);
        request.destroy();
      };
      const forget = onAbort(signal, (reason) => fail(new AbortError(reason)));
      const failOnNetwork = (error: NodeJS.ErrnoException) => fail(new NetworkError(error));
      request.on('error', failOnNetwork);
      request.on('socket', (socket) => {
        const expire = () => fail(new TimeoutError(`no answer within ${REQUEST_TIMEOUT_MS} ms`));
        if (!socket.connecting) {
          timer = setTimeout(expire, REQUEST_TIMEOUT_MS);
          return;
        }
        timer = setTimeout(
          () => fail(new TimeoutError(`no connection within ${CONNECTION_TIMEOUT_MS} ms`)),
          CONNECTION_TIMEOUT_MS,
        );
        socket.once('connect', () => {
          clearTimeout(timer);
          timer = setTimeout(expire, REQUEST_TIMEOUT_MS);
        });
      });
      request.on('response', (response: IncomingMessage) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', failOnNetwork); // also when the connection breaks before the end
        response.on('end', () => {
          over();
          const only = chunks.length === 1 ? chunks[0] : undefined;
          resolve({
            statusCode: response.statusCode ?? 0,
            headers: response.headers,
            body: only ?? Buffer.concat(chunks),
          });
        });
      });
      request.end(body);
    });
  }
}

/** The caller's signal ended the call, its reason is the cause. */
class AbortError extends Error {
  override readonly name = 'AbortError';
  constructor(cause: unknown) {
    super('Request aborted', { cause });
  }
}

/** What Node.js says of the network, by its code (`ECONNRESET`): its own name for all of that is `Error`. */
class NetworkError extends Error {
  override readonly name: string;
  readonly code: string;
  constructor(cause: NodeJS.ErrnoException) {
    super(cause.message, { cause });
    this.name = this.code = cause.code ?? 'NetworkError';
  }
}

class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ETIMEDOUT';
}

/** An IPv6 address as node:net takes it. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

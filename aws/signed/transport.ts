import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { remembered } from '../../core/remembered';
import { CONNECTION_TIMEOUT_MS, SILENCE_TIMEOUT_MS } from '../awsSettings';
import { AbortError, MalformedAnswerError, NetworkError, TimeoutError, TooLargeAnswerError } from './httpErrors';
import { onAbort } from './onAbort';
import type { Header } from './signature';

export interface HttpRequest {
  readonly method: string;
  /** Encoded, with the query. */
  readonly path: string;
  /** All of them, `host` and `content-length` too. */
  readonly headers: readonly Header[];
  readonly body?: Buffer;
  /** A successful answer with a longer body is not read. */
  readonly mostAnswerBytes?: number;
}

export interface HttpAnswer {
  readonly statusCode: number;
  /** Names in lower case. What came more than once is one value, with commas. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface TimeLimits {
  /** Until there is a connection. The time that a request waits for its turn does not count. */
  readonly connectionMs: number;
  /** For which nothing moves, in either direction. */
  readonly silenceMs: number;
}

/**
 * What the system has taken to send looks sent, and may be on its way for long: 64 puts that share 10 Mbit/s move about
 * as slowly as this.
 */
const SLOWEST_BYTES_PER_MS = 20;

/** One host's calls. Every request ends: with its whole answer, or an error. */
export class Transport {
  private readonly request: typeof http.request;
  private readonly host: string;
  private readonly port: string;

  /** @param origin scheme, host and port */
  constructor(
    origin: URL,
    private readonly agent: http.Agent,
    private readonly limits: TimeLimits = { connectionMs: CONNECTION_TIMEOUT_MS, silenceMs: SILENCE_TIMEOUT_MS },
  ) {
    this.request = origin.protocol === 'https:' ? https.request : http.request;
    this.host = origin.hostname.replace(/^\[|\]$/g, ''); // an IPv6 address as node:net takes it
    this.port = origin.port;
  }

  /** @throws AbortError, NetworkError, TimeoutError, MalformedAnswerError, TooLargeAnswerError; TypeError for what is no request */
  send(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) throw new AbortError(signal.reason);
      const outgoing = this.begin(request);
      const fail = (error: Error) => {
        forget();
        outgoing.destroy();
        reject(explained(error));
      };
      const forget = onAbort(signal, (reason) => fail(new AbortError(reason)));
      outgoing.on('error', fail).on('response', (response) => {
        const { mostAnswerBytes = Infinity } = request;
        const headers = headersOf(response);
        const chunks: Buffer[] = [];
        let bytes = 0;
        const count = (more: number, stated = 0) => {
          bytes += more;
          const known = Math.max(bytes, stated);
          if (known > mostAnswerBytes) fail(new TooLargeAnswerError(known));
        };
        count(0, Number(headers.get('content-length') ?? 0));
        response.on('error', fail);
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          count(chunk.length);
        });
        response.on('end', () => {
          forget();
          // An answer that came before all of the request had gone leaves the rest of the request on the connection.
          if (!outgoing.writableFinished) outgoing.destroy();
          const { statusCode = 0 } = response;
          const [only] = chunks;
          const body = chunks.length === 1 && only ? only : Buffer.concat(chunks);
          if (hasEnd(request.method, statusCode, headers)) resolve({ statusCode, headers, body });
          else reject(new MalformedAnswerError('nothing in its head tells where it ends'));
        });
      });
      outgoing.end(request.body);
    });
  }

  private begin({ method, path, headers, body }: HttpRequest): http.ClientRequest {
    const { silenceMs } = this.limits;
    const { host, port, agent } = this;
    const timeout = Math.ceil(silenceMs + (body?.length ?? 0) / SLOWEST_BYTES_PER_MS);
    const outgoing = this.request({ method, path, host, port, agent, timeout, headers: flattened(headers) });
    outgoing.on('timeout', () => outgoing.destroy(new TimeoutError(`nothing moved for ${timeout} ms`)));
    return outgoing.on('socket', (socket) => socket.connecting && this.limitConnecting(outgoing, socket));
  }

  private limitConnecting(outgoing: http.ClientRequest, socket: Socket): void {
    const { connectionMs } = this.limits;
    const tooLong = () => outgoing.destroy(new TimeoutError(`no connection within ${connectionMs} ms`));
    const timer = setTimeout(tooLong, connectionMs);
    for (const end of ['connect', 'close']) socket.once(end, () => clearTimeout(timer));
  }
}

/** As Node.js takes them without looking at each. `flat()` takes six times as long. */
function flattened(headers: readonly Header[]): string[] {
  const flat: string[] = [];
  for (const [name, value] of headers) flat.push(name, value);
  return flat;
}

/** A success that ends when the connection does could be a part: it is not taken for the whole, as RFC 9112 allows. */
function hasEnd(method: string, statusCode: number, headers: HttpAnswer['headers']): boolean {
  if (method === 'HEAD' || statusCode === 204 || statusCode >= 300) return true;
  return headers.has('content-length') || headers.has('transfer-encoding');
}

const inLowerCase = remembered((name) => name.toLowerCase());

function headersOf({ rawHeaders }: IncomingMessage): Map<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = inLowerCase(rawHeaders[i] ?? '');
    const before = headers.get(name);
    const value = rawHeaders[i + 1] ?? '';
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function explained(error: NodeJS.ErrnoException): Error {
  if (error instanceof AbortError || error instanceof TimeoutError || error instanceof TooLargeAnswerError)
    return error;
  if (error.code?.startsWith('HPE_')) return new MalformedAnswerError(error.message, error);
  return new NetworkError(error);
}

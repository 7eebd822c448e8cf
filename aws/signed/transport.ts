import http from 'node:http';
import type { Socket } from 'node:net';
import { CONNECTION_TIMEOUT_MS, SILENCE_TIMEOUT_MS } from '../awsSettings';
import { AnswerHeaders } from './answerHeaders';
import { AbortError, MalformedAnswerError, NetworkError, TimeoutError, TooLargeAnswerError } from './httpErrors';
import { onAbort } from './onAbort';
import { Silence } from './silence';

export interface HttpRequest {
  readonly method: string;
  /** Encoded, with the query. */
  readonly path: string;
  /** Names and values in turn, as Node.js takes them without a look at each; all of them, `host` and `content-length` too. */
  readonly headers: readonly string[];
  readonly body?: Buffer;
  /** A successful answer with a longer body is not read. */
  readonly mostAnswerBytes?: number;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: AnswerHeaders;
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
  private readonly place: Readonly<Record<'protocol' | 'host' | 'port', string>>;
  private readonly silence = new Silence();

  /** @param origin scheme, host and port */
  constructor(
    { protocol, hostname, port }: URL,
    private readonly agent: http.Agent,
    private readonly limits: TimeLimits = { connectionMs: CONNECTION_TIMEOUT_MS, silenceMs: SILENCE_TIMEOUT_MS },
  ) {
    this.place = { protocol, host: hostname.replace(/^\[|\]$/g, ''), port }; // an IPv6 address as node:net takes it
  }

  /** @throws AbortError, NetworkError, TimeoutError, MalformedAnswerError, TooLargeAnswerError; TypeError for what is no request */
  send(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) throw new AbortError(signal.reason);
      const { method, path, headers, body, mostAnswerBytes = Infinity } = request;
      const { protocol, host, port } = this.place;
      // By the agent it is the same as https.request, which copies the options once more.
      const outgoing = http.request({ protocol, host, port, agent: this.agent, method, path, headers });
      const fail = (error: Error) => {
        forget();
        outgoing.destroy();
        reject(explained(error));
      };
      const forget = onAbort(signal, (reason) => fail(new AbortError(reason)));
      let moved: (() => void) | undefined;
      outgoing.on('error', fail);
      outgoing.on('socket', (socket) => (moved = this.limit(outgoing, socket, body)));
      outgoing.on('response', (response) => {
        const answered = new AnswerHeaders(response.rawHeaders);
        const chunks: Buffer[] = [];
        let bytes = 0;
        const count = (more: number, stated = 0) => {
          bytes += more;
          const known = Math.max(bytes, stated);
          if (known > mostAnswerBytes) fail(new TooLargeAnswerError(known));
        };
        const stated = answered.get('content-length');
        count(0, Number(stated ?? 0));
        response.on('error', fail);
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          count(chunk.length);
        });
        response.on('end', () => {
          forget();
          moved?.();
          // An answer that came before all of the request had gone leaves the rest of the request on the connection.
          if (!outgoing.writableFinished) outgoing.destroy();
          const { statusCode = 0 } = response;
          const [only] = chunks;
          const whole = chunks.length === 1 && only ? only : Buffer.concat(chunks);
          const answer = { statusCode, headers: answered, body: whole };
          if (stated !== undefined || hasEnd(method, answer)) resolve(answer);
          else reject(new MalformedAnswerError('nothing in its head tells where it ends'));
        });
      });
      outgoing.end(body);
    });
  }

  private limit(outgoing: http.ClientRequest, socket: Socket, body: Buffer | undefined): () => void {
    if (socket.connecting) this.limitConnecting(outgoing, socket);
    const longestMs = Math.ceil(this.limits.silenceMs + (body?.length ?? 0) / SLOWEST_BYTES_PER_MS);
    return this.silence.begin(socket, outgoing, longestMs);
  }

  private limitConnecting(outgoing: http.ClientRequest, socket: Socket): void {
    const { connectionMs } = this.limits;
    const tooLong = () => outgoing.destroy(new TimeoutError(`no connection within ${connectionMs} ms`));
    const timer = setTimeout(tooLong, connectionMs);
    for (const end of ['connect', 'close']) socket.once(end, () => clearTimeout(timer));
  }
}

/** A success that ends when the connection does could be a part: it is not taken for the whole, as RFC 9112 allows. */
function hasEnd(method: string, { statusCode, headers }: HttpAnswer): boolean {
  if (method === 'HEAD' || statusCode === 204 || statusCode >= 300) return true;
  return headers.get('transfer-encoding') !== undefined;
}

function explained(error: NodeJS.ErrnoException): Error {
  if (error instanceof AbortError || error instanceof TimeoutError || error instanceof TooLargeAnswerError)
    return error;
  if (error.code?.startsWith('HPE_')) return new MalformedAnswerError(error.message, error);
  return new NetworkError(error);
}

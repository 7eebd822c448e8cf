import tls from 'node:tls';
import { onAbort } from '../onAbort';
import type { HttpAnswer } from './answerReader';
import { Connection } from './connection';
import { AbortError, NetworkError } from './errors';
import { requestBytes, type HttpRequest } from './requestBytes';

/** A connection that has not been used for so long may be closed by the service just when it is used again. */
const LONGEST_FREE_MS = 5_000;

interface Waiting {
  readonly resolve: (connection: Connection) => void;
}

/** One host's connections, kept open and bounded. Every request ends: with its whole answer, or an error. */
export class Transport {
  /** In the order of their last use: the warmest is taken first, the others may grow old. */
  private readonly free: Connection[] = [];
  private waiting: Waiting[] = [];
  private open = 0;
  private readonly secureContext?: tls.SecureContext;
  private session: Buffer | undefined;

  /** @param origin scheme, host and port */
  constructor(
    private readonly origin: URL,
    private readonly connections: number,
  ) {
    if (origin.protocol === 'https:') this.secureContext = tls.createSecureContext();
  }

  async send(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer> {
    const bytes = requestBytes(request);
    const connection = this.take() ?? (await this.turn(signal));
    const abort = (reason: unknown) => connection.close(new AbortError(reason));
    const forget = onAbort(signal, abort);
    try {
      if (signal?.aborted) abort(signal.reason); // while it waited for its turn
      return await connection.send(request.method, bytes);
    } finally {
      forget();
    }
  }

  private take(): Connection | undefined {
    const warmest = this.free.at(-1);
    if (warmest && warmest.freeForMs < LONGEST_FREE_MS) return this.free.pop();
    for (const old of [...this.free]) old.close(new NetworkError({ message: 'not used for long' }));
    return this.open < this.connections ? this.opened() : undefined;
  }

  private turn(signal: AbortSignal | undefined): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const forget = onAbort(signal, (reason) => {
        this.waiting = this.waiting.filter((other) => other !== waiting);
        reject(new AbortError(reason));
      });
      const waiting: Waiting = {
        resolve(connection) {
          forget();
          resolve(connection);
        },
      };
      this.waiting.push(waiting);
    });
  }

  private opened(): Connection {
    this.open++;
    const { secureContext, session } = this;
    const events = {
      onFree: (connection: Connection) => this.hand(connection),
      onClosed: (connection: Connection) => this.drop(connection),
      onSession: (newest: Buffer) => (this.session = newest),
    };
    return new Connection(this.origin, { secureContext, session }, events);
  }

  private hand(connection: Connection): void {
    const next = this.waiting.shift();
    if (next) next.resolve(connection);
    else this.free.push(connection);
  }

  private drop(connection: Connection): void {
    this.open--;
    const at = this.free.indexOf(connection);
    if (at >= 0) this.free.splice(at, 1);
    const next = this.waiting.shift();
    if (next) next.resolve(this.opened());
  }
}

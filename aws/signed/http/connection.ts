import net from 'node:net';
import tls from 'node:tls';
import { CONNECTION_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from '../../timeouts';
import { AnswerReader, type HttpAnswer } from './answerReader';
import { NetworkError, TimeoutError } from './errors';

export interface ConnectionEvents {
  /** It can send again. */
  readonly onFree: (connection: Connection) => void;
  /** It is of no more use. Comes once, before its call fails. */
  readonly onClosed: (connection: Connection) => void;
  /** A session of TLS that the next connection may go on with. */
  readonly onSession: (session: Buffer) => void;
}

/** What one host's connections share; only `https:` has it. */
export interface SharedTls {
  /** The certificates that are trusted. Made anew for each connection, they would take time and memory each time. */
  readonly secureContext?: tls.SecureContext;
  /** To go on with, in place of a whole handshake. */
  readonly session?: Buffer;
}

interface Call {
  readonly reader: AnswerReader;
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** One connection, for one request at a time. Every request ends: with its whole answer, or an error. */
export class Connection {
  private readonly socket: net.Socket;
  private call?: Call;
  private timer?: NodeJS.Timeout;
  private closedBy?: Error;
  private freeSinceMs = 0;

  constructor(
    origin: URL,
    sharedTls: SharedTls,
    private readonly events: ConnectionEvents,
  ) {
    const socket = connected(origin, sharedTls);
    this.socket = socket;
    this.timer = setTimeout(
      () => this.close(new TimeoutError(`no connection within ${CONNECTION_TIMEOUT_MS} ms`)),
      CONNECTION_TIMEOUT_MS,
    );
    socket.unref(); // while there is a call, its timer keeps the process
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 1000);
    socket.on('connect', () => this.expectAnswer());
    socket.on('session', events.onSession);
    socket.on('data', (bytes: Buffer) => this.receive(bytes));
    socket.on('error', (error: NodeJS.ErrnoException) => this.close(new NetworkError(error)));
    socket.on('end', () => this.receiveEnd());
    socket.on('close', () => this.close(hungUp()));
  }

  /** How long nothing has been asked of it, in milliseconds. */
  get freeForMs(): number {
    return Date.now() - this.freeSinceMs;
  }

  /** @param method of the request that `bytes` are */
  send(method: string, bytes: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      if (this.closedBy) throw this.closedBy;
      this.call = { reader: new AnswerReader(method), resolve, reject };
      if (!this.socket.connecting) this.expectAnswer();
      this.socket.write(bytes);
    });
  }

  close(error: Error): void {
    if (this.closedBy) return;
    this.closedBy = error;
    clearTimeout(this.timer);
    this.socket.destroy();
    this.events.onClosed(this);
    this.call?.reject(error);
  }

  private expectAnswer(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () => this.close(new TimeoutError(`no answer within ${REQUEST_TIMEOUT_MS} ms`)),
      REQUEST_TIMEOUT_MS,
    );
  }

  private receive(bytes: Buffer): void {
    if (this.closedBy) return;
    try {
      // What comes unasked cannot be the answer to what is asked next.
      if (!this.call) throw new NetworkError({ message: 'an answer that nobody asked for', code: 'ECONNRESET' });
      const answer = this.call.reader.push(bytes);
      if (answer) this.answered(this.call, answer);
    } catch (error) {
      this.close(error as Error);
    }
  }

  private receiveEnd(): void {
    const answer = this.call?.reader.close();
    if (this.call && answer) this.answered(this.call, answer);
  }

  private answered({ reader, resolve }: Call, answer: HttpAnswer): void {
    clearTimeout(this.timer);
    this.call = undefined;
    this.freeSinceMs = Date.now();
    // An answer that came before all of the request had gone leaves the rest of the request on the connection.
    if (reader.keepsConnection && this.socket.writableLength === 0) {
      this.events.onFree(this);
    } else {
      this.close(hungUp());
    }
    resolve(answer);
  }
}

function hungUp(): NetworkError {
  return new NetworkError({ message: 'socket hang up', code: 'ECONNRESET' });
}

function connected({ protocol, hostname, port }: URL, sharedTls: SharedTls): net.Socket {
  const host = hostname.replace(/^\[|\]$/g, ''); // an IPv6 address as node:net takes it
  if (protocol === 'http:') return net.connect({ host, port: Number(port || 80) });
  const servername = net.isIP(host) ? '' : host;
  return tls.connect({ host, port: Number(port || 443), servername, ...sharedTls, ALPNProtocols: ['http/1.1'] });
}

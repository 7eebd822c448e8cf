import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TimeoutError } from './httpErrors';

/** A connection, and the call that it carries now. */
interface Line {
  call: ClientRequest | undefined;
}

/**
 * Ends calls for which nothing moves. A connection has one timer, which all that moves on it puts off, and one listener, however
 * many calls it carries: both anew for each call, as Node.js does it, cost some percent of a call.
 */
export class Silence {
  private readonly lines = new WeakMap<Socket, Line>();

  /** From now on the call is what the connection carries. Returns what to call at its end. */
  begin(socket: Socket, call: ClientRequest, longestMs: number): () => void {
    const line = this.lines.get(socket) ?? this.watch(socket);
    line.call = call;
    if (socket.timeout !== longestMs) socket.setTimeout(longestMs);
    return () => (line.call = undefined);
  }

  private watch(socket: Socket): Line {
    const line: Line = { call: undefined };
    this.lines.set(socket, line);
    socket.on('timeout', () => line.call?.destroy(new TimeoutError(`nothing moved for ${socket.timeout ?? 0} ms`)));
    return line;
  }
}

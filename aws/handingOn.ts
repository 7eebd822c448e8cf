import type http from 'node:http';
import type { Socket } from 'node:net';

/** What agents of Node.js have, and its types leave out. */
interface Inside {
  /** What each request calls. */
  addRequest: (request: http.ClientRequest, place: Place) => void;
}
interface Place {
  readonly host?: string | null;
  readonly port?: number | string | null;
  readonly localAddress?: string;
}
/**
 * A connection that has not been used for longer may be closed by the service just when it is used again. Servers of Node.js
 * are the least patient that are known, and close after 5 seconds.
 */
const LONGEST_FREE_MS = 4_000;

type Used = Socket & { _httpMessage?: { readonly shouldKeepAlive: boolean } | null };

/**
 * Has an agent hand a free connection on to the next request for its place, the one that was used last first. The agent opens,
 * counts and closes them: for it they stay in use. Its own way, which copies options and looks through lists by name for each
 * request, takes a seventh of a call.
 *
 * A free connection on which something comes is closed: what nobody asked for must not answer what is asked next. One that
 * nobody has used for `longestFreeMs` is not used again. The agent has no `timeout` for that: with one, Node.js would set a timer
 * and a listener for each request.
 */
export function handingOn<Kept extends http.Agent>(agent: Kept, longestFreeMs = LONGEST_FREE_MS): Kept {
  const inside = agent as unknown as Inside;
  const open = inside.addRequest.bind(agent);
  const [release] = agent.listeners('free') as ((socket: Socket, place: Place) => void)[];
  const places: FreeConnections[] = [];
  const at = (place: Place) => {
    // One or a few: to compare costs less than to make a name.
    const known = places.find((other) => other.isOf(place));
    if (known) return known;
    const made = new FreeConnections(
      { host: place.host, port: place.port, localAddress: place.localAddress },
      longestFreeMs,
    );
    places.push(made);
    return made;
  };

  inside.addRequest = (request, place) => {
    const socket = at(place).taken();
    if (!socket) {
      open(request, place);
      return;
    }
    const { timeout } = request as { timeout?: number };
    if (timeout !== undefined) socket.setTimeout(timeout);
    request.reusedSocket = true;
    request.onSocket(socket.ref());
  };
  agent.removeAllListeners('free').on('free', (socket: Used, place: Place) => {
    const isAwaited = Object.keys(agent.requests).length > 0;
    if (isAwaited || !socket.writable || !socket._httpMessage?.shouldKeepAlive) {
      release?.(socket, place);
      // Who waits may wait for another place: then the agent keeps it, as long as this says.
      if (!socket._httpMessage) socket.setTimeout(longestFreeMs);
    } else {
      socket._httpMessage = null;
      at(place).add(socket);
    }
  });
  return agent;
}

/** The free connections of one place: those that have been free for longest come first. */
class FreeConnections {
  private sockets: Socket[] = [];
  /** Since when each that has ever been free is so; undefined while it is in use. */
  private readonly freeSinceMs = new WeakMap<Socket, number | undefined>();
  private sweeping?: NodeJS.Timeout;

  constructor(
    private readonly place: Place,
    private readonly longestMs: number,
  ) {}

  isOf({ host, port, localAddress }: Place): boolean {
    const { place } = this;
    return host === place.host && port === place.port && localAddress === place.localAddress;
  }

  add(socket: Socket): void {
    if (!this.freeSinceMs.has(socket)) this.watch(socket);
    this.freeSinceMs.set(socket, performance.now());
    this.sockets.push(socket.unref());
    this.sweeping ??= setTimeout(() => this.sweep(), this.longestMs).unref();
  }

  taken(): Socket | undefined {
    for (let socket = this.sockets.pop(); socket; socket = this.sockets.pop()) {
      const isOld = this.isOld(socket);
      this.freeSinceMs.set(socket, undefined);
      if (socket.writable && !isOld) return socket;
      socket.destroy();
    }
    return undefined;
  }

  private sweep(): void {
    const old = this.sockets.filter((socket) => this.isOld(socket));
    this.sockets = this.sockets.slice(old.length);
    for (const socket of old) socket.destroy();
    this.sweeping = this.sockets.length > 0 ? setTimeout(() => this.sweep(), this.longestMs).unref() : undefined;
  }

  private isOld(socket: Socket): boolean {
    return performance.now() - (this.freeSinceMs.get(socket) ?? 0) >= this.longestMs;
  }

  private watch(socket: Socket): void {
    const hangUpWhereFree = () => {
      if (this.freeSinceMs.get(socket) !== undefined) socket.destroy();
    };
    socket.on('data', hangUpWhereFree).on('error', hangUpWhereFree).setKeepAlive(true);
    socket.once('close', () => (this.sockets = this.sockets.filter((other) => other !== socket)));
  }
}

import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import tls from 'node:tls';

/** A connection that has not been used for so long may be closed by the service just when it is used again. */
const LONGEST_FREE_MS = 5_000;

/** How connections are kept open: the warmest is taken first, the others may grow old. */
export function keptOpen(connections: number) {
  return {
    keepAlive: true,
    maxSockets: connections,
    maxFreeSockets: connections,
    scheduling: 'lifo',
    timeout: LONGEST_FREE_MS,
  } as const;
}

/**
 * An agent that connects directly.
 * @param ca certificates to trust, as PEM; those of Node.js when left out
 */
export function directAgent(protocol: string, connections: number, ca?: string): http.Agent {
  if (protocol === 'http:') return withoutUnasked(new http.Agent(keptOpen(connections)));
  return withoutUnasked(new https.Agent({ ...keptOpen(connections), ...tlsOptions(ca) }));
}

/** What all connections of an agent share: made anew for each, the context would take time and memory each time. */
export function tlsOptions(ca: string | undefined): { readonly secureContext: tls.SecureContext } {
  return { secureContext: tls.createSecureContext({ ca }) };
}

/** What Node.js documents for agents, and its types leave out. */
interface Keeping {
  keepSocketAlive: (socket: Socket) => boolean;
  reuseSocket: (socket: Socket, request: http.ClientRequest) => void;
}

/** A free connection on which something comes is closed: what nobody asked for must not answer what is asked next. */
export function withoutUnasked<Kept extends http.Agent>(agent: Kept): Kept {
  const keeping = agent as unknown as Keeping;
  const [keep, reuse] = [keeping.keepSocketAlive.bind(agent), keeping.reuseSocket.bind(agent)];
  keeping.keepSocketAlive = (socket) => {
    socket.on('data', hangUp);
    return keep(socket);
  };
  keeping.reuseSocket = (socket, request) => {
    socket.off('data', hangUp);
    reuse(socket, request);
  };
  return agent;
}

function hangUp(this: Socket): void {
  this.destroy();
}

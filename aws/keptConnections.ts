import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import { handingOn } from './handingOn';

/** How connections are kept open: the warmest is taken first, the others may grow old. */
export function keptOpen(connections: number) {
  return {
    keepAlive: true,
    maxSockets: connections,
    maxFreeSockets: connections,
    scheduling: 'lifo',
  } as const;
}

/**
 * An agent that connects directly.
 * @param ca certificates to trust, as PEM; those of Node.js when left out
 */
export function directAgent(protocol: string, connections: number, ca?: string): http.Agent {
  if (protocol === 'http:') return handingOn(new http.Agent(keptOpen(connections)));
  return handingOn(new OneContextAgent({ ...keptOpen(connections), ...tlsOptions(ca) }));
}

/** All its connections have the same TLS options: to tell them apart by those, as Node.js does, costs a tenth of a call. */
class OneContextAgent extends https.Agent {
  override getName(options?: Parameters<http.Agent['getName']>[0]): string {
    return http.Agent.prototype.getName.call(this, options);
  }
}

/**
 * What all connections of this process share: made anew, a context reads all certificates again, which with a bundle of
 * them takes as long as many calls.
 */
export function tlsOptions(ca: string | undefined): { readonly secureContext: tls.SecureContext } {
  if (shared === undefined || shared.ca !== ca) shared = { ca, secureContext: tls.createSecureContext({ ca }) };
  return { secureContext: shared.secureContext };
}

let shared: { readonly ca: string | undefined; readonly secureContext: tls.SecureContext } | undefined;

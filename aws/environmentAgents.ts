import { readFileSync } from 'node:fs';
import type { Agent, ClientRequest } from 'node:http';
import type { AgentOptions } from 'node:https';
import { Agent as DispatchingAgent, type AgentConnectOpts } from 'agent-base';
import { getProxyForUrl } from 'proxy-from-env';
import { DcsError } from '../core/errors';
import { variable } from '../core/variable';
import { handingOn } from './handingOn';
import { directAgent, keptOpen, tlsOptions } from './keptConnections';
import { Tunnel } from './tunnel';

/** Who connects a client's calls, by their scheme. */
export interface Agents {
  readonly http: Agent;
  readonly https: Agent;
}

/**
 * Agents that go where the environment says: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in either case, and with
 * AWS_CA_BUNDLE, a file of certificates in PEM that are trusted in place of Node.js's, as the AWS CLI understands it.
 * @param connections upper bound of open connections
 */
export function environmentAgents(connections: number): Agents {
  const ca = trustedCertificates();
  if (!hasProxy()) return { http: directAgent('http:', connections), https: directAgent('https:', connections, ca) };
  return {
    http: new EnvironmentAgent('http:', connections),
    https: new EnvironmentAgent('https:', connections, ca),
  };
}

function hasProxy(): boolean {
  return ['https_proxy', 'http_proxy', 'all_proxy'].some(
    (name) => variable(process.env, name) ?? variable(process.env, name.toUpperCase()),
  );
}

/** Read once: all the certificates that a machine trusts take longer to read than a client to make. */
let lastRead: { readonly file: string; readonly certificates: string } | undefined;

function trustedCertificates(): string | undefined {
  const file = process.env.AWS_CA_BUNDLE;
  if (!file) return undefined;
  if (lastRead?.file !== file) lastRead = { file, certificates: certificatesIn(file) };
  return lastRead.certificates;
}

function certificatesIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { message } = cause as Error;
    throw new DcsError(
      `AWS_CA_BUNDLE is ${JSON.stringify(file)}, which cannot be read: ${message}; set it to a file of certificates in PEM, or unset it`,
      { cause },
    );
  }
}

/** Hands each request to the proxy of its host, or to nobody between. These keep the connections. */
class EnvironmentAgent extends DispatchingAgent {
  private readonly direct: Agent;
  private readonly tunnels = new Map<string, Tunnel>();

  constructor(
    private readonly scheme: 'http:' | 'https:',
    private readonly connections: number,
    ca?: string,
  ) {
    super(passedOn(scheme, ca));
    this.direct = directAgent(scheme, connections, ca);
  }

  override isSecureEndpoint(): boolean {
    return this.scheme === 'https:';
  }

  override connect(_: ClientRequest, { host = '', port }: AgentConnectOpts): Promise<Agent> {
    const proxy = proxyFor(`${this.scheme}//${host.includes(':') ? `[${host}]` : host}:${port}`);
    return Promise.resolve(proxy === undefined ? this.direct : this.tunnelThrough(proxy));
  }

  private tunnelThrough(proxy: string): Tunnel {
    const tunnel = this.tunnels.get(proxy) ?? handingOn(new Tunnel(proxy, keptOpen(this.connections)));
    this.tunnels.set(proxy, tunnel);
    return tunnel;
  }
}

/** What becomes part of each request, for whichever agent connects it. */
function passedOn(scheme: string, ca: string | undefined): AgentOptions {
  return { keepAlive: true, ...(scheme === 'https:' && tlsOptions(ca)) };
}

/** A proxy without a scheme is one that speaks HTTP, also for `https:`, as for curl and the AWS CLI. */
function proxyFor(url: string): string | undefined {
  const proxy = getProxyForUrl(url);
  if (proxy === '') return undefined;
  const named = Object.values(process.env).includes(proxy) ? proxy : proxy.replace(/^https:/, 'http:');
  if (/^https?:\/\//.test(named) && URL.canParse(named)) return named;
  throw new DcsError(
    `the proxy for ${url} is ${JSON.stringify(named.replace(/\/\/[^@/]*@/, '//'))}; set HTTPS_PROXY to http(s)://host[:port], or add the host to NO_PROXY`,
  );
}

import type { ClientRequest } from 'node:http';
import type { AgentConnectOpts } from 'agent-base';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { CONNECTION_TIMEOUT_MS } from './awsSettings';

/** A proxy that does not let a call through. `EHOSTUNREACH`, which may pass, where it could not reach the host itself. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly code: string;
  constructor(proxy: URL, target: string, statusCode: number) {
    super(
      `the proxy ${proxy.host} opens no tunnel to ${target}: it answers ${statusCode}; check HTTPS_PROXY and NO_PROXY`,
    );
    this.code = statusCode >= 500 ? 'EHOSTUNREACH' : 'EPROXY';
  }
}

/** Connections through one proxy: a tunnel (CONNECT) for every scheme. What the library leaves out is time, and what a refusal is. */
export class Tunnel extends HttpsProxyAgent<string> {
  override async connect(request: ClientRequest, options: AgentConnectOpts) {
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), CONNECTION_TIMEOUT_MS);
    let statusCode = 200;
    request.once('proxyConnect', (answer: { statusCode: number }) => ({ statusCode } = answer));
    const connectOpts = { ...this.connectOpts, signal: waiting.signal };
    // For this connection alone: the library's options are those of all.
    const once = Object.create(this, { connectOpts: { value: connectOpts } }) as this;
    try {
      const socket = await super.connect.call(once, request, options);
      if (statusCode === 200) return socket;
      socket.destroy();
    } catch (error) {
      if (!waiting.signal.aborted) throw error;
      const message = `no tunnel through the proxy ${this.proxy.host} within ${CONNECTION_TIMEOUT_MS} ms`;
      throw Object.assign(new Error(message, { cause: error }), { name: 'TimeoutError', code: 'ETIMEDOUT' });
    } finally {
      clearTimeout(timer);
    }
    throw new ProxyError(this.proxy, `${options.host}:${options.port}`, statusCode);
  }
}

import type { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { directAgent } from '../keptConnections';
import type { AccessKeySource } from './accessKeys';
import type { Endpoint } from './endpoint';
import { isPassing, pauseMs } from './retry';
import type { ServiceError } from './serviceError';
import {
  amzDateOf,
  authorization,
  sha256,
  signingFor,
  sortedByName,
  type AccessKeys,
  type Header,
  type Signing,
} from './signature';
import { InFlight } from './inFlight';
import { Transport, type HttpAnswer, type HttpRequest, type TimeLimits } from './transport';

export interface SignedCall {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Below the endpoint's base path, encoded, with its slash. */
  readonly path: string;
  /** In canonical form. */
  readonly query?: string;
  readonly headers?: readonly Header[];
  readonly body?: Buffer;
  /** In hexadecimal, where it is known already. Another one than the body's is refused by the service. */
  readonly bodySha256?: string;
  readonly signal?: AbortSignal;
  /** An answer with a longer body is not read. */
  readonly mostAnswerBytes?: number;
}

export interface SignedClientSettings {
  /** AWS's signing name. */
  readonly service: 's3' | 'dynamodb';
  readonly endpoint: () => Endpoint | Promise<Endpoint>;
  readonly accessKeys: AccessKeySource;
  /** The most calls at a time. Fewer are made where the link is too slow for so many. */
  readonly connections: number;
  /** Who connects; directly when left out. */
  readonly agentFor?: (origin: URL, connections: number) => Agent;
  readonly timeLimits?: TimeLimits;
  /** How often a call that fails in passing is sent, the first time included. */
  readonly attempts: number;
  /** What the service refused; undefined when it did the work. */
  readonly errorOf: (answer: HttpAnswer) => ServiceError | undefined;
}

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired']);
/** AWS refuses signatures that are older or newer than this. */
const SKEW_ALLOWED_MS = 5 * 60 * 1000;

/**
 * Sends signed calls to one endpoint, with the meaning of the SDK's standard retry mode. A call that is refused for
 * expired keys or a wrong clock is sent once more with new keys or the service's time; that is no attempt.
 */
export class SignedClient {
  private target?: { readonly endpoint: Endpoint; readonly transport: Transport; readonly host: string };
  /** What to add to this machine's clock. */
  private skewMs = 0;
  /** What was signed with last. */
  private signing?: Signing & { readonly keys: AccessKeys };
  private readonly inFlight: InFlight;

  constructor(private readonly settings: SignedClientSettings) {
    this.inFlight = new InFlight(settings.connections);
  }

  /** @throws ServiceError, or an error of aws/signed/transport */
  async send(call: SignedCall): Promise<HttpAnswer> {
    let renewed = false;
    let corrected = false;
    for (let attempt = 1; ;) {
      try {
        call.signal?.throwIfAborted();
        return await this.inFlight.run(() => this.sendOnce(call, renewed), call.signal);
      } catch (error) {
        if (call.signal?.aborted) throw error;
        if (!renewed && EXPIRED.has((error as Error).name)) {
          renewed = true;
        } else if (!corrected && this.correctClock(error as Partial<ServiceError>)) {
          corrected = true;
        } else {
          if (attempt >= this.settings.attempts || !isPassing(error)) throw error;
          await delay(pauseMs(error, attempt), undefined, { signal: call.signal });
          attempt++;
        }
      }
    }
  }

  private async sendOnce(call: SignedCall, renewKeys: boolean): Promise<HttpAnswer> {
    const { endpoint, transport, host } = this.target ?? (await this.resolveTarget());
    const keys = this.settings.accessKeys(renewKeys);
    const signed = this.sign(call, endpoint, host, keys instanceof Promise ? await keys : keys);
    const answer = await transport.send(signed, call.signal);
    const error = this.settings.errorOf(answer);
    if (error) throw error;
    return answer;
  }

  private sign(call: SignedCall, { basePath, signingRegion }: Endpoint, host: string, keys: AccessKeys): HttpRequest {
    const { method, query = '', body, bodySha256, mostAnswerBytes } = call;
    const path = `${basePath}${call.path}`;
    const signing = this.signingNow(keys, signingRegion);
    const payloadHash = body === undefined ? EMPTY_HASH : (bodySha256 ?? sha256(body));
    // Nearly in order already: sorting costs little then.
    const headers: Header[] = body === undefined ? [] : [['content-length', String(body.length)]];
    if (call.headers) headers.push(...call.headers);
    headers.push(['host', host], ['x-amz-content-sha256', payloadHash], ['x-amz-date', signing.amzDate]);
    if (keys.sessionToken !== undefined) headers.push(['x-amz-security-token', keys.sessionToken]);
    if (call.headers) sortedByName(headers);
    headers.push(['authorization', authorization({ method, path, query, headers, payloadHash }, signing)]);
    return { method, path: query === '' ? path : `${path}?${query}`, headers, body, mostAnswerBytes };
  }

  private signingNow(keys: AccessKeys, region: string): Signing {
    const amzDate = amzDateOf(Date.now() + this.skewMs);
    if (this.signing?.keys !== keys || this.signing.amzDate !== amzDate) {
      this.signing = { keys, ...signingFor(keys, { region, service: this.settings.service, amzDate }) };
    }
    return this.signing;
  }

  private async resolveTarget() {
    const { connections, timeLimits } = this.settings;
    const { agentFor = ({ protocol }: URL) => directAgent(protocol, connections) } = this.settings;
    const endpoint = await this.settings.endpoint();
    // Calls that come side by side before the first endpoint is known share the connections of the first.
    return (this.target ??= {
      endpoint,
      transport: new Transport(endpoint.origin, agentFor(endpoint.origin, connections), timeLimits),
      host: endpoint.origin.host,
    });
  }

  /** Whether the service's clock differs so much from ours that it refuses our signatures; from now on we use its time. */
  private correctClock({ $metadata, headers }: Partial<ServiceError>): boolean {
    const date = Date.parse(headers?.get('date') ?? '');
    if (!$metadata || $metadata.httpStatusCode >= 500 || Number.isNaN(date)) return false;
    const skewMs = date - Date.now();
    if (Math.abs(skewMs - this.skewMs) < SKEW_ALLOWED_MS) return false;
    this.skewMs = skewMs;
    return true;
  }
}

const EMPTY_HASH = sha256('');

import type { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { directAgent } from '../keptConnections';
import type { AccessKeySource } from './accessKeys';
import type { Endpoint } from './endpoint';
import { isPassing, pauseMs } from './retry';
import type { ServiceError } from './serviceError';
import { amzDateOf } from './signature';
import { InFlight } from './inFlight';
import { SignedRequests, type SignedCall } from './signedRequests';
import { Transport, type HttpAnswer, type TimeLimits } from './transport';

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

/** What has been tried of a call. */
interface Tried {
  attempts: number;
  renewed: boolean;
  corrected: boolean;
}

/**
 * Sends signed calls to one endpoint, with the meaning of the SDK's standard retry mode. A call that is refused for
 * expired keys or a wrong clock is sent once more with new keys or the service's time; that is no attempt.
 */
export class SignedClient {
  private target?: { readonly transport: Transport; readonly requests: SignedRequests };
  /** What to add to this machine's clock. */
  private skewMs = 0;
  private readonly inFlight: InFlight;

  constructor(private readonly settings: SignedClientSettings) {
    this.inFlight = new InFlight(settings.connections);
  }

  /**
   * In one function, since each further one that waits is a part of what a call costs.
   * @throws ServiceError, or an error of aws/signed/transport
   */
  async send(call: SignedCall): Promise<HttpAnswer> {
    const { accessKeys, errorOf } = this.settings;
    const { signal } = call;
    const tried = { attempts: 0, renewed: false, corrected: false };
    for (;;) {
      signal?.throwIfAborted();
      const turn = this.inFlight.begin(signal);
      const begun = typeof turn === 'number' ? turn : await turn;
      try {
        const { transport, requests } = this.target ?? (await this.resolveTarget());
        const given = accessKeys(tried.renewed);
        const keys = given instanceof Promise ? await given : given;
        const request = requests.signed(call, keys, amzDateOf(Date.now() + this.skewMs));
        const answer = await transport.send(request, signal);
        const error = errorOf(answer);
        if (error) throw error;
        this.inFlight.end(begun);
        return answer;
      } catch (error) {
        this.inFlight.end(begun, error);
        if (signal?.aborted) throw error;
        const waitMs = this.waitMsAfter(error, tried);
        if (waitMs > 0) await delay(waitMs, undefined, { signal });
      }
    }
  }

  /** How long to wait before the call is sent again. @throws the error, when it is not to be */
  private waitMsAfter(error: unknown, tried: Tried): number {
    if (!tried.renewed && EXPIRED.has((error as Error).name)) {
      tried.renewed = true;
      return 0;
    }
    if (!tried.corrected && this.correctClock(error as Partial<ServiceError>)) {
      tried.corrected = true;
      return 0;
    }
    tried.attempts += 1;
    if (tried.attempts >= this.settings.attempts || !isPassing(error)) throw error;
    return pauseMs(error, tried.attempts);
  }

  private async resolveTarget() {
    const { service, connections, timeLimits } = this.settings;
    const { agentFor = ({ protocol }: URL) => directAgent(protocol, connections) } = this.settings;
    const endpoint = await this.settings.endpoint();
    // Calls that come side by side before the first endpoint is known share the connections of the first.
    return (this.target ??= {
      transport: new Transport(endpoint.origin, agentFor(endpoint.origin, connections), timeLimits),
      requests: new SignedRequests(service, endpoint),
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

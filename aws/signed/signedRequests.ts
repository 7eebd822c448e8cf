import type { Endpoint } from './endpoint';
import {
  authorization,
  canonicalHeaders,
  sha256,
  signingFor,
  sortedByName,
  type AccessKeys,
  type CanonicalHeaders,
  type Header,
  type Signing,
} from './signature';
import type { HttpRequest } from './transport';

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

/** What is the same in all calls of one second. */
interface Second extends Signing {
  readonly keys: AccessKeys;
  /** Of a call that has nothing of its own: nearly all reads. */
  readonly plain: readonly Header[];
  readonly canonicalPlain: CanonicalHeaders;
}

/** Makes of calls what is sent to one endpoint. */
export class SignedRequests {
  private second?: Second;

  constructor(
    private readonly service: 's3' | 'dynamodb',
    private readonly endpoint: Endpoint,
  ) {}

  signed(call: SignedCall, keys: AccessKeys, amzDate: string): HttpRequest {
    const { method, query = '', body, bodySha256, mostAnswerBytes } = call;
    const path = `${this.endpoint.basePath}${call.path}`;
    const second = this.secondOf(keys, amzDate);
    const payloadHash = body === undefined ? EMPTY_HASH : (bodySha256 ?? sha256(body));
    const isPlain = body === undefined && call.headers === undefined;
    const headers = isPlain ? second.plain : this.headersOf(call, payloadHash, keys, amzDate);
    const canonical = isPlain ? second.canonicalPlain : canonicalHeaders(headers);
    const flat: string[] = [];
    // `flat()` takes six times as long.
    for (const [name, value] of headers) flat.push(name, value);
    flat.push('authorization', authorization({ method, path, query, headers: canonical, payloadHash }, second));
    return { method, path: query === '' ? path : `${path}?${query}`, headers: flat, body, mostAnswerBytes };
  }

  private secondOf(keys: AccessKeys, amzDate: string): Second {
    if (this.second?.keys === keys && this.second.amzDate === amzDate) return this.second;
    const { service, endpoint } = this;
    const plain = this.headersOf({}, EMPTY_HASH, keys, amzDate);
    const signing = signingFor(keys, { region: endpoint.signingRegion, service, amzDate });
    return (this.second = { keys, ...signing, plain, canonicalPlain: canonicalHeaders(plain) });
  }

  /** By name. */
  private headersOf(
    { body, headers: own = [] }: Pick<SignedCall, 'body' | 'headers'>,
    payloadHash: string,
    { sessionToken }: AccessKeys,
    amzDate: string,
  ): readonly Header[] {
    // Nearly in order already: sorting costs little then.
    const headers: Header[] = body === undefined ? [] : [['content-length', String(body.length)]];
    headers.push(...own, ['host', this.endpoint.origin.host]);
    headers.push(['x-amz-content-sha256', payloadHash], ['x-amz-date', amzDate]);
    if (sessionToken !== undefined) headers.push(['x-amz-security-token', sessionToken]);
    return own.length === 0 ? headers : sortedByName(headers);
  }
}

const EMPTY_HASH = sha256('');

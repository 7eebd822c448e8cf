import { createHmac, hash } from 'node:crypto';

/** What signs: an access key, and the session token that belongs to it where it is temporary. */
export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A name in lower case, and a value. A list of them costs a fraction of an object whose names are made anew each time. */
export type Header = readonly [name: string, value: string];

/** What is signed. Everything is as it goes over the wire. */
export interface RequestToSign {
  readonly method: string;
  /** Encoded. */
  readonly path: string;
  /** In canonical form; empty when there is none. */
  readonly query: string;
  /** By name. All of them are signed. */
  readonly headers: readonly Header[];
  /** SHA-256 of the body in hexadecimal. */
  readonly payloadHash: string;
}

/** For what a signature counts. */
export interface SigningScope {
  readonly region: string;
  /** AWS's signing name: `s3`, `dynamodb`. */
  readonly service: string;
  /** `yyyymmddThhmmssZ` */
  readonly amzDate: string;
}

/** The Authorization header of Signature Version 4 (AWS General Reference, "Create a signed AWS API request"). */
export function authorization(request: RequestToSign, keys: AccessKeys, scope: SigningScope): string {
  const { method, path, query, headers, payloadHash } = request;
  let signedHeaders = '';
  let canonicalHeaders = '';
  for (const [name, value] of headers) {
    signedHeaders += signedHeaders === '' ? name : `;${name}`;
    canonicalHeaders += `${name}:${canonicalValue(value)}\n`;
  }
  const canonical = `${method}\n${path}\n${query}\n${canonicalHeaders}\n${signedHeaders}\n${payloadHash}`;

  const day = scope.amzDate.slice(0, 8);
  const credentialScope = `${day}/${scope.region}/${scope.service}/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${scope.amzDate}\n${credentialScope}\n${sha256(canonical)}`;
  const signature = createHmac('sha256', signingKey(keys.secretAccessKey, credentialScope))
    .update(toSign)
    .digest('hex');
  return `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${credentialScope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}

/** In the order that signing asks for. */
export function sortedByName(headers: Header[]): Header[] {
  return headers.sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

/** SHA-256 in hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** What was made last: thousands of calls are signed in one second. */
let lastSecond: number | undefined;
let lastAmzDate = '';

/** `yyyymmddThhmmssZ` of a moment. */
export function amzDateOf(ms: number): string {
  const second = Math.floor(ms / 1_000);
  if (second !== lastSecond) {
    lastAmzDate = `${new Date(ms).toISOString().slice(0, 19).replace(/[:-]/g, '')}Z`;
    lastSecond = second;
  }
  return lastAmzDate;
}

const PLAIN = /^\S*$/;

function canonicalValue(value: string): string {
  return PLAIN.test(value) ? value : value.trim().replace(/\s+/g, ' ');
}

/** A signing key serves a whole day; making one costs four times what a signature does. */
const signingKeys = new Map<string, Buffer>();
const KEPT_SIGNING_KEYS = 50;

function signingKey(secretAccessKey: string, credentialScope: string): Buffer {
  const name = `${secretAccessKey}\n${credentialScope}`;
  const kept = signingKeys.get(name);
  if (kept) return kept;
  if (signingKeys.size >= KEPT_SIGNING_KEYS) signingKeys.clear();
  const made = credentialScope
    .split('/')
    .reduce<string | Buffer>((key, part) => createHmac('sha256', key).update(part).digest(), `AWS4${secretAccessKey}`);
  signingKeys.set(name, made as Buffer);
  return made as Buffer;
}

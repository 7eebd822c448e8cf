import { createHmac, hash } from 'node:crypto';
import { HmacKey } from './hmacKey';

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
  readonly headers: CanonicalHeaders;
  /** SHA-256 of the body in hexadecimal. */
  readonly payloadHash: string;
}

/** Headers as they are signed. */
export interface CanonicalHeaders {
  readonly names: string;
  readonly lines: string;
}

/** For what a signature counts. */
export interface SigningScope {
  readonly region: string;
  /** AWS's signing name: `s3`, `dynamodb`. */
  readonly service: string;
  /** `yyyymmddThhmmssZ` */
  readonly amzDate: string;
}

/** What all calls of one second are signed with. */
export interface Signing {
  readonly amzDate: string;
  /** Access key and scope. */
  readonly credential: string;
  /** What is signed, up to the hash of the request. */
  readonly before: string;
  readonly key: HmacKey;
}

export function signingFor({ accessKeyId, secretAccessKey }: AccessKeys, { amzDate, ...scope }: SigningScope): Signing {
  const credentialScope = `${amzDate.slice(0, 8)}/${scope.region}/${scope.service}/aws4_request`;
  return {
    amzDate,
    credential: `${accessKeyId}/${credentialScope}`,
    before: `AWS4-HMAC-SHA256\n${amzDate}\n${credentialScope}\n`,
    key: signingKey(secretAccessKey, credentialScope),
  };
}

/** @param headers by name; all of them are signed */
export function canonicalHeaders(headers: readonly Header[]): CanonicalHeaders {
  let [names, lines] = ['', ''];
  for (const [name, value] of headers) {
    names += names === '' ? name : `;${name}`;
    lines += `${name}:${canonicalValue(value)}\n`;
  }
  return { names, lines };
}

/** The Authorization header of Signature Version 4 (AWS General Reference, "Create a signed AWS API request"). */
export function authorization(request: RequestToSign, { credential, before, key }: Signing): string {
  const { method, path, query, headers, payloadHash } = request;
  const { names, lines } = headers;
  const signature = key.sign(before + sha256(`${method}\n${path}\n${query}\n${lines}\n${names}\n${payloadHash}`));
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
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
const signingKeys = new Map<string, HmacKey>();
const KEPT_SIGNING_KEYS = 50;

function signingKey(secretAccessKey: string, credentialScope: string): HmacKey {
  const name = `${secretAccessKey}\n${credentialScope}`;
  const kept = signingKeys.get(name);
  if (kept) return kept;
  if (signingKeys.size >= KEPT_SIGNING_KEYS) signingKeys.clear();
  const bytes = credentialScope
    .split('/')
    .reduce<string | Buffer>((key, part) => createHmac('sha256', key).update(part).digest(), `AWS4${secretAccessKey}`);
  const made = new HmacKey(bytes as Buffer);
  signingKeys.set(name, made);
  return made;
}

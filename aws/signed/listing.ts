import { ServiceError } from './serviceError';
import type { SignedCall, SignedClient } from './signedClient';
import type { HttpAnswer } from './http/answerReader';
import { canonicalQuery } from './encoding';
import { elementText } from './xml';

/** One page of a bucket's listing, from its XML. */
export interface ListedPage {
  readonly entries: readonly Entry[];
  readonly isTruncated: boolean;
  /** An element beside the entries: a key is decoded. */
  readonly key: (name: string) => string | undefined;
  readonly text: (name: string) => string | undefined;
}

export interface Entry {
  /** What both listings say of a version. */
  readonly listed: {
    readonly objectKey: string;
    readonly storedAtMs: number;
    readonly sizeBytes: number;
    /** Without quotes. */
    readonly etag: string;
    readonly storageClass: string;
  };
  readonly text: (name: string) => string | undefined;
}

/** Which listing: the element around the answer, and that around each entry. */
export interface Kind {
  readonly root: string;
  readonly entry: string;
}

/** Asks for one page. Keys come percent-encoded, so that they survive whatever XML cannot hold. */
export async function listedPage(
  client: SignedClient,
  kind: Kind,
  query: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal | undefined,
): Promise<ListedPage> {
  const call: SignedCall = {
    method: 'GET',
    path: '/',
    query: canonicalQuery({ ...query, 'encoding-type': 'url' }),
    signal,
  };
  return parsedListing(await client.send(call), kind);
}

/** @throws ServiceError when it is not what was asked for, or not all of it */
export function parsedListing({ body, statusCode, headers }: HttpAnswer, { root, entry }: Kind): ListedPage {
  const xml = body.toString('utf8');
  const malformed = (complaint: string) =>
    new ServiceError('MalformedListing', `${complaint}: ${excerpt(xml)}`, statusCode, headers);
  if (!xml.includes(`<${root}`) || !xml.trimEnd().endsWith(`</${root}>`))
    throw malformed(`expected one whole <${root}>`);

  const keyOf = elementText(xml, 'EncodingType') === 'url' ? decodedKey : (text: string) => text;
  const [start, end] = [`<${entry}>`, `</${entry}>`];
  const entries: Entry[] = [];
  let beside = '';
  let at = 0;
  for (let from = xml.indexOf(start); from >= 0; from = xml.indexOf(start, at)) {
    const to = xml.indexOf(end, from);
    if (to < 0) throw malformed(`an <${entry}> has no end`);
    beside += xml.slice(at, from);
    at = to + end.length;
    const block = xml.slice(from + start.length, to);
    const required = (name: string) => {
      const value = elementText(block, name);
      if (value === undefined) throw malformed(`an <${entry}> has no <${name}>`);
      return value;
    };
    entries.push({
      listed: {
        objectKey: keyOf(required('Key')),
        storedAtMs: Date.parse(required('LastModified')),
        sizeBytes: Number(required('Size')),
        etag: required('ETag').replaceAll('"', ''),
        storageClass: elementText(block, 'StorageClass') ?? 'STANDARD',
      },
      text: (name) => elementText(block, name),
    });
  }
  beside += xml.slice(at);
  const text = (name: string) => elementText(beside, name);
  const isTruncated = text('IsTruncated');
  if (isTruncated !== 'true' && isTruncated !== 'false') throw malformed('<IsTruncated> should be true or false');
  return {
    entries,
    isTruncated: isTruncated === 'true',
    text,
    key(name) {
      const encoded = text(name);
      return encoded === undefined ? undefined : keyOf(encoded);
    },
  };
}

/** S3 encodes as HTML forms do: a space is a plus sign. */
function decodedKey(encoded: string): string {
  return /[+%]/.test(encoded) ? decodeURIComponent(encoded.replaceAll('+', ' ')) : encoded;
}

function excerpt(xml: string): string {
  return JSON.stringify(xml.length > 200 ? `${xml.slice(0, 200)}…` : xml);
}

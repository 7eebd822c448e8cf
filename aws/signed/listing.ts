import { ServiceError } from './serviceError';
import type { SignedClient } from './signedClient';
import type { SignedCall } from './signedRequests';
import type { HttpAnswer } from './transport';
import { canonicalQuery } from './encoding';
import { elementReader, elementText, escapedReader, unescaped } from './xml';

/** A version of an object as a listing shows it. */
export interface ListedVersion {
  readonly objectKey: string;
  readonly versionId: string;
  readonly storedAtMs: number;
  readonly sizeBytes: number;
  /** Without quotes. The body's MD5 in hexadecimal, where S3 encrypts with its own keys. */
  readonly etag: string;
  readonly isLatest: boolean;
  readonly storageClass: string;
}

/** What S3 stores instead of deleting: while it is the latest, the object is not there for whoever asks for no version. */
export type DeleteMarker = Pick<ListedVersion, 'objectKey' | 'versionId' | 'storedAtMs' | 'isLatest'>;

/** One page of a bucket's listing, from its XML. */
export interface ListedPage {
  readonly versions: readonly ListedVersion[];
  readonly deleteMarkers: readonly DeleteMarker[];
  readonly isTruncated: boolean;
  /** An element beside the versions: a key is decoded. */
  readonly key: (name: string) => string | undefined;
  readonly text: (name: string) => string | undefined;
}

/** Which listing: the element around the answer, and that around each version. */
export interface Kind {
  readonly root: string;
  readonly entry: string;
  /** The id of a version that is listed without one. */
  readonly versionIdOf: (objectKey: string) => string;
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

const [encodingTypeIn, isTruncatedIn] = [elementReader('EncodingType'), elementReader('IsTruncated')];
const [keyIn, versionIdIn, isLatestIn] = [elementReader('Key'), elementReader('VersionId'), elementReader('IsLatest')];
const [storedAtIn, sizeIn] = [elementReader('LastModified'), elementReader('Size')];
const etagIn = escapedReader('ETag');
const storageClassIn = elementReader('StorageClass');

/** @throws ServiceError when it is not what was asked for, or not all of it */
export function parsedListing({ body, statusCode, headers }: HttpAnswer, kind: Kind): ListedPage {
  const { root, entry, versionIdOf } = kind;
  const xml = body.toString('utf8');
  const malformed = (complaint: string) =>
    new ServiceError('MalformedListing', `${complaint}: ${excerpt(xml)}`, statusCode, headers);
  const required = (value: string | undefined, name: string) => {
    if (value === undefined) throw malformed(`an <${entry}> has no <${name}>`);
    return value;
  };
  if (!xml.includes(`<${root}`) || !xml.trimEnd().endsWith(`</${root}>`))
    throw malformed(`expected one whole <${root}>`);

  const keyOf = encodingTypeIn(xml) === 'url' ? decodedKey : (text: string) => text;
  const [start, end] = [`<${entry}>`, `</${entry}>`];
  const versions: ListedVersion[] = [];
  let beside = '';
  let at = 0;
  for (let from = xml.indexOf(start); from >= 0; from = xml.indexOf(start, at)) {
    const to = xml.indexOf(end, from);
    if (to < 0) throw malformed(`an <${entry}> has no end`);
    if (from > at) beside += xml.slice(at, from);
    at = to + end.length;
    const block = xml.slice(from + start.length, to);
    const objectKey = keyOf(required(keyIn(block), 'Key'));
    versions.push({
      objectKey,
      versionId: versionIdIn(block) ?? versionIdOf(objectKey),
      storedAtMs: Date.parse(required(storedAtIn(block), 'LastModified')),
      sizeBytes: Number(required(sizeIn(block), 'Size')),
      etag: unquoted(required(etagIn(block), 'ETag')),
      isLatest: isLatestIn(block) !== 'false',
      storageClass: storageClassIn(block) ?? 'STANDARD',
    });
  }
  beside += xml.slice(at);
  const deleteMarkers = markersIn(beside, keyOf, required);
  const isTruncated = isTruncatedIn(beside);
  if (isTruncated !== 'true' && isTruncated !== 'false') throw malformed('<IsTruncated> should be true or false');
  const text = (name: string) => elementText(beside, name);
  return {
    versions,
    deleteMarkers,
    isTruncated: isTruncated === 'true',
    text,
    key(name) {
      const encoded = text(name);
      return encoded === undefined ? undefined : keyOf(encoded);
    },
  };
}

function markersIn(
  xml: string,
  keyOf: (text: string) => string,
  required: (value: string | undefined, name: string) => string,
): DeleteMarker[] {
  const blocks = xml.split('<DeleteMarker>').slice(1);
  return blocks.map((rest) => {
    const block = rest.slice(0, rest.indexOf('</DeleteMarker>'));
    return {
      objectKey: keyOf(required(keyIn(block), 'Key')),
      versionId: versionIdIn(block) ?? 'null',
      storedAtMs: Date.parse(required(storedAtIn(block), 'LastModified')),
      isLatest: isLatestIn(block) !== 'false',
    };
  });
}

const QUOTED_MD5 = /^&quot;([0-9a-f]{32})&quot;$/;

/** An ETag without its quotes. That of an MD5, which is nearly all of them, in one step. */
function unquoted(escaped: string): string {
  return QUOTED_MD5.exec(escaped)?.[1] ?? unescaped(escaped).replaceAll('"', '');
}

/** S3 encodes as HTML forms do: a space is a plus sign. */
function decodedKey(encoded: string): string {
  return /[+%]/.test(encoded) ? decodeURIComponent(encoded.replaceAll('+', ' ')) : encoded;
}

function excerpt(xml: string): string {
  return JSON.stringify(xml.length > 200 ? `${xml.slice(0, 200)}…` : xml);
}

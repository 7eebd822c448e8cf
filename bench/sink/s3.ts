import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { backfillImage, encodeImage, NO_ITEM, type StoredImage } from '../../core/image';
import { isImageKey } from '../../core/objectKey';
import { orderOf } from '../contenders/orders';
import { firstAfter, imageKeyOf, itemOf, numberOf, WRITTEN_AT_MS } from './items';
import type { SinkState } from './state';

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** What the request does, done when it is answered. */
  readonly effect?: () => void;
}

const PAGE = 1_000;

/** Of which object a request is, empty for the bucket itself, and its query. */
export function askedOf({ url = '' }: IncomingMessage): { objectKey: string; searchParams: URLSearchParams } {
  const { pathname, searchParams } = new URL(url, 'https://sink');
  return { objectKey: decodeURIComponent(pathname.split('/').slice(2).join('/')), searchParams };
}

export function answerS3(state: SinkState, request: IncomingMessage, body: Buffer): Answer {
  const { method = '', headers } = request;
  const { objectKey, searchParams } = askedOf(request);
  if (objectKey === '' && method === 'GET') return { status: 200, body: listing(state, searchParams) };
  if (method === 'PUT') return put(state, headers['content-md5'], objectKey, body);
  if (method === 'GET' || method === 'HEAD') return read(state, objectKey, searchParams.get('versionId'), method);
  return { status: 501, body: error('NotImplemented', `the sink has no ${method}`) };
}

function put(state: SinkState, declaredMd5: string | string[] | undefined, objectKey: string, body: Buffer): Answer {
  const md5 = createHash('md5').update(body).digest();
  const isWhole = declaredMd5 === undefined || declaredMd5 === md5.toString('base64');
  const isImage = isImageKey(objectKey) || !objectKey.endsWith('.json');
  return {
    status: 200,
    headers: { etag: `"${md5.toString('hex')}"`, 'x-amz-version-id': 'v1' },
    effect: () => {
      state.putBytes += body.length;
      if (objectKey.endsWith('.json.gz')) putFile(state, body, isWhole);
      else if (objectKey.endsWith('.tsv.gz')) putJournal(state, body, isWhole);
      else if (isImage) state.write(body.toString('utf8'), isWhole);
    },
  };
}

/** An object of a journal counts as the images in its lines. */
function putJournal(state: SinkState, body: Buffer, isWhole: boolean): void {
  const [, ...lines] = gunzipSync(body).toString('utf8').trimEnd().split('\n');
  for (const line of lines) state.write(line.slice(line.lastIndexOf('\t') + 1), isWhole);
}

/** A file of an import counts as its items. */
function putFile(state: SinkState, body: Buffer, isWhole: boolean): void {
  const lines = gunzipSync(body).toString('utf8').trimEnd().split('\n');
  for (const line of lines) state.write(line, isWhole);
}

function read(state: SinkState, objectKey: string, versionId: string | null, method: string): Answer {
  const { hasImages, items, versions = 1, isOfOrders } = state.settings;
  const number = hasImages ? numberOf(objectKey, items) : undefined;
  if (number === undefined) return { status: 404, body: error('NoSuchKey', objectKey) };
  const version = versionId === null ? versions : Number(versionId.slice(1));
  const { body, metadata } = isOfOrders ? orderImage(number, items) : imageOf(number, items, version, versions);
  if (method === 'GET') state.gets += 1;
  return {
    status: 200,
    headers: {
      etag: `"${md5Of(body)}"`,
      'last-modified': storedAt(version, versions).toUTCString(),
      'x-amz-version-id': `v${version}`,
      'content-type': 'application/json',
      ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
    },
    body,
  };
}

/** ListObjectVersions and ListObjectsV2, with all that S3 tells of each object. */
function listing(state: SinkState, query: URLSearchParams): string {
  const { hasImages, items } = state.settings;
  const hasVersions = query.has('versions');
  const versions = hasVersions ? (state.settings.versions ?? 1) : 1;
  const prefix = query.get('prefix') ?? '';
  const after = query.get('key-marker') ?? query.get('continuation-token') ?? query.get('start-after') ?? '';
  // Entries are numbered: those of an item come together, the version stored last first.
  const behind = Number(query.get('version-id-marker')?.slice(1) ?? 1) - 1;
  const first = hasImages
    ? Math.max(firstAfter(after, items) * versions - behind, firstAfter(prefix, items) * versions)
    : items * versions;
  const end = Math.min(items * versions, first + Number(query.get('max-keys') ?? PAGE));
  const entries: string[] = [];
  let [last, version] = ['', 1];
  for (let number = first; number < end; number += 1) {
    const item = Math.floor(number / versions);
    last = imageKeyOf(item, items);
    if (!last.startsWith(prefix)) break;
    version = versions - (number % versions);
    entries.push((hasVersions ? state.entries[number] : undefined) ?? entryOf(state, number, hasVersions));
  }
  state.listed += entries.length;
  const isTruncated = entries.length > 0 && end < items * versions;
  const next = hasVersions
    ? `<NextKeyMarker>${last}</NextKeyMarker><NextVersionIdMarker>v${version}</NextVersionIdMarker>`
    : `<NextContinuationToken>${last}</NextContinuationToken>`;
  // All characters of these keys stand for themselves.
  const encoding = query.get('encoding-type') === 'url' ? '<EncodingType>url</EncodingType>' : '';
  const root = hasVersions ? 'ListVersionsResult' : 'ListBucketResult';
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bench</Name>` +
    `<Prefix>${prefix}</Prefix><MaxKeys>${PAGE}</MaxKeys>${encoding}<IsTruncated>${isTruncated}</IsTruncated>` +
    `${isTruncated ? next : ''}${entries.join('')}</${root}>`
  );
}

/** @see SinkSettings.isListedBefore */
export function listBefore(state: SinkState): void {
  const { isListedBefore = false, items, versions = 1 } = state.settings;
  for (let number = 0; isListedBefore && number < items * versions; number += 1)
    state.entries.push(entryOf(state, number, true));
}

function entryOf(
  { settings: { items, versions = 1, isOfOrders } }: SinkState,
  number: number,
  hasVersions: boolean,
): string {
  const ofEach = hasVersions ? versions : 1;
  const [item, version] = [Math.floor(number / ofEach), ofEach - (number % ofEach)];
  const { body } = isOfOrders ? orderImage(item, items) : imageOf(item, items, version, ofEach);
  return entry(imageKeyOf(item, items), body, hasVersions, { version, versions: ofEach });
}

function entry(
  objectKey: string,
  body: string,
  hasVersions: boolean,
  { version, versions }: { version: number; versions: number },
): string {
  const [open, close] = hasVersions
    ? [`<Version><VersionId>v${version}</VersionId><IsLatest>${version === versions}</IsLatest>`, '</Version>']
    : ['<Contents>', '</Contents>'];
  return (
    `${open}<Key>${objectKey}</Key><LastModified>${storedAt(version, versions).toISOString()}</LastModified>` +
    `<ETag>&quot;${md5Of(body)}&quot;</ETag><Size>${body.length}</Size><StorageClass>STANDARD</StorageClass>${close}`
  );
}

const BETWEEN_VERSIONS_MS = 100;

/** Where there are several, the last was written at the time of all items, and ten in each second before it. */
function storedAt(version: number, versions: number): Date {
  return new Date(WRITTEN_AT_MS - (versions - version) * BETWEEN_VERSIONS_MS);
}

function imageOf(number: number, items: number, version: number, versions: number): StoredImage {
  if (versions === 1) return backfillImage(itemOf(number, items), WRITTEN_AT_MS);
  const item = { ...itemOf(number, items), ...(version < versions && { revision: { N: String(version) } }) };
  const position = {
    source: 'stream',
    streamLabel: '2026-10-01T00:00:00.000',
    sequenceNumber: String(version),
  } as const;
  const changedAtMs = Math.floor(storedAt(version, versions).getTime() / 1_000) * 1_000;
  return encodeImage({ event: 'MODIFY', position, changedAtMs, previousDigest: NO_ITEM }, item);
}

function orderImage(number: number, items: number): StoredImage {
  return backfillImage(orderOf(number, items, 0), WRITTEN_AT_MS);
}

function md5Of(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

function error(code: string, message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}

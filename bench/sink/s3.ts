import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { backfillImage, type StoredImage } from '../../core/image';
import { isImageKey } from '../../core/objectKey';
import { firstAfter, imageKeyOf, itemOf, numberOf, WRITTEN_AT_MS } from './items';
import type { SinkState } from './state';

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** What the request does, done when it is answered. */
  readonly effect?: () => void;
}

const PAGE = 1_000;
const STORED_AT = new Date(WRITTEN_AT_MS);

export function answerS3(state: SinkState, { method = '', headers, url = '' }: IncomingMessage, body: Buffer): Answer {
  const { pathname, searchParams } = new URL(url, 'https://sink');
  const objectKey = decodeURIComponent(pathname.split('/').slice(2).join('/'));
  if (objectKey === '' && method === 'GET') return { status: 200, body: listing(state, searchParams) };
  if (method === 'PUT') return put(state, headers['content-md5'], objectKey, body);
  if (method === 'GET' || method === 'HEAD') return read(state, objectKey, method);
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
      if (isImage) state.write(body.toString('utf8'), isWhole);
    },
  };
}

function read(state: SinkState, objectKey: string, method: string): Answer {
  const { hasImages, items } = state.settings;
  const number = hasImages ? numberOf(objectKey, items) : undefined;
  if (number === undefined) return { status: 404, body: error('NoSuchKey', objectKey) };
  const { body, metadata } = imageOf(number, items);
  if (method === 'GET') state.gets += 1;
  return {
    status: 200,
    headers: {
      etag: `"${md5Of(body)}"`,
      'last-modified': STORED_AT.toUTCString(),
      'x-amz-version-id': 'v1',
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
  const prefix = query.get('prefix') ?? '';
  const after = query.get('key-marker') ?? query.get('continuation-token') ?? query.get('start-after') ?? '';
  const first = hasImages ? Math.max(firstAfter(after, items), firstAfter(prefix, items)) : items;
  const end = Math.min(items, first + Number(query.get('max-keys') ?? PAGE));
  const entries: string[] = [];
  let last = '';
  for (let number = first; number < end; number += 1) {
    last = imageKeyOf(number, items);
    if (!last.startsWith(prefix)) break;
    entries.push(entry(last, imageOf(number, items).body, hasVersions));
  }
  state.listed += entries.length;
  const isTruncated = entries.length > 0 && end < items;
  const next = hasVersions
    ? `<NextKeyMarker>${last}</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>`
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

function entry(objectKey: string, body: string, hasVersions: boolean): string {
  const [open, close] = hasVersions
    ? ['<Version><VersionId>v1</VersionId><IsLatest>true</IsLatest>', '</Version>']
    : ['<Contents>', '</Contents>'];
  return (
    `${open}<Key>${objectKey}</Key><LastModified>${STORED_AT.toISOString()}</LastModified>` +
    `<ETag>&quot;${md5Of(body)}&quot;</ETag><Size>${body.length}</Size><StorageClass>STANDARD</StorageClass>${close}`
  );
}

function imageOf(number: number, items: number): StoredImage {
  return backfillImage(itemOf(number, items), WRITTEN_AT_MS);
}

function md5Of(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

function error(code: string, message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}

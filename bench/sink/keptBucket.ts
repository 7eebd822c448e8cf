import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Answer } from './s3';

/** An object that need not be whole in memory. */
export interface KeptObject {
  readonly sizeBytes: number;
  readonly etag: string;
  readonly storedAtMs: number;
  /** Its bytes, `end` not included. */
  readonly read: (start: number, end: number) => Buffer;
}

const PAGE = 1_000;

/** A bucket that has what was put into it, each object once, in the memory of the sink. */
export class KeptBucket {
  private readonly objects = new Map<string, KeptObject>();
  /** Sorted; undefined once something has come. */
  private keys: readonly string[] | undefined;

  add(objectKey: string, object: KeptObject): void {
    this.objects.set(objectKey, object);
    this.keys = undefined;
  }

  put(objectKey: string, bytes: Buffer, storedAtMs: number): void {
    const etag = createHash('md5').update(bytes).digest('hex');
    this.add(objectKey, {
      sizeBytes: bytes.length,
      etag,
      storedAtMs,
      read: (start, end) => bytes.subarray(start, end),
    });
  }

  /** PutObject with `If-None-Match: *`, PutObjectTagging, ListObjectVersions, and GetObject with or without a range. */
  answer(objectKey: string, { method = '', headers }: IncomingMessage, query: URLSearchParams, body: Buffer): Answer {
    if (objectKey === '' && method === 'GET') return { status: 200, body: this.listing(query) };
    if (method === 'PUT' && query.has('tagging')) return { status: 200 };
    if (method === 'PUT' && this.objects.has(objectKey)) return { status: 412, body: errorOf('PreconditionFailed') };
    if (method === 'PUT') {
      this.put(objectKey, body, Math.floor(Date.now() / 1_000) * 1_000);
      return { status: 200, headers: { 'x-amz-version-id': 'v1' } };
    }
    const object = this.objects.get(objectKey);
    if (!object) return { status: 404, body: errorOf('NoSuchKey') };
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    const [start, end] = first === undefined ? [0, object.sizeBytes] : [Number(first), Number(last) + 1];
    return {
      status: first === undefined ? 200 : 206,
      headers: { etag: `"${object.etag}"`, 'x-amz-version-id': 'v1', 'last-modified': utc(object.storedAtMs) },
      body: object.read(start, end),
    };
  }

  private listing(query: URLSearchParams): string {
    const [prefix, after] = [query.get('prefix') ?? '', query.get('key-marker') ?? ''];
    this.keys ??= [...this.objects.keys()].sort();
    const [size, below] = [
      Number(query.get('max-keys') ?? PAGE),
      this.keys.filter((key) => key.startsWith(prefix) && key > after),
    ];
    const page = below.slice(0, size);
    const isTruncated = below.length > size;
    const next = `<NextKeyMarker>${page.at(-1)}</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>`;
    // All characters of these keys stand for themselves.
    return (
      '<?xml version="1.0" encoding="UTF-8"?>\n<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bench</Name>' +
      `<Prefix>${prefix}</Prefix><MaxKeys>${size}</MaxKeys><IsTruncated>${isTruncated}</IsTruncated>${isTruncated ? next : ''}` +
      `${page.map((objectKey) => this.entry(objectKey)).join('')}</ListVersionsResult>`
    );
  }

  private entry(objectKey: string): string {
    const { storedAtMs = 0, etag = '', sizeBytes = 0 } = this.objects.get(objectKey) ?? {};
    return (
      `<Version><VersionId>v1</VersionId><IsLatest>true</IsLatest><Key>${objectKey}</Key><LastModified>${new Date(storedAtMs).toISOString()}</LastModified>` +
      `<ETag>&quot;${etag}&quot;</ETag><Size>${sizeBytes}</Size><StorageClass>STANDARD</StorageClass></Version>`
    );
  }
}

function errorOf(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>of the sink</Message></Error>`;
}

function utc(ms: number): string {
  return new Date(ms).toUTCString();
}

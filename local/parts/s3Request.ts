import type { IncomingMessage } from 'node:http';

/** A request to S3 in path style. */
export interface S3Request {
  readonly method: string;
  readonly bucket: string;
  /** Decoded; empty for a request about the bucket. */
  readonly objectKey: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

/** @throws URIError for a path whose percent escapes are not UTF-8 */
export function parseS3Request({
  method = 'GET',
  url = '/',
  headers,
}: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): S3Request {
  const queryAt = url.indexOf('?');
  const path = queryAt < 0 ? url : url.slice(0, queryAt);
  const [, bucket = '', ...key] = path.split('/');
  return {
    method,
    bucket,
    objectKey: key.map(decodeURIComponent).join('/'),
    query: new URLSearchParams(queryAt < 0 ? '' : url.slice(queryAt)),
    headers,
  };
}

/** Is the object itself read, not its tags, locks, or such? */
export function readsObject(request: S3Request): boolean {
  return ['GET', 'HEAD'].includes(request.method) && concernsObjectItself(request);
}

/** PutObject, CopyObject and CompleteMultipartUpload add a version when they succeed. */
export function writesObject(request: S3Request): boolean {
  if (request.method === 'POST') return request.objectKey !== '' && request.query.has('uploadId');
  return request.method === 'PUT' && concernsObjectItself(request);
}

/** DeleteObject without a version: adds a delete marker. With one, it takes a version away, which is never replicated. */
export function deletesLatest(request: S3Request): boolean {
  return request.method === 'DELETE' && concernsObjectItself(request) && !request.query.has('versionId');
}

/** DeleteObjects. */
export function deletesMany({ method, objectKey, query }: S3Request): boolean {
  return method === 'POST' && objectKey === '' && query.has('delete');
}

const NO_SUBRESOURCE = /^(x-id|versionId|response-.*|x-amz-.*)$/i;

/** S3 spells what else can be asked of an object (tagging, acl, retention, partNumber, ...) as a query parameter. */
function concernsObjectItself({ objectKey, query }: S3Request): boolean {
  return objectKey !== '' && [...query.keys()].every((name) => NO_SUBRESOURCE.test(name));
}

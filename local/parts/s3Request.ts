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

export function parseS3Request({ method = 'GET', url = '/', headers }: IncomingMessage): S3Request {
  const [path = '', query = ''] = url.split('?', 2);
  const [, bucket = '', ...key] = path.split('/');
  return {
    method,
    bucket,
    objectKey: key.map(decodeURIComponent).join('/'),
    query: new URLSearchParams(query),
    headers,
  };
}

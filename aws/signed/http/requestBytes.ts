import type { Header } from '../signature';

export interface HttpRequest {
  readonly method: string;
  /** Encoded, with the query. */
  readonly path: string;
  /** All of them, `host` too: nothing is added. */
  readonly headers: readonly Header[];
  readonly body?: Buffer;
}

/** What would end a line, or is no character of HTTP's: it would make other headers, or another request, of what follows. */
const NOT_IN_PATH = /[^\x21-\x7e]/;
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** A request as it is sent, in one piece: each piece would be a write, and a TLS record, of its own. */
export function requestBytes({ method, path, headers, body }: HttpRequest): Buffer {
  if (NOT_IN_PATH.test(path)) throw new TypeError(`not a path of HTTP: ${JSON.stringify(path)}`);
  let head = `${method} ${path} HTTP/1.1\r\n`;
  for (const [name, value] of headers) {
    if (NOT_IN_VALUE.test(value)) throw new TypeError(`not a value of HTTP: ${name}: ${JSON.stringify(value)}`);
    head += `${name}: ${value}\r\n`;
  }
  head += '\r\n';
  const bytes = Buffer.allocUnsafe(head.length + (body?.length ?? 0));
  bytes.write(head, 'latin1');
  body?.copy(bytes, head.length);
  return bytes;
}

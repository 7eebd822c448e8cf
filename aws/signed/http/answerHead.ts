import { MalformedAnswerError } from './errors';

export interface AnswerHead {
  readonly statusCode: number;
  /** Names in lower case. What came more than once is one value, with commas. */
  readonly headers: ReadonlyMap<string, string>;
  /** HTTP/1.0, which closes where it does not say otherwise. */
  readonly isVersion10: boolean;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;

/** @param text the status line and the header lines, without the empty line at their end */
export function parsedHead(text: string): AnswerHead {
  const endOfStatusLine = text.indexOf('\r\n');
  const statusLine = endOfStatusLine < 0 ? text : text.slice(0, endOfStatusLine);
  const [, minorVersion, statusCode] = STATUS_LINE.exec(statusLine) ?? [];
  if (statusCode === undefined) throw malformed('it begins with', statusLine);
  return {
    statusCode: Number(statusCode),
    isVersion10: minorVersion === '0',
    headers: endOfStatusLine < 0 ? new Map() : parsedHeaders(text, endOfStatusLine + 2),
  };
}

function parsedHeaders(text: string, from: number): Map<string, string> {
  const headers = new Map<string, string>();
  for (let start = from, end; start <= text.length; start = end + 2) {
    end = text.indexOf('\r\n', start);
    if (end < 0) end = text.length;
    const colon = text.indexOf(':', start);
    if (colon <= start || colon >= end || isBlank(text, start) || isBlank(text, colon - 1))
      throw malformed('it has the header line', text.slice(start, end));
    const name = text.slice(start, colon).toLowerCase();
    const value = text.slice(colon + 1, end).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

/** No name begins or ends with a space: a line that begins with one goes on with the header before it, as none has done for long. */
function isBlank(text: string, at: number): boolean {
  return text.charCodeAt(at) <= 0x20;
}

/** How the end of a body is known. */
export type Framing = { readonly kind: 'length'; readonly bytes: number } | { readonly kind: 'chunked' | 'untilClose' };

const NO_BODY: Framing = { kind: 'length', bytes: 0 };

/**
 * Stricter than RFC 9112, section 6.3, where a part could be taken for the whole: a body that ends when the connection does is
 * accepted with an error status only, and one whose length is told twice, never.
 *
 * @param method of the request: an answer to HEAD has no body, whatever its headers say
 */
export function framingOf(method: string, { statusCode, headers }: AnswerHead): Framing {
  if (method === 'HEAD' || statusCode === 204 || statusCode === 304) return NO_BODY;
  const length = headers.get('content-length');
  const encoding = headers.get('transfer-encoding');
  if (encoding !== undefined) {
    if (length !== undefined) throw new MalformedAnswerError('it has a Content-Length and a Transfer-Encoding');
    if (encoding.toLowerCase() !== 'chunked') throw malformed('its Transfer-Encoding is', encoding);
    return { kind: 'chunked' };
  }
  if (length !== undefined) {
    if (!/^\d{1,15}$/.test(length)) throw malformed('its Content-Length is', length);
    return { kind: 'length', bytes: Number(length) };
  }
  if (statusCode >= 300) return { kind: 'untilClose' };
  throw new MalformedAnswerError('it has neither a Content-Length nor chunks, so that its end could be a break');
}

/** Bytes of a chunk, from the line before it. */
export function chunkLength(line: string): number {
  const [, digits] = /^([\da-f]{1,8})[ \t]*(?:;.*)?$/i.exec(line) ?? [];
  if (digits === undefined) throw malformed('a chunk begins with', line);
  return parseInt(digits, 16);
}

function malformed(what: string, text: string): MalformedAnswerError {
  return new MalformedAnswerError(`${what} ${JSON.stringify(text.slice(0, 100))}`);
}

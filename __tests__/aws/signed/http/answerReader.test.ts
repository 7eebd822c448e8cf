import fc from 'fast-check';
import { AnswerReader } from '../../../../aws/signed/http/answerReader';
import { MalformedAnswerError } from '../../../../aws/signed/http/errors';

const CRLF = '\r\n';
const body = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const headers = fc.dictionary(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/).map((name) => `x-${name}`),
  fc.stringMatching(/^(?:[!-~][ -~]{0,20}[!-~])?$/),
  { maxKeys: 5, noNullPrototype: true },
);
const statusCode = fc.constantFrom(200, 201, 206, 301, 400, 404, 412, 500, 503);

interface Sent {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly bytes: Buffer;
}

/** An answer with a length, or in chunks with extensions and a trailer; interim answers before it. */
const sent: fc.Arbitrary<Sent> = fc
  .record({
    statusCode,
    headers,
    body,
    interim: fc.array(fc.constantFrom(100, 102, 103), { maxLength: 2 }),
    reason: fc.constantFrom('', ' ', ' OK', ' Not: a header'),
    chunks: fc.option(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }), { nil: undefined }),
    extension: fc.constantFrom('', ';a=b', ' ; x'),
    trailer: fc.constantFrom('', `x-amz-checksum-crc32: AAAAAA==${CRLF}`),
    capital: fc.boolean(),
  })
  .map(({ statusCode, headers, body, interim, reason, chunks, extension, trailer, capital }) => {
    const framing = chunks ? 'Transfer-Encoding: chunked' : `Content-Length:${body.length} `;
    const lines = Object.entries(headers).map(([name, value]) => `${capital ? name.toUpperCase() : name}: ${value}`);
    const head = Buffer.from(
      interim.map((code) => `HTTP/1.1 ${code} Wait${CRLF}x-early: 1${CRLF}${CRLF}`).join('') +
        [`HTTP/1.1 ${statusCode}${reason}`, ...lines, framing, '', ''].join(CRLF),
      'latin1',
    );
    const parts = chunks ? [...inChunks(body, chunks, extension), Buffer.from(`0${CRLF}${trailer}${CRLF}`)] : [body];
    return { statusCode, headers, body, bytes: Buffer.concat([head, ...parts]) };
  });

function inChunks(body: Buffer, lengths: readonly number[], extension: string): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0, i = 0; at < body.length; i++) {
    const chunk = body.subarray(at, at + (lengths[i % lengths.length] ?? 1));
    parts.push(Buffer.from(`${chunk.length.toString(16)}${extension}${CRLF}`), chunk, Buffer.from(CRLF));
    at += chunk.length;
  }
  return parts;
}

/** Pieces of at least one byte. */
function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const piece = bytes.subarray(at, at + (lengths[i % lengths.length] ?? 1));
    pieces.push(piece);
    at += piece.length;
  }
  return pieces;
}

const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 });

test('an answer is read as it was sent, however its bytes are cut', () => {
  fc.assert(
    fc.property(sent, cuts, (answer, lengths) => {
      const reader = new AnswerReader('GET');
      const pieces = cut(answer.bytes, lengths);
      const last = pieces.pop()!;
      for (const piece of pieces) expect(reader.push(piece)).toBeUndefined();
      const read = reader.push(last);
      expect(read?.statusCode).toBe(answer.statusCode);
      expect(read?.body).toEqual(answer.body);
      expect(Object.fromEntries(read?.headers ?? [])).toMatchObject(answer.headers);
      expect(reader.keepsConnection).toBe(true);
    }),
  );
});

test('no part of an answer is an answer, also when the connection ends there', () => {
  fc.assert(
    fc.property(sent, fc.nat(), (answer, at) => {
      const reader = new AnswerReader('GET');
      expect(reader.push(answer.bytes.subarray(0, at % answer.bytes.length))).toBeUndefined();
      expect(reader.close()).toBeUndefined();
    }),
  );
});

test('a connection that has sent more than the answer is not used again', () => {
  fc.assert(
    fc.property(sent, sent, (answer, unasked) => {
      const reader = new AnswerReader('GET');
      expect(reader.push(Buffer.concat([answer.bytes, unasked.bytes]))?.body).toEqual(answer.body);
      expect(reader.keepsConnection).toBe(false);
    }),
  );
});

const read = (text: string, method = 'GET') => {
  const reader = new AnswerReader(method);
  return { reader, answer: reader.push(Buffer.from(text, 'latin1')) };
};

test.each([
  ['an answer to HEAD', 'HEAD', `HTTP/1.1 200 OK${CRLF}Content-Length: 512${CRLF}${CRLF}`],
  ['an answer to HEAD that has no length', 'HEAD', `HTTP/1.1 404 Not Found${CRLF}Server: s3${CRLF}${CRLF}`],
  ['204', 'PUT', `HTTP/1.1 204 No Content${CRLF}x: y${CRLF}${CRLF}`],
  ['304', 'GET', `HTTP/1.1 304 Not Modified${CRLF}Content-Length: 7${CRLF}${CRLF}`],
])('%s ends with its head', (_, method, text) => {
  const { reader, answer } = read(text, method);
  expect(answer?.body).toHaveLength(0);
  expect(reader.keepsConnection).toBe(true);
});

test.each([
  ['HTTP/1.1 that says so', `HTTP/1.1 200 OK${CRLF}Connection: Close${CRLF}Content-Length: 0${CRLF}${CRLF}`, false],
  ['HTTP/1.0', `HTTP/1.0 200 OK${CRLF}Content-Length: 0${CRLF}${CRLF}`, false],
  ['HTTP/1.0 that says so', `HTTP/1.0 200 OK${CRLF}Connection: keep-alive${CRLF}Content-Length: 0${CRLF}${CRLF}`, true],
])('the connection of %s is kept: as it says', (_, text, kept) => {
  expect(read(text).reader.keepsConnection).toBe(kept);
});

test('an error may end with the connection, and then the connection is not used again', () => {
  const { reader, answer } = read(`HTTP/1.1 503 Busy${CRLF}Server: proxy${CRLF}${CRLF}come `);
  expect(answer).toBeUndefined();
  expect(reader.push(Buffer.from('later'))).toBeUndefined();
  expect(reader.close()?.body.toString()).toBe('come later');
  expect(reader.keepsConnection).toBe(false);
});

test('a header that comes twice is one value', () => {
  const { answer } = read(`HTTP/1.1 200 OK${CRLF}x-a: 1${CRLF}Content-Length: 0${CRLF}X-A: 2${CRLF}${CRLF}`);
  expect(answer?.headers.get('x-a')).toBe('1, 2');
});

const ok = (...lines: string[]) => ['HTTP/1.1 200 OK', ...lines, '', ''].join(CRLF);

test.each([
  ['another protocol', `SSH-2.0-OpenSSH_9.2${CRLF}${CRLF}`],
  ['HTTP/2', `HTTP/2 200${CRLF}${CRLF}`],
  ['no status', `HTTP/1.1 OK${CRLF}${CRLF}`],
  ['a status that does not exist', `HTTP/1.1 2000 OK${CRLF}${CRLF}`],
  ['another protocol from now on', `HTTP/1.1 101 Switching Protocols${CRLF}Upgrade: h2c${CRLF}${CRLF}`],
  ['a success without a length', ok('Server: proxy')],
  ['two lengths', ok('Content-Length: 5', 'Content-Length: 6')],
  ['the same length twice', ok('Content-Length: 5', 'Content-Length: 5')],
  ['a length and chunks', ok('Content-Length: 5', 'Transfer-Encoding: chunked')],
  ['a negative length', ok('Content-Length: -1')],
  ['a length that is no number', ok('Content-Length: 0x10')],
  ['an empty length', ok('Content-Length:')],
  ['another encoding', ok('Transfer-Encoding: gzip, chunked')],
  ['a header without a name', ok(': x', 'Content-Length: 0')],
  ['a header without a colon', ok('Content-Length: 0', 'x', 'y: z')],
  ['a last header without a colon', ok('Content-Length: 0', 'x')],
  ['a folded header', ok('x: y', ' z: 1', 'Content-Length: 0')],
  ['a space before the colon', ok('x : y', 'Content-Length: 0')],
  ['a chunk without a length', `${ok('Transfer-Encoding: chunked')}${CRLF}`],
  ['a chunk of a length that is no number', `${ok('Transfer-Encoding: chunked')}-1${CRLF}`],
  ['a chunk that is longer than it said', `${ok('Transfer-Encoding: chunked')}2${CRLF}abc${CRLF}0${CRLF}${CRLF}`],
  ['a head without an end', `HTTP/1.1 200 OK${CRLF}x: ${'y'.repeat(70_000)}`],
  ['a head that is too long', ok(`x: ${'y'.repeat(70_000)}`, 'Content-Length: 0')],
  ['a chunk line without an end', `${ok('Transfer-Encoding: chunked')}1;${'x'.repeat(2_000)}`],
])('%s is refused', (_, text) => {
  expect(() => read(text)).toThrow(MalformedAnswerError);
});

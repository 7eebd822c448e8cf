import { chunkLength, framingOf, parsedHead, type AnswerHead, type Framing } from './answerHead';
import { MalformedAnswerError } from './errors';

export interface HttpAnswer {
  readonly statusCode: number;
  /** Names in lower case. What came more than once is one value, with commas. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Longer than any of AWS's. Without a limit, a peer that never ends its head would fill the memory. */
const LONGEST_HEAD_BYTES = 64 * 1024;
const LONGEST_CHUNK_LINE_BYTES = 1024;
const EMPTY = Buffer.alloc(0);

/** Reads one answer of HTTP/1.1 (RFC 9112) from the bytes of a connection, however they are cut. */
export class AnswerReader {
  /** What has come and is not read yet. */
  private rest: Buffer = EMPTY;
  /** Once its head is read. */
  private begun?: { readonly head: AnswerHead; readonly framing: Framing };
  /** Bytes of the body, or of its present chunk, that are still to come. */
  private missingBytes = 0;
  private expectedLine: 'size' | 'end of chunk' | 'trailer' = 'size';
  private readonly body: Buffer[] = [];

  /** @param method of the request */
  constructor(private readonly method: string) {}

  /**
   * Takes what has come; returns the answer when it is whole.
   * @throws MalformedAnswerError
   */
  push(bytes: Buffer): HttpAnswer | undefined {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    while (!this.begun) if (!this.readHead()) return undefined;
    return this.readBody(this.begun.framing) ? this.answer(this.begun.head) : undefined;
  }

  /** The other side has closed the connection: the answer, if that was its end. */
  close(): HttpAnswer | undefined {
    return this.begun?.framing.kind === 'untilClose' ? this.answer(this.begun.head) : undefined;
  }

  /** After the answer: whether another one may follow on the same connection. */
  get keepsConnection(): boolean {
    if (!this.begun || this.begun.framing.kind === 'untilClose' || this.rest.length > 0) return false;
    const { headers, isVersion10 } = this.begun.head;
    const said = headers.get('connection')?.toLowerCase();
    return isVersion10 ? said === 'keep-alive' : !said?.includes('close');
  }

  private answer({ statusCode, headers }: AnswerHead): HttpAnswer {
    const [only = EMPTY] = this.body;
    return { statusCode, headers, body: this.body.length > 1 ? Buffer.concat(this.body) : only };
  }

  /** False while its end has not come. */
  private readHead(): boolean {
    const end = this.rest.indexOf('\r\n\r\n');
    if ((end < 0 ? this.rest.length : end) > LONGEST_HEAD_BYTES)
      throw new MalformedAnswerError(`its head is longer than ${LONGEST_HEAD_BYTES} bytes`);
    if (end < 0) return false;
    const head = parsedHead(this.rest.toString('latin1', 0, end));
    this.rest = this.rest.subarray(end + 4);
    if (head.statusCode === 101) throw new MalformedAnswerError('it changes the protocol, which nobody asked for');
    if (head.statusCode < 200) return true; // "continue", "early hints": the answer itself follows
    const framing = framingOf(this.method, head);
    if (framing.kind === 'length') this.missingBytes = framing.bytes;
    this.begun = { head, framing };
    return true;
  }

  /** False while something is missing. */
  private readBody({ kind }: Framing): boolean {
    if (kind === 'chunked') return this.readChunks();
    if (kind === 'untilClose') this.missingBytes = this.rest.length;
    this.takeMissing();
    return kind === 'length' && this.missingBytes === 0;
  }

  private readChunks(): boolean {
    for (;;) {
      this.takeMissing();
      const line = this.missingBytes === 0 ? this.takeLine() : undefined;
      if (line === undefined) return false;
      if (this.expectedLine === 'trailer') {
        if (line === '') return true;
      } else if (this.expectedLine === 'size') {
        this.missingBytes = chunkLength(line);
        this.expectedLine = this.missingBytes === 0 ? 'trailer' : 'end of chunk';
      } else {
        if (line !== '') throw new MalformedAnswerError('a chunk is longer than it said');
        this.expectedLine = 'size';
      }
    }
  }

  private takeMissing(): void {
    if (this.missingBytes === 0 || this.rest.length === 0) return;
    const taken = this.rest.subarray(0, this.missingBytes);
    this.body.push(taken);
    this.missingBytes -= taken.length;
    this.rest = this.rest.subarray(taken.length);
  }

  private takeLine(): string | undefined {
    const end = this.rest.indexOf('\r\n');
    if ((end < 0 ? this.rest.length : end) > LONGEST_CHUNK_LINE_BYTES)
      throw new MalformedAnswerError(`a line between its chunks is longer than ${LONGEST_CHUNK_LINE_BYTES} bytes`);
    if (end < 0) return undefined;
    const line = this.rest.toString('latin1', 0, end);
    this.rest = this.rest.subarray(end + 2);
    return line;
  }
}

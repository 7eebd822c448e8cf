import { isAscii, isUtf8 } from 'node:buffer';
import { hash as digest } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { UnreadableImageError } from '../errors';
import { TOMBSTONE_BODY, TOMBSTONE_DIGEST } from '../image';
import { bodyIn, FIELDS_BEFORE_BODY, type BaseFiles } from './baseFiles';
import type { BasePart } from './baseManifest';
import { objectKeyIn } from './hashOrder';
import { LARGEST_JOURNAL_TEXT_BYTES } from './journalObject';
import { imageOfRunLine, readRunLine, type LineImage } from './runLine';

/** The newest change of an item, as a base has it. */
export interface BaseEntry {
  readonly objectKey: string;
  /** The run line. */
  readonly line: string;
  /**
   * The change in it; the digest of its body is that which was made of these very bytes.
   *
   * @throws UnreadableImageError, UnknownFormatError
   */
  readonly image: LineImage;
}

/**
 * The items of a part, in hash order. What is looked at here: the bytes of the files against the manifest, that they are UTF-8, the number of
 * lines, and of each body its digest against its mark, once. What is not: whether a mark is that of an image, and its body an item. Whoever
 * uses either has to look at it (`imageOfRunLine`, `readImage`), for what is consistent may have been written by anybody.
 *
 * All of it is looked at before any item is there; the texts of an item are made when its turn comes, since those of a whole part at a time
 * outlive all young garbage.
 *
 * @throws UnreadableImageError when its files are others than the manifest says, or do not fit together
 */
export function entriesOfBasePart(part: BasePart, { items, marks }: Pick<BaseFiles, 'items' | 'marks'>): BaseEntries {
  requireSame('marks', marks, part.marksBytes, part.marksSha256);
  if (items || part.itemsSha256 !== null) {
    requireSame('items', items ?? Buffer.alloc(0), part.itemsBytes, part.itemsSha256 ?? '');
  }
  const [texts, bodies] = [new Lines('marks', marks), new Lines('items', items)];
  const stated = part.items + part.tombstones;
  // Room is made for no more than the text can have, whatever a manifest says.
  if (stated * DIGEST_LENGTH > texts.text.length) {
    throw new UnreadableImageError(`${part.name} has less text than the ${stated} marks that its manifest says`);
  }
  const places = new Uint32Array(stated * PLACES);
  let [entries, taken] = [0, 0];
  for (; texts.next(); entries += 1) {
    const sha256 = texts.digest;
    const isItem = sha256 !== TOMBSTONE_DIGEST;
    if (isItem && (!bodies.next() || sha256Of(bodies.line) !== sha256)) {
      throw new UnreadableImageError(`the item ${taken} of ${part.name} is not that of its mark, ${sha256}`);
    }
    if (isItem) taken += 1;
    // What is written behind the end of a typed array is not written: that there are too many is told below.
    const at = entries * PLACES;
    [places[at], places[at + 1]] = [texts.start, texts.end];
    if (isItem) [places[at + 2], places[at + 3]] = [bodies.start, bodies.end];
  }
  while (bodies.next()) taken += 1;
  if (entries === stated && taken === part.items) return new BaseEntries(texts, bodies, places);
  throw new UnreadableImageError(
    `${part.name} has ${entries} marks and ${taken} items; its manifest says ${stated} and ${part.items}`,
  );
}

/** Of each entry: where its mark begins and ends, and its body, which no tombstone has. */
const PLACES = 4;
const DIGEST_LENGTH = TOMBSTONE_DIGEST.length;

/** The entries of a part, each made when its turn comes. */
export class BaseEntries implements Iterable<BaseEntry> {
  constructor(
    private readonly marks: Lines,
    private readonly bodies: Lines,
    private readonly places: Uint32Array,
  ) {}

  get length(): number {
    return this.places.length / PLACES;
  }

  *[Symbol.iterator](): Generator<BaseEntry> {
    const { marks, bodies, places } = this;
    for (let at = 0; at < places.length; at += PLACES) {
      const [start = 0, end = 0, bodyStart = 0, bodyEnd = 0] = [
        places[at],
        places[at + 1],
        places[at + 2],
        places[at + 3],
      ];
      const body = bodyEnd === 0 ? TOMBSTONE_BODY : bodies.textBetween(bodyStart, bodyEnd);
      yield new Entry(marks.textBetween(start, end), body);
    }
  }
}

/** What of it is not asked for is not made. */
class Entry implements BaseEntry {
  readonly objectKey: string;

  constructor(
    private readonly mark: string,
    private readonly body: string,
  ) {
    this.objectKey = objectKeyIn(mark);
  }

  get line(): string {
    const { start, end } = bodyIn(this.mark);
    return this.mark.slice(0, start) + this.body + this.mark.slice(end);
  }

  get image(): LineImage {
    const mark = readRunLine(this.mark);
    return imageOfRunLine({ ...mark, body: this.body }, mark.body);
  }
}

function requireSame(what: string, bytes: Uint8Array, sizeBytes: number, sha256: string): void {
  if (bytes.length === sizeBytes && sha256Of(bytes) === sha256) return;
  throw new UnreadableImageError(`its ${what} have ${bytes.length} bytes that are not those of its manifest`);
}

/** The lines of a file one by one, as bytes. */
class Lines {
  start = 0;
  end = -1;
  readonly text: Buffer;
  private readonly encoding: 'latin1' | 'utf8';

  /** @throws UnreadableImageError when they are no text, or end within a line */
  constructor(what: string, gzip: Buffer | undefined) {
    this.text = gzip ? unzipped(gzip) : Buffer.alloc(0);
    this.encoding = isAscii(this.text) ? 'latin1' : 'utf8';
    if (!isUtf8(this.text)) throw new UnreadableImageError(`its ${what} are not UTF-8`);
    if (this.text.length === 0 || this.text.at(-1) === LINE_BREAK) return;
    throw new UnreadableImageError(`its ${what} end within a line`);
  }

  /** Goes to the next line; false where there is none. */
  next(): boolean {
    this.start = this.end + 1;
    if (this.start >= this.text.length) return false;
    this.end = this.text.indexOf(LINE_BREAK, this.start);
    return true;
  }

  get line(): Buffer {
    return this.text.subarray(this.start, this.end);
  }

  /** The digest in a mark, where there is a field of its length in its place. */
  get digest(): string {
    const { text, end } = this;
    let at = this.start;
    for (let field = 0; field < FIELDS_BEFORE_BODY; field += 1) {
      while (at < end && text[at] !== TAB) at += 1;
      at += 1;
    }
    return text[at + DIGEST_LENGTH] === TAB ? text.toString('latin1', at, at + DIGEST_LENGTH) : '';
  }

  textBetween(start: number, end: number): string {
    return this.text.toString(this.encoding, start, end);
  }
}

const [TAB, LINE_BREAK] = [0x09, 0x0a];

/** A part is one line at least, which may be as large as any; a mark has a digest, and what its object said, besides. */
const LARGEST_TEXT_BYTES = LARGEST_JOURNAL_TEXT_BYTES + 4096;
/** zlib asks for no less. */
const LEAST_CHUNK_BYTES = 64;

function unzipped(bytes: Buffer): Buffer {
  try {
    // Into one buffer of its size: to put chunks together takes half as long as to make them.
    const chunkSize = Math.max(LEAST_CHUNK_BYTES, Math.min(statedTextBytes(bytes) + 1, LARGEST_TEXT_BYTES));
    return gunzipSync(bytes, { maxOutputLength: LARGEST_TEXT_BYTES, chunkSize });
  } catch (cause) {
    throw new UnreadableImageError(`it is not gzip: ${(cause as Error).message}`, { cause });
  }
}

/** What is said at its end of the text's size (RFC 1952, ISIZE): whoever lies there makes it slower, and no other. */
function statedTextBytes(gzip: Buffer): number {
  return gzip.length < ISIZE_BYTES ? 0 : gzip.readUInt32LE(gzip.length - ISIZE_BYTES);
}

const ISIZE_BYTES = 4;

function sha256Of(bytes: Uint8Array): string {
  return digest('sha256', bytes, 'hex');
}

import { isUtf8 } from 'node:buffer';
import { hash as digest } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { digestOf } from '../digest';
import { UnreadableImageError } from '../errors';
import { TOMBSTONE_BODY, TOMBSTONE_DIGEST } from '../image';
import type { BasePart } from './baseManifest';
import { objectKeyIn } from './hashOrder';
import { LARGEST_JOURNAL_TEXT_BYTES } from './journalObject';
import { LineBuffer } from './lineBuffer';
import { readRunLine, type RunLine } from './runLine';

/*
 * The files of a base. `items` has the bodies alone, as DynamoDB imports them; `marks` has what else the run lines of the same items
 * say, tombstones too, with the digest of the body in its place.
 */

/** Of the text of either file. A reader holds the text of a part, and the files of the next one. */
export const BASE_PART_TEXT_BYTES = 4 * 1024 * 1024;
/** Behind the first GB: each part is put and read back with every base, and names are for 65,536. */
export const LARGER_BASE_PARTS = { from: 256, times: 8 } as const;

/** How many parts a base of so much text has. */
export function basePartsOf(textBytes: number): number {
  const { from, times } = LARGER_BASE_PARTS;
  const small = Math.min(from, Math.ceil(textBytes / BASE_PART_TEXT_BYTES));
  const inLarger = Math.max(0, textBytes - from * BASE_PART_TEXT_BYTES);
  return Math.max(1, small + Math.ceil(inLarger / (times * BASE_PART_TEXT_BYTES)));
}
const FIELDS_BEFORE_BODY = 6;

/** A finished part, and its files. */
export interface BaseFiles {
  readonly part: BasePart;
  /** Undefined where it has tombstones alone. */
  readonly items?: Buffer;
  readonly marks: Buffer;
}

/** Makes the files of parts of run lines in hash order, one an item. */
export class BasePartWriter {
  private readonly itemsText: LineBuffer;
  private readonly marksText: LineBuffer;
  private firstHash = '';
  private sum = 0n;
  private parts = 0;

  /** @param level of gzip, 1 to 9 */
  constructor(
    private readonly level: number,
    private readonly partTextBytes = BASE_PART_TEXT_BYTES,
    private readonly larger: { readonly from: number; readonly times: number } = LARGER_BASE_PARTS,
  ) {
    this.itemsText = new LineBuffer(partTextBytes);
    this.marksText = new LineBuffer(partTextBytes);
  }

  get isEmpty(): boolean {
    return this.marksText.lines === 0;
  }

  /** The digests of the bodies of all items so far, tombstones aside: 64 hexadecimal digits. */
  get digestSum(): string {
    return hexOfSum(this.sum);
  }

  hasRoomFor(line: string): boolean {
    return this.itemsText.hasRoomFor(line) && this.marksText.hasRoomFor(line);
  }

  /** @param hash of the line's object key */
  add(hash: string, line: string): void {
    const { start, end } = bodyIn(line);
    const body = line.slice(start, end);
    const bodyDigest = digestOf(body);
    if (this.isEmpty) this.firstHash = hash;
    this.marksText.add(line.slice(0, start) + bodyDigest + line.slice(end));
    if (body === TOMBSTONE_BODY) return;
    this.itemsText.add(body);
    this.sum = addedDigest(this.sum, bodyDigest);
  }

  /** The part that was made; the writer is empty again, but for the sum. */
  end(name: string): BaseFiles {
    const [items, tombstones] = [this.itemsText.lines, this.marksText.lines - this.itemsText.lines];
    const itemsFile = items === 0 ? undefined : gzipSync(this.itemsText.take(), { level: this.level });
    const marks = gzipSync(this.marksText.take(), { level: this.level });
    const part = {
      ...{ name, firstHash: this.firstHash, items, tombstones },
      ...{ itemsBytes: itemsFile?.length ?? 0, itemsSha256: itemsFile ? sha256Of(itemsFile) : null },
      ...{ marksBytes: marks.length, marksSha256: sha256Of(marks) },
    };
    this.parts += 1;
    if (this.parts >= this.larger.from) {
      this.itemsText.sizeBytes = this.marksText.sizeBytes = this.partTextBytes * this.larger.times;
    }
    return { part, items: itemsFile, marks };
  }
}

export function addedDigest(sum: bigint, digestHex: string): bigint {
  return sum + BigInt(`0x${digestHex}`);
}

export function hexOfSum(sum: bigint): string {
  return BigInt.asUintN(256, sum).toString(16).padStart(64, '0');
}

/** The newest change of an item, as a base has it. */
export interface BaseEntry {
  readonly objectKey: string;
  /** The run line. */
  readonly line: string;
  /** The same, read. */
  readonly change: RunLine;
  /** Of the body: it was made of these very bytes. */
  readonly bodySha256: string;
}

/**
 * The items of a part, in hash order. What is looked at here: the bytes of the files against the manifest, that they are UTF-8, the number of
 * lines, and of each body its digest against its mark, once. What is not: whether a mark is that of an image, and its body an item. Whoever
 * uses either has to look at it (`imageOfRunLine`, `readImage`), for what is consistent may have been written by anybody.
 *
 * @throws UnreadableImageError when its files are others than the manifest says, or do not fit together
 */
export function entriesOfBasePart(
  part: BasePart,
  { items, marks }: Pick<BaseFiles, 'items' | 'marks'>,
): readonly BaseEntry[] {
  requireSame('marks', marks, part.marksBytes, part.marksSha256);
  if (items || part.itemsSha256 !== null) {
    requireSame('items', items ?? Buffer.alloc(0), part.itemsBytes, part.itemsSha256 ?? '');
  }
  const bodies = items && new Lines('items', items, part.items);
  const texts = new Lines('marks', marks, part.items + part.tombstones);
  const entries: BaseEntry[] = [];
  let taken = 0;
  for (let bytes = texts.next(); bytes; bytes = texts.next()) {
    const mark = textOf(bytes);
    const { start, end } = bodyIn(mark);
    const stated = mark.slice(start, end);
    if (stated === TOMBSTONE_DIGEST) {
      entries.push(new Entry(mark, start, end, TOMBSTONE_BODY));
      continue;
    }
    const body = bodies?.next();
    if (!body || sha256Of(body) !== stated) {
      throw new UnreadableImageError(`the item ${taken} of ${part.name} is not that of its mark, ${stated}`);
    }
    taken += 1;
    entries.push(new Entry(mark, start, end, textOf(body)));
  }
  if (taken === part.items) return entries;
  throw new UnreadableImageError(`${part.name} has ${part.items} items; its marks are of ${taken}`);
}

/** What of it is not asked for is not made. */
class Entry implements BaseEntry {
  readonly objectKey: string;

  constructor(
    private readonly mark: string,
    private readonly start: number,
    private readonly end: number,
    private readonly body: string,
  ) {
    this.objectKey = objectKeyIn(mark);
  }

  get bodySha256(): string {
    return this.mark.slice(this.start, this.end);
  }

  get line(): string {
    return this.mark.slice(0, this.start) + this.body + this.mark.slice(this.end);
  }

  get change(): RunLine {
    return { ...readRunLine(this.mark), body: this.body };
  }
}

function requireSame(what: string, bytes: Uint8Array, sizeBytes: number, sha256: string): void {
  if (bytes.length === sizeBytes && sha256Of(bytes) === sha256) return;
  throw new UnreadableImageError(`its ${what} have ${bytes.length} bytes that are not those of its manifest`);
}

/** The lines of a file one by one, as bytes. */
class Lines {
  private readonly text: Buffer;
  private at = 0;

  /** @throws UnreadableImageError when they are not as many as stated, or no text */
  constructor(what: string, gzip: Uint8Array, stated: number) {
    this.text = unzipped(gzip);
    if (!isUtf8(this.text)) throw new UnreadableImageError(`its ${what} are not UTF-8`);
    const lines = linesIn(this.text);
    if (lines === stated && this.text.at(-1) === LINE_BREAK) return;
    throw new UnreadableImageError(`its ${what} have ${lines} lines; its manifest says ${stated}`);
  }

  next(): Buffer | undefined {
    if (this.at >= this.text.length) return undefined;
    const [start, end] = [this.at, this.text.indexOf(LINE_BREAK, this.at)];
    this.at = end + 1;
    return this.text.subarray(start, end);
  }
}

const LINE_BREAK = 0x0a;

function linesIn(text: Buffer): number {
  let lines = 0;
  for (let at = text.indexOf(LINE_BREAK); at >= 0; at = text.indexOf(LINE_BREAK, at + 1)) lines += 1;
  return lines;
}

function textOf(bytes: Buffer): string {
  return bytes.toString('utf8');
}

/** A part is one line at least, which may be as large as any; a mark has a digest, and what its object said, besides. */
const LARGEST_TEXT_BYTES = LARGEST_JOURNAL_TEXT_BYTES + 4096;

function unzipped(bytes: Uint8Array): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_TEXT_BYTES });
  } catch (cause) {
    throw new UnreadableImageError(`it is not gzip: ${(cause as Error).message}`, { cause });
  }
}

/** The place of the body, or of its digest, in a run line or a mark. */
function bodyIn(line: string): { start: number; end: number } {
  let start = 0;
  for (let field = 0; field < FIELDS_BEFORE_BODY; field += 1) start = line.indexOf('\t', start) + 1;
  return { start, end: line.indexOf('\t', start) };
}

function sha256Of(bytes: Uint8Array): string {
  return digest('sha256', bytes, 'hex');
}

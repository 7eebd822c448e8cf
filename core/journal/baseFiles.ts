import { hash as digest } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { digestOf } from '../digest';
import { UnreadableImageError } from '../errors';
import { TOMBSTONE_BODY, TOMBSTONE_DIGEST } from '../image';
import type { BasePart } from './baseManifest';
import { LARGEST_JOURNAL_TEXT_BYTES } from './journalObject';
import { LineBuffer } from './lineBuffer';

/*
 * The files of a base. `items` has the bodies alone, as DynamoDB imports them; `marks` has what else the run lines of the same items
 * say, tombstones too, with the digest of the body in its place.
 */

/** Of the text of either file. A reader holds a part whole. */
export const BASE_PART_TEXT_BYTES = 32 * 1024 * 1024;
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

  /** @param level of gzip, 1 to 9 */
  constructor(
    private readonly level: number,
    partTextBytes = BASE_PART_TEXT_BYTES,
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
    return { part, items: itemsFile, marks };
  }
}

export function addedDigest(sum: bigint, digestHex: string): bigint {
  return sum + BigInt(`0x${digestHex}`);
}

export function hexOfSum(sum: bigint): string {
  return BigInt.asUintN(256, sum).toString(16).padStart(64, '0');
}

/**
 * The run lines of a part, in hash order: one an item.
 *
 * @throws UnreadableImageError when its files are others than the manifest says, or do not fit together
 */
export function linesOfBasePart(part: BasePart, { items, marks }: Pick<BaseFiles, 'items' | 'marks'>): string[] {
  requireSame('marks', marks, part.marksBytes, part.marksSha256);
  if (items || part.itemsSha256 !== null) {
    requireSame('items', items ?? Buffer.alloc(0), part.itemsBytes, part.itemsSha256 ?? '');
  }
  const bodies = items ? linesIn('items', items, part.items) : [];
  let next = 0;
  const lines = linesIn('marks', marks, part.items + part.tombstones).map((mark) => {
    const { start, end } = bodyIn(mark);
    const stated = mark.slice(start, end);
    const body = stated === TOMBSTONE_DIGEST ? TOMBSTONE_BODY : (bodies[next++] ?? '');
    if (body !== TOMBSTONE_BODY && digestOf(body) !== stated) {
      throw new UnreadableImageError(`the item ${next - 1} of ${part.name} is not that of its mark, ${stated}`);
    }
    return mark.slice(0, start) + body + mark.slice(end);
  });
  if (next === bodies.length) return lines;
  throw new UnreadableImageError(`${part.name} has ${bodies.length} items; its marks are of ${next}`);
}

function requireSame(what: string, bytes: Uint8Array, sizeBytes: number, sha256: string): void {
  if (bytes.length === sizeBytes && sha256Of(bytes) === sha256) return;
  throw new UnreadableImageError(`its ${what} have ${bytes.length} bytes that are not those of its manifest`);
}

function linesIn(what: string, gzip: Uint8Array, stated: number): string[] {
  const lines = unzipped(gzip).split('\n');
  if (lines.pop() === '' && lines.length === stated) return lines;
  throw new UnreadableImageError(`its ${what} have ${lines.length} lines; its manifest says ${stated}`);
}

/** A part is one line at least, which may be as large as any; a mark has a digest, and what its object said, besides. */
const LARGEST_TEXT_BYTES = LARGEST_JOURNAL_TEXT_BYTES + 4096;

function unzipped(bytes: Uint8Array): string {
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_TEXT_BYTES }).toString('utf8');
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

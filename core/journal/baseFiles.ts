import { hash as digest } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { digestOf } from '../digest';
import { TOMBSTONE_BODY } from '../image';
import type { BasePart } from './baseManifest';
import { LineBuffer } from './lineBuffer';

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
export const FIELDS_BEFORE_BODY = 6;

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

/** The place of the body in a run line, and of its digest in a mark. */
export function bodyIn(line: string): { start: number; end: number } {
  let start = 0;
  for (let field = 0; field < FIELDS_BEFORE_BODY; field += 1) start = line.indexOf('\t', start) + 1;
  return { start, end: line.indexOf('\t', start) };
}

function sha256Of(bytes: Uint8Array): string {
  return digest('sha256', bytes, 'hex');
}

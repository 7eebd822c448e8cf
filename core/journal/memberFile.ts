import { hash as digest } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { UnreadableImageError } from '../errors';
import { quoted } from '../quoted';
import { hashOf, objectKeyIn } from './hashOrder';
import { LARGEST_JOURNAL_TEXT_BYTES } from './journalObject';
import { LineBuffer } from './lineBuffer';

/*
 * A part of a run: lines in hash order, as gzip members one behind the other, so that `zcat` reads the file and so does who knows
 * the offset of a member. Beside it an index that tells, a line a member, where each begins.
 */

/**
 * Of the text of one member, unless a single line has more. What cannot be compressed becomes larger by less than a thousandth, so
 * a member has 256 KB at most.
 */
export const MEMBER_TEXT_BYTES = 255 * 1024;

/** A line that is as large as any in a journal has become longer here by what its object said of all of them. */
const LARGEST_MEMBER_TEXT_BYTES = LARGEST_JOURNAL_TEXT_BYTES + 4096;

/** What of a hash or a digest stands in an index. */
const HASH_DIGITS = 16;
const DIGEST_DIGITS = 32;

/** A line of an index. */
export interface Member {
  /** The first 16 digits of the hash of the object key of its first line. */
  readonly firstHash: string;
  readonly offset: number;
  readonly bytes: number;
  readonly lines: number;
  /** The first 32 digits of the SHA-256 of its bytes. */
  readonly sha256: string;
}

/** A finished part. */
export interface MemberFile {
  readonly bytes: Buffer;
  /** gzip of the index. */
  readonly index: Buffer;
  readonly lines: number;
  /** The hash of the object key of its first line. */
  readonly firstHash: string;
}

/** Makes a part of lines in hash order. */
export class MemberFileWriter {
  private readonly members: Member[] = [];
  private readonly compressed: Buffer[] = [];
  private readonly text: LineBuffer;
  private firstHash = '';
  private firstHashOfFile = '';

  /** Of what is compressed so far: up to a member more is to come. */
  sizeBytes = 0;
  lines = 0;

  /** @param level of gzip, 1 to 9 */
  constructor(
    private readonly level: number,
    memberTextBytes = MEMBER_TEXT_BYTES,
  ) {
    this.text = new LineBuffer(memberTextBytes);
  }

  /** @param hash of the line's object key */
  add(hash: string, line: string): void {
    if (!this.text.hasRoomFor(line)) this.endMember();
    if (this.text.lines === 0) this.firstHash = hash;
    if (this.lines === 0) this.firstHashOfFile = hash;
    this.text.add(line);
    this.lines += 1;
  }

  /** The part that was made; the writer is empty again. */
  end(): MemberFile {
    this.endMember();
    const index = gzipSync(this.members.map(textOfMember).join(''));
    const file = { bytes: Buffer.concat(this.compressed), index, lines: this.lines, firstHash: this.firstHashOfFile };
    this.members.length = 0;
    this.compressed.length = 0;
    this.sizeBytes = 0;
    this.lines = 0;
    return file;
  }

  private endMember(): void {
    if (this.text.lines === 0) return;
    const lines = this.text.lines;
    const bytes = gzipSync(this.text.take(), { level: this.level });
    const firstHash = this.firstHash.slice(0, HASH_DIGITS);
    this.members.push({ firstHash, offset: this.sizeBytes, bytes: bytes.length, lines, sha256: digestOfMember(bytes) });
    this.compressed.push(bytes);
    this.sizeBytes += bytes.length;
  }
}

function textOfMember({ firstHash, offset, bytes, lines, sha256 }: Member): string {
  return `${firstHash}\t${offset}\t${bytes}\t${lines}\t${sha256}\n`;
}

/** What the manifest says of the part that an index is of. */
export interface PartStated {
  readonly bytes: number;
  readonly lines: number;
}

/**
 * @param gzip of the index
 * @throws UnreadableImageError when its members are not one behind the other, or are not all of the part
 */
export function readIndex(gzip: Uint8Array, part: PartStated): Member[] {
  const members = unzipped(gzip).trimEnd().split('\n').map(memberOfText);
  let [offset, lines, hash] = [0, 0, ''];
  for (const member of members) {
    if (member.offset !== offset || member.firstHash < hash) {
      throw new UnreadableImageError(
        `its index has a member at ${member.offset} with the hash ${member.firstHash}…; expected ${offset}, and no hash below ${hash}`,
      );
    }
    [offset, lines, hash] = [offset + member.bytes, lines + member.lines, member.firstHash];
  }
  if (offset === part.bytes && lines === part.lines) return members;
  throw new UnreadableImageError(
    `its index is of ${offset} bytes and ${lines} lines; its manifest says ${part.bytes} and ${part.lines}`,
  );
}

const MEMBER = /^([0-9a-f]{16})\t(\d{1,12})\t(\d{1,12})\t(\d{1,12})\t([0-9a-f]{32})$/;

function memberOfText(text: string): Member {
  const [, firstHash = '', offset, bytes, lines, sha256 = ''] = MEMBER.exec(text) ?? [];
  if (offset !== undefined) {
    return { firstHash, offset: Number(offset), bytes: Number(bytes), lines: Number(lines), sha256 };
  }
  throw new UnreadableImageError(
    `its index has the line ${quoted(text)}; expected a hash, offset, bytes, lines and a digest`,
  );
}

/** The members that may have lines of these hashes, both included: where an item begins in one, the first lines may end the one before. */
export function membersBetween(members: readonly Member[], fromHash: string, toHash: string): readonly Member[] {
  const [from, to] = [fromHash.slice(0, HASH_DIGITS), toHash.slice(0, HASH_DIGITS)];
  const start = members.findLastIndex(({ firstHash }) => firstHash < from);
  const end = members.findLastIndex(({ firstHash }) => firstHash <= to);
  return members.slice(Math.max(start, 0), end + 1);
}

/**
 * @param bytes of the member alone
 * @throws UnreadableImageError when they are others than the index says
 */
export function linesOfMember(
  { firstHash, offset, bytes: size, lines: stated, sha256 }: Member,
  bytes: Uint8Array,
): string[] {
  if (bytes.length !== size || digestOfMember(bytes) !== sha256) {
    throw new UnreadableImageError(`its bytes from ${offset} on are not those of its index`);
  }
  const lines = unzipped(bytes).split('\n');
  if (lines.pop() === '' && lines.length === stated && hashOf(objectKeyIn(lines[0] ?? '')).startsWith(firstHash)) {
    return lines;
  }
  throw new UnreadableImageError(
    `its member at ${offset} has ${lines.length} lines; its index says ${stated}, from the hash ${firstHash}… on`,
  );
}

function digestOfMember(bytes: Uint8Array): string {
  return digest('sha256', bytes, 'hex').slice(0, DIGEST_DIGITS);
}

function unzipped(bytes: Uint8Array): string {
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_MEMBER_TEXT_BYTES }).toString('utf8');
  } catch (cause) {
    throw new UnreadableImageError(`it is not gzip: ${(cause as Error).message}`, { cause });
  }
}

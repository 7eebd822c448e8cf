import { PackedTable } from '../../core/packedTable';
import { TOMBSTONE_MD5 } from './bodyDigest';

/*
 * Which body each object has in the two buckets, packed: 24 bytes an object, 30 to 45 with the room that the table keeps,
 * and 75 while it grows.
 * Six words each: 96 bits of the SHA-256 of the object key, 64 bits of the body's MD5, and flags. For a billion objects the
 * chance that any two keys are taken for one is 10^-11.
 */
const KEY_WORDS = 3;
const DIGEST = 3;
const FLAGS = 5;
const OTHER_WORDS = 3;

export type Bucket = 'source' | 'destination';

const IN: Readonly<Record<Bucket, number>> = { source: 1, destination: 2 };
/** The two buckets have different bodies. */
const DIFFERS = 4;
/** The listing does not tell which body is the newest. */
const UNSURE = 8;
/** The table has the item. */
const SEEN = 16;
/** Somebody is going to look at it. */
const TAKEN = 32;

export class DigestIndex {
  private readonly table = new PackedTable(KEY_WORDS, OTHER_WORDS);

  /** Objects that either bucket has. */
  get size(): number {
    return this.table.size;
  }

  /** @param md5 of the newest body, in hexadecimal; undefined when the listing does not tell it */
  note(bucket: Bucket, objectKey: string, md5: string | undefined): void {
    const at = this.table.add(objectKey);
    const { words } = this.table;
    let flags = words[at + FLAGS] ?? 0;
    const [high, low] = md5 === undefined ? [0, 0] : wordsOf(md5);
    if (flags === 0) {
      words[at + DIGEST] = high;
      words[at + DIGEST + 1] = low;
    } else if (!this.holds(at, high, low)) flags |= DIFFERS;
    words[at + FLAGS] = flags | IN[bucket] | (md5 === undefined ? UNSURE : 0);
  }

  /**
   * Whether both buckets have this very body as the newest one; notes that the table has the item.
   *
   * @param sourceForgets the destination has it, and the source bucket need not
   */
  isSame(objectKey: string, md5: string, sourceForgets = false): boolean {
    const at = this.table.find(objectKey);
    if (at === undefined) return false;
    const flags = this.flagsAt(at);
    this.table.words[at + FLAGS] = flags | SEEN;
    const needed = sourceForgets ? IN.destination : IN.source | IN.destination;
    return (flags & (DIFFERS | UNSURE)) === 0 && (flags & needed) === needed && this.holds(at, ...wordsOf(md5));
  }

  has(objectKey: string): boolean {
    return this.table.find(objectKey) !== undefined;
  }

  /** Objects whose item the table does not have: those that are tombstones, and those that need a look. */
  unseen(): { tombstones: number; doubtful: number } {
    const counts = { tombstones: 0, doubtful: 0 };
    this.table.forEach((at) => {
      const flags = this.flagsAt(at);
      if ((flags & SEEN) === 0) counts[this.isTombstone(at, flags) ? 'tombstones' : 'doubtful'] += 1;
    });
    return counts;
  }

  /** Whether this is one of the doubtful ones; true once for each. */
  takeDoubtful(objectKey: string): boolean {
    const at = this.table.find(objectKey);
    if (at === undefined) return false;
    const flags = this.flagsAt(at);
    if ((flags & (SEEN | TAKEN)) !== 0 || this.isTombstone(at, flags)) return false;
    this.table.words[at + FLAGS] = flags | TAKEN;
    return true;
  }

  private flagsAt(at: number): number {
    return this.table.words[at + FLAGS] ?? 0;
  }

  private isTombstone(at: number, flags: number): boolean {
    return (flags & (DIFFERS | UNSURE)) === 0 && this.holds(at, ...wordsOf(TOMBSTONE_MD5));
  }

  private holds(at: number, high: number, low: number): boolean {
    const { words } = this.table;
    return words[at + DIGEST] === high && words[at + DIGEST + 1] === low;
  }
}

function wordsOf(md5: string): [number, number] {
  return [parseInt(md5.slice(0, 8), 16), parseInt(md5.slice(8, 16), 16)];
}

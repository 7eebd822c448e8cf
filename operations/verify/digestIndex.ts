import { digestIntoWords } from '../../core/digest';
import { TOMBSTONE_MD5 } from './bodyDigest';

/*
 * Which body each object has in the two buckets, packed: 24 bytes an object, 30 to 45 with the room that the table keeps,
 * and 75 while it grows.
 * Six words each: 96 bits of the SHA-256 of the object key, 64 bits of the body's MD5, and flags. For a billion objects the
 * chance that any two keys are taken for one is 10^-11.
 */
const WORDS = 6;
const KEY_WORDS = 3;
const DIGEST = 3;
const FLAGS = 5;
const FIRST_SLOTS = 1_024;
const FULL = 0.8;
/** By doubling, it would take 90 bytes an object while it grows. */
const GROWTH = 1.5;

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
  private words = new Uint32Array(FIRST_SLOTS * WORDS);
  private readonly hash = new Uint32Array(KEY_WORDS);
  private count = 0;

  /** Objects that either bucket has. */
  get size(): number {
    return this.count;
  }

  /** @param md5 of the newest body, in hexadecimal; undefined when the listing does not tell it */
  note(bucket: Bucket, objectKey: string, md5: string | undefined): void {
    if (this.count >= (this.words.length / WORDS) * FULL) this.grow();
    const at = this.slotOfKey(objectKey);
    const { words } = this;
    let flags = words[at + FLAGS] ?? 0;
    const [high, low] = md5 === undefined ? [0, 0] : wordsOf(md5);
    if (flags === 0) {
      this.count += 1;
      words.set(this.hash, at);
      words[at + DIGEST] = high;
      words[at + DIGEST + 1] = low;
    } else if (!this.holds(at, high, low)) flags |= DIFFERS;
    words[at + FLAGS] = flags | IN[bucket] | (md5 === undefined ? UNSURE : 0);
  }

  /** Whether both buckets have this very body as the newest one; notes that the table has the item. */
  isSame(objectKey: string, md5: string): boolean {
    const at = this.slotOfKey(objectKey);
    const flags = this.words[at + FLAGS] ?? 0;
    if (flags === 0) return false;
    this.words[at + FLAGS] = flags | SEEN;
    return (flags & (DIFFERS | UNSURE)) === 0 && (flags & 3) === 3 && this.holds(at, ...wordsOf(md5));
  }

  has(objectKey: string): boolean {
    return (this.words[this.slotOfKey(objectKey) + FLAGS] ?? 0) !== 0;
  }

  /** Objects whose item the table does not have: those that are tombstones, and those that need a look. */
  unseen(): { tombstones: number; doubtful: number } {
    const counts = { tombstones: 0, doubtful: 0 };
    for (let at = 0; at < this.words.length; at += WORDS) {
      const flags = this.words[at + FLAGS] ?? 0;
      if (flags === 0 || (flags & SEEN) !== 0) continue;
      if (this.isTombstone(at, flags)) counts.tombstones += 1;
      else counts.doubtful += 1;
    }
    return counts;
  }

  /** Whether this is one of the doubtful ones; true once for each. */
  takeDoubtful(objectKey: string): boolean {
    const at = this.slotOfKey(objectKey);
    const flags = this.words[at + FLAGS] ?? 0;
    if (flags === 0 || (flags & (SEEN | TAKEN)) !== 0 || this.isTombstone(at, flags)) return false;
    this.words[at + FLAGS] = flags | TAKEN;
    return true;
  }

  private isTombstone(at: number, flags: number): boolean {
    return (flags & (DIFFERS | UNSURE)) === 0 && this.holds(at, ...wordsOf(TOMBSTONE_MD5));
  }

  private holds(at: number, high: number, low: number): boolean {
    return this.words[at + DIGEST] === high && this.words[at + DIGEST + 1] === low;
  }

  /** The place of a key, whose hash is in `this.hash` afterwards. */
  private slotOfKey(objectKey: string): number {
    digestIntoWords(objectKey, this.hash);
    return this.slotOf(this.hash);
  }

  /** Where a hash is, or where it would go: from its own place on, the first that is empty. */
  private slotOf(hash: Uint32Array): number {
    const { words } = this;
    const slots = words.length / WORDS;
    for (let slot = (hash[0] ?? 0) % slots; ; slot = (slot + 1) % slots) {
      const at = slot * WORDS;
      if (words[at + FLAGS] === 0) return at;
      if (words[at] === hash[0] && words[at + 1] === hash[1] && words[at + 2] === hash[2]) return at;
    }
  }

  private grow(): void {
    const old = this.words;
    this.words = new Uint32Array(Math.ceil((old.length / WORDS) * GROWTH) * WORDS);
    for (let at = 0; at < old.length; at += WORDS) {
      if (old[at + FLAGS] === 0) continue;
      this.words.set(old.subarray(at, at + WORDS), this.slotOf(old.subarray(at, at + KEY_WORDS)));
    }
  }
}

function wordsOf(md5: string): [number, number] {
  return [parseInt(md5.slice(0, 8), 16), parseInt(md5.slice(8, 16), 16)];
}

import { createHash } from 'node:crypto';

const WORDS = 4;
const FIRST_CAPACITY = 1_024;
const FULL = 0.6;

/**
 * A set of object keys that takes 16 bytes for each (27 to 53 with the room it keeps): their SHA-256, cut to 128 bits.
 * For a hundred million keys the chance that any two are taken for one is 10^-23.
 */
export class KeySet {
  private words = new Uint32Array(FIRST_CAPACITY * WORDS);
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(objectKey: string): void {
    if (this.count >= (this.words.length / WORDS) * FULL) this.grow();
    if (insert(this.words, hashOf(objectKey))) this.count += 1;
  }

  has(objectKey: string): boolean {
    return slotOf(this.words, hashOf(objectKey)).isTaken;
  }

  private grow(): void {
    const old = this.words;
    this.words = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += WORDS) {
      const hash = old.subarray(at, at + WORDS);
      if (!isEmpty(hash)) insert(this.words, hash);
    }
  }
}

type Hash = Uint32Array;

function hashOf(objectKey: string): Hash {
  const digest = createHash('sha256').update(objectKey, 'utf8').digest();
  return Uint32Array.from({ length: WORDS }, (_, word) => digest.readUInt32LE(word * 4));
}

function insert(words: Uint32Array, hash: Hash): boolean {
  const { at, isTaken } = slotOf(words, hash);
  if (!isTaken) words.set(hash, at);
  return !isTaken;
}

/** Where a hash is, or where it would go: from its own place on, the first that is empty. */
function slotOf(words: Uint32Array, hash: Hash): { at: number; isTaken: boolean } {
  const slots = words.length / WORDS;
  for (let slot = (hash[0] ?? 0) % slots; ; slot = (slot + 1) % slots) {
    const at = slot * WORDS;
    const found = words.subarray(at, at + WORDS);
    if (isEmpty(found)) return { at, isTaken: false };
    if (found.every((word, i) => word === hash[i])) return { at, isTaken: true };
  }
}

function isEmpty(hash: Hash): boolean {
  return hash.every((word) => word === 0);
}

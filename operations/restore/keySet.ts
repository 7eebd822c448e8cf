import { digestIntoWords } from '../../core/digest';

const WORDS = 4;
const FIRST_CAPACITY = 1_024;
const FULL = 0.6;

/**
 * A set of object keys that takes 16 bytes for each (27 to 53 with the room it keeps): their SHA-256, cut to 128 bits.
 * For a hundred million keys the chance that any two are taken for one is 10^-23.
 */
export class KeySet {
  private words = new Uint32Array(FIRST_CAPACITY * WORDS);
  private readonly hash = new Uint32Array(WORDS);
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(objectKey: string): void {
    if (this.count >= (this.words.length / WORDS) * FULL) this.grow();
    const at = this.slotOfKey(objectKey);
    if (!isEmpty(this.words, at)) return;
    this.words.set(this.hash, at);
    this.count += 1;
  }

  has(objectKey: string): boolean {
    return !isEmpty(this.words, this.slotOfKey(objectKey));
  }

  private grow(): void {
    const old = this.words;
    this.words = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += WORDS) {
      if (isEmpty(old, at)) continue;
      const hash = old.subarray(at, at + WORDS);
      this.words.set(hash, this.slotOf(hash));
    }
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
      if (isEmpty(words, at) || isSame(words, at, hash)) return at;
    }
  }
}

function isSame(words: Uint32Array, at: number, hash: Uint32Array): boolean {
  for (let word = 0; word < WORDS; word += 1) if (words[at + word] !== hash[word]) return false;
  return true;
}

function isEmpty(words: Uint32Array, at: number): boolean {
  for (let word = 0; word < WORDS; word += 1) if (words[at + word] !== 0) return false;
  return true;
}

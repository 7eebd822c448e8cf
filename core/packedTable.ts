import { digestIntoWords } from './digest';

const FIRST_SLOTS = 1_024;
/** In a fuller table it takes long to find out that a text is not there. */
const FULL = 0.8;
/** By doubling, it would hold three times its size while it grows. */
const GROWTH = 1.5;

/**
 * A hash table for very many texts, packed into one array: an entry is the first words of the text's SHA-256 and some
 * words more. The texts themselves are not kept, so two with the same words are taken for one: the longer the key, the less.
 *
 * Memory: 4 bytes a word, a quarter more to nearly twice as much with the room that the table keeps, and half as much
 * again as that while it grows.
 */
export class PackedTable {
  /** All entries. An entry starts at a place that {@link find} or {@link add} has told: the key, then the other words. */
  words: Uint32Array;
  private readonly hash: Uint32Array;
  private readonly entryWords: number;
  private count = 0;

  /**
   * @param keyWords words of 32 bits that tell one text from another, up to eight
   * @param otherWords what is kept for each text; 0 until it is written
   */
  constructor(
    private readonly keyWords: number,
    otherWords = 0,
  ) {
    this.entryWords = keyWords + otherWords;
    this.words = new Uint32Array(FIRST_SLOTS * this.entryWords);
    this.hash = new Uint32Array(keyWords);
  }

  /** Entries. */
  get size(): number {
    return this.count;
  }

  /** Where in {@link words} a text has its entry; undefined when it has none. */
  find(text: string): number | undefined {
    digestIntoWords(text, this.hash);
    const at = this.slotOf(this.hash, 0);
    return this.isEmpty(at) ? undefined : at;
  }

  /** The same, for which an entry is made where there is none. What {@link find} has told holds no longer. */
  add(text: string): number {
    // Stryker disable next-line EqualityOperator: one entry earlier or later
    if (this.count >= (this.words.length / this.entryWords) * FULL) this.grow();
    digestIntoWords(text, this.hash);
    const at = this.slotOf(this.hash, 0);
    if (this.isEmpty(at)) {
      this.count += 1;
      this.words.set(this.hash, at);
    }
    return at;
  }

  /** Told where each entry starts, in no order. */
  forEach(visit: (at: number) => void): void {
    for (let at = 0; at < this.words.length; at += this.entryWords) if (!this.isEmpty(at)) visit(at);
  }

  private grow(): void {
    const { words: old, entryWords } = this;
    this.words = new Uint32Array(Math.ceil((old.length / entryWords) * GROWTH) * entryWords);
    // Stryker disable next-line EqualityOperator: what is behind the end is empty
    for (let from = 0; from < old.length; from += entryWords) {
      // Stryker disable next-line ConditionalExpression: what is empty goes where it is empty, and stays so
      if (isZero(old, from, this.keyWords)) continue;
      const at = this.slotOf(old, from);
      for (let word = 0; word < entryWords; word += 1) this.words[at + word] = old[from + word] ?? 0;
    }
  }

  /** Where a key is, or where it would go: from its own place on, the first that is empty. */
  private slotOf(keys: Uint32Array, from: number): number {
    const { words, entryWords } = this;
    const end = words.length;
    let at = ((keys[from] ?? 0) % (end / entryWords)) * entryWords;
    while (!this.isEmpty(at) && !this.isSame(at, keys, from)) {
      at += entryWords;
      if (at === end) at = 0;
    }
    return at;
  }

  private isSame(at: number, keys: Uint32Array, from: number): boolean {
    const { words, keyWords } = this;
    for (let word = 0; word < keyWords; word += 1) if (words[at + word] !== keys[from + word]) return false;
    return true;
  }

  private isEmpty(at: number): boolean {
    return isZero(this.words, at, this.keyWords);
  }
}

/** No text has a digest of nothing but zeros: that is as unlikely as two that are taken for one. */
function isZero(words: Uint32Array, at: number, length: number): boolean {
  for (let word = 0; word < length; word += 1) if (words[at + word] !== 0) return false;
  return true;
}

import type { AttributeMap } from '../../core/attributeValue';
import { digestIntoWords } from '../../core/digest';
import { imageBody } from '../../core/image';

const WORDS = 4;
const WORD_BYTES = 4;

/**
 * What a collection of items holds, in a few bytes: how many there are, and the sums of the words of their digests, each
 * modulo 2^32. Collections with the same sums hold the same items, in whatever order they were counted. A digest is of
 * the whole item, its keys included, so it also tells which item it is.
 */
export class ItemsChecksum {
  private readonly sums = new Uint32Array(WORDS);
  private readonly words = new Uint32Array(WORDS);
  private readonly bytes = Buffer.alloc(WORDS * WORD_BYTES);
  private count = 0;

  /** @param digest SHA-256 of the item's state in hexadecimal */
  add(digest: string): void {
    this.read(digest);
    this.addWords(1);
  }

  /** The same for an item whose digest nobody has made yet. */
  addItem(item: AttributeMap): void {
    digestIntoWords(imageBody(item), this.words);
    this.addWords(1);
  }

  /** Takes back what was added. */
  remove(digest: string): void {
    this.read(digest);
    this.addWords(-1);
  }

  equals(other: ItemsChecksum): boolean {
    return this.count === other.count && this.sums.every((sum, word) => sum === other.sums[word]);
  }

  private read(digest: string): void {
    this.bytes.write(digest, 'hex');
    for (let word = 0; word < WORDS; word += 1) this.words[word] = this.bytes.readUInt32BE(word * WORD_BYTES);
  }

  private addWords(times: 1 | -1): void {
    this.count += times;
    // Stryker disable next-line EqualityOperator: what is written behind the end of a typed array is not written
    for (let word = 0; word < WORDS; word += 1)
      this.sums[word] = (this.sums[word] ?? 0) + times * (this.words[word] ?? 0);
  }
}

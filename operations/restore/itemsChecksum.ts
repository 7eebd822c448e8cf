const WORDS = 4;
const DIGITS_OF_A_WORD = 8;

/**
 * What a collection of items holds, in a few bytes: how many there are, and the sums of the words of their digests, each
 * modulo 2^32. Collections with the same sums hold the same items, in whatever order they were counted. A digest is of
 * the whole item, its keys included, so it also tells which item it is.
 */
export class ItemsChecksum {
  private readonly sums = new Uint32Array(WORDS);
  private count = 0;

  /** @param digest SHA-256 of the item's state in hexadecimal */
  add(digest: string): void {
    // Stryker disable next-line EqualityOperator: what is written behind the end of a typed array is not written
    for (let word = 0; word < WORDS; word += 1) this.sums[word] = (this.sums[word] ?? 0) + wordOf(digest, word);
    this.count += 1;
  }

  /** Takes back what was added. */
  remove(digest: string): void {
    // Stryker disable next-line EqualityOperator: what is written behind the end of a typed array is not written
    for (let word = 0; word < WORDS; word += 1) this.sums[word] = (this.sums[word] ?? 0) - wordOf(digest, word);
    this.count -= 1;
  }

  equals(other: ItemsChecksum): boolean {
    return this.count === other.count && this.sums.every((sum, word) => sum === other.sums[word]);
  }
}

function wordOf(digest: string, word: number): number {
  const at = word * DIGITS_OF_A_WORD;
  return Number.parseInt(digest.slice(at, at + DIGITS_OF_A_WORD), 16);
}

import { digestOf } from '../../core/digest';

const HASH_DIGITS = 32;
const MODULUS = 1n << 128n;

/**
 * What a collection of items holds, in a few bytes: how many there are, and the sum of the hashes of all of them. Two
 * collections with the same sum hold the same items, in whatever order they were counted.
 */
export class Contents {
  private sum = 0n;
  private count = 0;

  /** @param digest the digest of the item's state */
  add(objectKey: string, digest: string): void {
    this.sum = (this.sum + hashOf(objectKey, digest)) % MODULUS;
    this.count += 1;
  }

  /** Takes back what was added. */
  remove(objectKey: string, digest: string): void {
    this.sum = (this.sum + MODULUS - hashOf(objectKey, digest)) % MODULUS;
    this.count -= 1;
  }

  get size(): number {
    return this.count;
  }

  equals(other: Contents): boolean {
    return this.count === other.count && this.sum === other.sum;
  }
}

function hashOf(objectKey: string, digest: string): bigint {
  return BigInt(`0x${digestOf(`${digest}${objectKey}`).slice(0, HASH_DIGITS)}`);
}

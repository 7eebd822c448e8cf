import { PackedTable } from './packedTable';

/** 128 bits: for a hundred million keys the chance that any two are taken for one is 10^-23. */
const KEY_WORDS = 4;

/** A set of object keys that takes 16 bytes for each, 20 to 30 with the room it keeps: their SHA-256, cut to 128 bits. */
export class KeySet {
  private readonly keys = new PackedTable(KEY_WORDS);

  get size(): number {
    return this.keys.size;
  }

  add(objectKey: string): void {
    this.keys.add(objectKey);
  }

  has(objectKey: string): boolean {
    return this.keys.find(objectKey) !== undefined;
  }
}

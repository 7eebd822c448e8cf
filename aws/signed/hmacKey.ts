import { hash } from 'node:crypto';

const BLOCK_BYTES = 64;

/**
 * Signs texts with one key by HMAC-SHA256 (RFC 2104). `createHmac` makes a stream and a native object for each text, which
 * costs several times what the two hashes do.
 */
export class HmacKey {
  private inner = Buffer.alloc(BLOCK_BYTES, 0x36);
  private readonly outer = Buffer.alloc(BLOCK_BYTES + 32, 0x5c);

  /** @param key no longer than a block of the hash; one that is would have to be hashed first */
  constructor(key: Buffer) {
    if (key.length > BLOCK_BYTES) throw new RangeError(`the key has ${key.length} bytes, more than ${BLOCK_BYTES}`);
    key.forEach((byte, at) => {
      this.inner[at] = 0x36 ^ byte;
      this.outer[at] = 0x5c ^ byte;
    });
  }

  /** In hexadecimal. */
  sign(text: string): string {
    this.makeRoomFor(Buffer.byteLength(text));
    this.inner.write(text, BLOCK_BYTES, 'utf8');
    this.outer.write(hash('sha256', this.inner, 'binary'), BLOCK_BYTES, 'binary');
    return hash('sha256', this.outer, 'hex');
  }

  /** What is signed with a key is of one length nearly always: nothing is made anew then. */
  private makeRoomFor(bytes: number): void {
    if (this.inner.length === BLOCK_BYTES + bytes) return;
    const inner = Buffer.alloc(BLOCK_BYTES + bytes);
    this.inner.copy(inner, 0, 0, BLOCK_BYTES);
    this.inner = inner;
  }
}

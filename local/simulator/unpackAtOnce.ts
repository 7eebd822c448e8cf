import zlib from 'node:zlib';

/**
 * Whoever unpacks a stream waits for a thread of Node's, of which the simulated world knows nothing: it would go on without. Until it is
 * taken back all is unpacked at once.
 *
 * @returns takes it back
 */
export function unpackAtOnce(): () => void {
  const real = zlib.createGunzip;
  // It cannot be assigned.
  const set = (value: unknown) => Object.defineProperty(zlib, 'createGunzip', { configurable: true, value });
  set(() => new Unpacked());
  return () => void set(real);
}

/** As much of a gunzip stream as is used: one that is given everything at its end, and read to it. */
class Unpacked {
  private packed: Uint8Array = new Uint8Array();

  end(packed: Uint8Array): void {
    this.packed = packed;
  }

  destroy(): void {
    this.packed = new Uint8Array();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    yield await Promise.resolve(zlib.gunzipSync(this.packed));
  }
}

import { once } from 'node:events';
import { createGzip } from 'node:zlib';

/** As much is compressed at a time: to hand a line over by itself costs more than to compress it. */
const CHUNK = 64 * 1024;

/** Of what is read once and then deleted: a tenth larger than by the default, in little more than half of its time. */
const LEVEL = 3;

/** A file of lines that is compressed while it grows: its compressed bytes are in memory, and of its lines no more than some chunks. */
export class GrowingFile {
  items = 0;
  /** Before they are compressed. */
  bytes = 0;
  /** Compressed so far; what was added last may not be in it yet. */
  storedBytes = 0;
  private readonly gzip = createGzip({ chunkSize: CHUNK, level: LEVEL });
  private readonly compressed: Buffer[] = [];
  private readonly whole: Promise<Buffer>;
  private lines = '';

  constructor() {
    this.gzip.on('data', (part: Buffer) => {
      this.compressed.push(part);
      this.storedBytes += part.length;
    });
    this.whole = once(this.gzip, 'end').then(() => Buffer.concat(this.compressed));
    this.whole.catch(() => undefined); // told at the end
  }

  /** Takes time where much has come that is not compressed yet. @param bytes of the line in UTF-8 */
  add(line: string, bytes: number): Promise<void> | undefined {
    this.items += 1;
    this.bytes += bytes;
    this.lines += line;
    if (this.lines.length < CHUNK) return undefined;
    const chunk = this.lines;
    this.lines = '';
    return new Promise((resolve, reject) => {
      this.gzip.write(chunk, 'utf8', (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Nothing is added any more. */
  end(): Promise<Buffer> {
    this.gzip.end(this.lines, 'utf8');
    return this.whole;
  }
}

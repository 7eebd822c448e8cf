/** Lines of text as bytes of UTF-8, up to a size; a line that is larger than that is taken by itself. */
export class LineBuffer {
  private bytes: Buffer;
  private used = 0;
  lines = 0;

  /** @param sizeBytes of all lines; another one holds for what is added from then on */
  constructor(public sizeBytes: number) {
    this.bytes = Buffer.allocUnsafe(Math.min(2 * sizeBytes, FIRST_BYTES));
  }

  hasRoomFor(line: string): boolean {
    if (this.lines === 0) return true;
    const room = this.sizeBytes - this.used - 1;
    return line.length * MOST_BYTES_OF_A_CHARACTER <= room || Buffer.byteLength(line) <= room;
  }

  /** @param line without a line break */
  add(line: string): void {
    const most = this.used + line.length * MOST_BYTES_OF_A_CHARACTER + 1;
    if (most > this.bytes.length) this.grow(most);
    this.used += this.bytes.write(line, this.used);
    this.bytes[this.used++] = LINE_BREAK;
    this.lines += 1;
  }

  /** All that was added, to be used before anything else is added; it is empty again. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.used);
    this.used = 0;
    this.lines = 0;
    return taken;
  }

  get usedBytes(): number {
    return this.used;
  }

  private grow(most: number): void {
    const larger = Buffer.allocUnsafe(Math.max(most, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
  }
}

const LINE_BREAK = 0x0a;
const FIRST_BYTES = 512 * 1024;
/** Of one UTF-16 code unit in UTF-8. */
const MOST_BYTES_OF_A_CHARACTER = 3;

import type { FileStore } from '../../aws/fileStore';

/** Lines that a worker leaves in files: as many as there are, and no more of them in memory than a file of it holds. */
export class Lines {
  private lines: string[] = [];
  private heldBytes = 0;
  private writing: Promise<unknown> = Promise.resolve();
  private readonly written: string[] = [];

  /** @param name of each file but for its number: `…/left-` */
  constructor(
    private readonly store: FileStore,
    private readonly name: string,
    private readonly extension: string,
    private readonly fileBytes = 4 * 2 ** 20,
  ) {}

  async add(line: string): Promise<void> {
    this.lines.push(line);
    this.heldBytes += line.length + 1;
    if (this.heldBytes >= this.fileBytes) await this.flush();
  }

  /** @returns the object keys of the files, in the order of their lines; none where there was no line */
  async end(): Promise<readonly string[]> {
    await this.flush();
    return this.written;
  }

  private async flush(): Promise<void> {
    if (this.lines.length === 0) return this.writing as Promise<void>;
    const objectKey = `${this.name}${this.written.length}.${this.extension}`;
    const bytes = Buffer.from(`${this.lines.join('\n')}\n`, 'utf8');
    this.written.push(objectKey);
    this.lines = [];
    this.heldBytes = 0;
    this.writing = this.writing.then(() => this.store.write(objectKey, bytes, 'text/plain; charset=utf-8'));
    await this.writing;
  }
}

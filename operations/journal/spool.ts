import { hash, randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DcsError } from '../../core/errors';

const PARTS = 64;
const MEMORY_CHARACTERS = 32 * 1024 * 1024;
const BUFFER_CHARACTERS = 64 * 1024;
/** What is made one text at a time: one of more than half a GB there cannot be, and a single item may have as many changes. */
const TEXT_BYTES = 64 * 1024 * 1024;
const LINE_BREAK = 0x0a;

/**
 * Lines of text, brought together by a name that they share. Up to a few million characters are in memory; more are in
 * temporary files, a part of the names in each, and one part at a time is read back. The files have no name once they are open, so nothing of
 * them stays behind, however the process ends.
 */
export class Spool {
  private groups = new Map<string, string[]>();
  private characters = 0;
  private parts: Part[] | undefined;
  /** Whoever adds meanwhile waits for it. */
  private spilling: Promise<void> | undefined;

  constructor(
    private readonly memoryCharacters = MEMORY_CHARACTERS,
    private readonly folder = tmpdir(),
    private readonly textBytes = TEXT_BYTES,
  ) {}

  /** Whether all of it is in memory, so that {@link of} knows. */
  get isInMemory(): boolean {
    return this.parts === undefined;
  }

  /**
   * @param name without a tab or line break
   * @param line without a line break
   */
  async add(name: string, line: string): Promise<void> {
    // No turn is given away where there is nothing to wait for: whoever was let in beside would begin to spill once more.
    if (this.spilling) await this.spilling;
    if (this.parts) return this.partOf(this.parts, name).add(`${name}\t${line}\n`);
    const lines = this.groups.get(name);
    if (lines) lines.push(line);
    else this.groups.set(name, [line]);
    this.characters += line.length;
    if (this.characters > this.memoryCharacters) await (this.spilling = this.spill());
  }

  /** Of the largest part in the temporary files, which is read back as a whole; 0 while {@link isInMemory}. */
  get largestPartCharacters(): number {
    return (this.parts ?? []).reduce((most, { characters }) => Math.max(most, characters), 0);
  }

  /** The lines of one name, while {@link isInMemory}. */
  of(name: string): readonly string[] {
    return this.groups.get(name) ?? [];
  }

  /**
   * All names with their lines, a part of them at a time: a name is in the part of the first 6 bits of its SHA-256, as sorted files
   * have them in that order. As often as wanted.
   */
  async *all(): AsyncGenerator<ReadonlyMap<string, readonly string[]>> {
    if (this.parts) {
      for (const part of this.parts) yield await part.read(this.textBytes);
      return;
    }
    const parts = Array.from({ length: PARTS }, () => new Map<string, string[]>());
    for (const [name, lines] of this.groups) parts[partNumber(name)]?.set(name, lines);
    yield* parts;
  }

  async close(): Promise<void> {
    this.groups = new Map();
    await Promise.all((this.parts ?? []).map((part) => part.close()));
  }

  private async spill(): Promise<void> {
    const parts = await openParts(this.folder);
    this.parts = parts;
    for (const [name, lines] of this.groups) {
      for (const line of lines) await this.partOf(parts, name).add(`${name}\t${line}\n`);
    }
    this.groups = new Map();
  }

  private partOf(parts: readonly Part[], name: string): Part {
    const part = parts[partNumber(name)];
    if (!part) throw new Error('no part');
    return part;
  }
}

function partNumber(name: string): number {
  return hash('sha256', name, 'binary').charCodeAt(0) >>> 2;
}

async function openParts(folder: string): Promise<Part[]> {
  try {
    return await Promise.all(Array.from({ length: PARTS }, async () => new Part(await openWithoutName(folder))));
  } catch (cause) {
    throw noRoom(folder, cause);
  }
}

function noRoom(folder: string, cause: unknown): DcsError {
  return new DcsError(
    `the changes are more than the memory is meant for, and ${folder} takes no temporary file: ${(cause as Error).message}. Make room there, or set TMPDIR to another folder`,
    { cause },
  );
}

async function openWithoutName(folder: string): Promise<FileHandle> {
  const name = path.join(folder, `dcs-journal-${randomUUID()}`);
  const file = await open(name, 'wx+', 0o600);
  await unlink(name);
  return file;
}

class Part {
  characters = 0;
  private buffered = '';
  private sizeBytes = 0;
  private writing = Promise.resolve();

  constructor(private readonly file: FileHandle) {}

  add(line: string): Promise<void> | undefined {
    this.buffered += line;
    this.characters += line.length;
    if (this.buffered.length < BUFFER_CHARACTERS) return undefined;
    return this.flush();
  }

  async read(textBytes: number): Promise<Map<string, string[]>> {
    await this.flush();
    const groups = new Map<string, string[]>();
    const text = Buffer.alloc(this.sizeBytes);
    for (let at = 0; at < text.length;) {
      const { bytesRead } = await this.file.read(text, at, text.length - at, at);
      if (bytesRead === 0) throw new Error('a temporary file of the journal has become shorter');
      at += bytesRead;
    }
    for (let start = 0; start < text.length;) {
      const end = endOfLines(text, start, textBytes);
      for (const line of text.toString('utf8', start, end).split('\n')) {
        const tab = line.indexOf('\t');
        if (tab < 0) continue;
        const [name, rest] = [line.slice(0, tab), line.slice(tab + 1)];
        const lines = groups.get(name);
        if (lines) lines.push(rest);
        else groups.set(name, [rest]);
      }
      start = end;
    }
    return groups;
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private flush(): Promise<void> {
    const text = Buffer.from(this.buffered, 'utf8');
    this.buffered = '';
    this.writing = this.writing.then(async () => {
      try {
        await this.file.writeFile(text);
      } catch (cause) {
        throw noRoom('the folder of temporary files', cause);
      }
      this.sizeBytes += text.length;
    });
    return this.writing;
  }
}

/** Behind as many whole lines as there is room for, one at least. */
function endOfLines(text: Buffer, start: number, textBytes: number): number {
  if (text.length - start <= textBytes) return text.length;
  const last = text.lastIndexOf(LINE_BREAK, start + textBytes - 1);
  return (last >= start ? last : text.indexOf(LINE_BREAK, start)) + 1;
}

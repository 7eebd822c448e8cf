import type { FileStore } from '../../../aws/fileStore';
import type { AttributeMap } from '../../../core/attributeValue';
import { digestOf } from '../../../core/digest';
import { RefusedError } from '../../../core/errors';
import { imageBody } from '../../../core/image';
import { count } from '../../../core/units';
import { GrowingFile } from './growingFile';

/** ImportTable takes so many objects (DynamoDB quotas, "Import from S3"). */
export const MOST_FILES = 50_000;
/** Files that are filled side by side, each with a share of the keys: DynamoDB loads them side by side, too. */
const LANES = 8;
const MB = 2 ** 20;
/** What a file holds, before it is compressed: it grows with the table, so that 50,000 are enough for 1.8 TB. */
const FIRST_FILE_BYTES = 8 * MB;
const LARGEST_FILE_BYTES = 60 * MB;
const FILES_OF_A_SIZE = 10_000;

/** What of an import is in S3, beside its files. */
export interface ImportManifest {
  readonly format: '1';
  readonly items: number;
  /** Uncompressed, which is what an import is billed by. */
  readonly bytes: number;
  readonly files: readonly ImportFile[];
}

export interface ImportFile {
  readonly objectKey: string;
  readonly items: number;
  /** As it is stored, compressed. */
  readonly sizeBytes: number;
  readonly md5: string;
}

export interface ImportFilesOptions {
  /** Default: as many as ImportTable takes. */
  readonly mostFiles?: number;
  /** What a file holds at first, before it is compressed. */
  readonly fileBytes?: number;
  /** What a file has at most, compressed, give or take a chunk of the compression. */
  readonly storedBytes?: number;
  /** Files that are filled side by side. Each takes its compressed size in memory, three times while the next one grows. */
  readonly lanes?: number;
}

interface Lane {
  /** Undefined while it holds nothing. */
  file?: GrowingFile;
  /** Its files are written one after the other, so no more than one of each lane waits for it. */
  written: Promise<void>;
}

/**
 * Writes items as ImportTable takes them: lines of `{"Item":…}`, gzip, below `folder` with nothing else in it. The manifest
 * stands beside the folder, since a file that holds no items fails an import.
 */
export class ImportFiles {
  private readonly lanes: Lane[];
  private readonly mostFiles: number;
  private readonly fileBytes: number;
  private readonly storedBytes: number;
  private readonly files: ImportFile[] = [];
  private started = 0;
  private items = 0;
  private bytes = 0;

  constructor(
    private readonly store: FileStore,
    readonly folder: string,
    {
      mostFiles = MOST_FILES,
      fileBytes = FIRST_FILE_BYTES,
      storedBytes = Infinity,
      lanes = LANES,
    }: ImportFilesOptions = {},
  ) {
    this.mostFiles = mostFiles;
    this.fileBytes = fileBytes;
    this.storedBytes = storedBytes;
    this.lanes = Array.from({ length: lanes }, newLane);
  }

  /** @throws RefusedError when there are more items than an import takes */
  add(item: AttributeMap): Promise<void> {
    return this.addBody(imageBody(item));
  }

  /**
   * The same of an item that is there as the body of its image.
   *
   * @throws RefusedError when there are more items than an import takes
   */
  async addBody(body: string): Promise<void> {
    const line = `${body}\n`;
    const bytes = Buffer.byteLength(line);
    const lane = this.lanes[laneOf(body, this.lanes.length)] ?? newLane();
    while (lane.file && this.isFull(lane.file, bytes)) await this.flush(lane);
    this.items += 1;
    this.bytes += bytes;
    lane.file ??= new GrowingFile();
    await lane.file.add(line, bytes);
  }

  /** Writes what is left. */
  async end(): Promise<ImportManifest> {
    await Promise.all(this.lanes.map((lane) => this.flush(lane)));
    await Promise.all(this.lanes.map((lane) => lane.written));
    return { format: '1', items: this.items, bytes: this.bytes, files: this.files };
  }

  /** Writes what is left, and the manifest last. */
  async close(): Promise<ImportManifest> {
    const manifest = await this.end();
    const text = Buffer.from(`${JSON.stringify(manifest)}\n`, 'utf8');
    await this.store.write(`${this.folder.replace(/items\/$/, '')}manifest.json`, text, 'application/json');
    return manifest;
  }

  private isFull(file: GrowingFile, bytes: number): boolean {
    return file.bytes + bytes > this.sizeNow() || file.storedBytes >= this.storedBytes;
  }

  private sizeNow(): number {
    const grown = this.fileBytes * 2 ** Math.floor(this.started / FILES_OF_A_SIZE);
    return Math.max(this.fileBytes, Math.min(LARGEST_FILE_BYTES, grown));
  }

  private async flush(lane: Lane): Promise<void> {
    const { file, written } = lane;
    if (!file) return;
    lane.file = undefined;
    if (this.started >= this.mostFiles) {
      throw new RefusedError(
        `there are more items than fit into ${count(this.mostFiles)} files, which is what ImportTable takes; nothing has been imported. Restore with --engine write`,
      );
    }
    const number = this.started++;
    const whole = file.end();
    lane.written = written.then(async () => this.write(number, file, await whole));
    // Whoever adds waits for the file before; its failure is told then, and at the end.
    lane.written.catch(() => undefined);
    await written;
  }

  private async write(number: number, { items }: GrowingFile, bytes: Buffer): Promise<void> {
    const objectKey = `${this.folder}part-${String(number).padStart(5, '0')}.json.gz`;
    const md5 = await this.store.write(objectKey, bytes, 'application/gzip');
    this.files.push({ objectKey, items, sizeBytes: bytes.length, md5 });
  }
}

/** By the digest, so that neighbours in the listing are not neighbours in a file. */
function laneOf(body: string, lanes: number): number {
  if (lanes === 1) return 0;
  return parseInt(digestOf(body).slice(0, 2), 16) % lanes;
}

function newLane(): Lane {
  return { written: Promise.resolve() };
}

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FileStore } from '../../../aws/fileStore';
import type { AttributeMap } from '../../../core/attributeValue';
import { canonicalItem } from '../../../core/canonicalItem';
import { RefusedError } from '../../../core/errors';
import { count } from '../../../core/units';

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
  /** Files that are filled side by side. Each takes its size in memory twice. */
  readonly lanes?: number;
}

const compressed = promisify<Buffer, Buffer>(gzip);

interface Lane {
  lines: Buffer[];
  bytes: number;
  /** Its files are written one after the other, so no more than one of each lane is in memory twice. */
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
  private readonly files: ImportFile[] = [];
  private started = 0;
  private items = 0;
  private bytes = 0;

  constructor(
    private readonly store: FileStore,
    readonly folder: string,
    { mostFiles = MOST_FILES, fileBytes = FIRST_FILE_BYTES, lanes = LANES }: ImportFilesOptions = {},
  ) {
    this.mostFiles = mostFiles;
    this.fileBytes = fileBytes;
    this.lanes = Array.from({ length: lanes }, () => newLane());
  }

  /** @throws RefusedError when there are more items than an import takes */
  async add(item: AttributeMap): Promise<void> {
    const text = canonicalItem(item);
    const line = Buffer.from(`{"Item":${text}}\n`, 'utf8');
    const lane = this.lanes[laneOf(text, this.lanes.length)] ?? newLane();
    if (lane.bytes > 0 && lane.bytes + line.length > this.sizeNow()) await this.flush(lane);
    lane.lines.push(line);
    lane.bytes += line.length;
    this.items += 1;
    this.bytes += line.length;
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

  private sizeNow(): number {
    return Math.min(LARGEST_FILE_BYTES, this.fileBytes * 2 ** Math.floor(this.started / FILES_OF_A_SIZE));
  }

  private async flush(lane: Lane): Promise<void> {
    const { lines, written } = lane;
    if (lines.length === 0) return;
    lane.lines = [];
    lane.bytes = 0;
    if (this.started >= this.mostFiles) {
      throw new RefusedError(
        `there are more items than fit into ${count(this.mostFiles)} files, which is what ImportTable takes; nothing has been imported. Restore with --engine write`,
      );
    }
    const number = this.started++;
    lane.written = written.then(() => this.write(number, lines));
    // Whoever adds waits for the file before; its failure is told then, and at the end.
    lane.written.catch(() => undefined);
    await written;
  }

  private async write(number: number, lines: readonly Buffer[]): Promise<void> {
    const objectKey = `${this.folder}part-${String(number).padStart(5, '0')}.json.gz`;
    const bytes = await compressed(Buffer.concat(lines));
    const md5 = await this.store.write(objectKey, bytes, 'application/gzip');
    this.files.push({ objectKey, items: lines.length, sizeBytes: bytes.length, md5 });
  }
}

/** By the digest, so that neighbours in the listing are not neighbours in a file. */
function laneOf(text: string, lanes: number): number {
  return (createHash('sha256').update(text).digest()[0] ?? 0) % lanes;
}

function newLane(): Lane {
  return { lines: [], bytes: 0, written: Promise.resolve() };
}

import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { flattened } from '../../core/steps';
import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import type { StoredImage } from '../../core/image';

/** A history in short: its object key, then the fields of each version. */
type Kept = readonly [
  string,
  ...(readonly [string, number, number, string, boolean, string, StoredImage | undefined])[],
];

interface Part {
  readonly offset: number;
  readonly length: number;
}

const VERSIONS_IN_MEMORY = 4_096;

/**
 * The histories of a listing, to be gone through again without another one. The last few thousand versions are in
 * memory, the others in a temporary file, 150 bytes or so for each. The file has no name once it is open, so nothing of it
 * stays behind, however the process ends.
 *
 * A disk that has no room for it makes the listing incomplete, and costs its user another one: nothing else.
 */
export class KeptListing {
  private readonly parts: Part[] = [];
  private last: Kept[] = [];
  private versionsInLast = 0;
  private file: FileHandle | undefined;
  private sizeBytes = 0;
  private hasRoom = true;
  private writing = Promise.resolve();

  constructor(
    private readonly folder = tmpdir(),
    private readonly versionsInMemory = VERSIONS_IN_MEMORY,
  ) {}

  /** Whether everything that was added is here. */
  get isComplete(): boolean {
    return this.hasRoom;
  }

  /** Takes time where there is so much that it has to be written. */
  add({ objectKey, versions }: ObjectHistory): Promise<void> | undefined {
    if (!this.hasRoom) return undefined;
    this.last.push([
      objectKey,
      ...versions.map(
        ({ versionId, storedAtMs, sizeBytes, etag, isLatest, storageClass, image }) =>
          [versionId, storedAtMs, sizeBytes, etag, isLatest, storageClass, image] as const,
      ),
    ]);
    this.versionsInLast += versions.length;
    if (this.versionsInLast < this.versionsInMemory) return undefined;
    const part = this.last;
    this.last = [];
    this.versionsInLast = 0;
    return (this.writing = this.writing.then(() => this.write(part)));
  }

  /** In the order in which they were added; as often as wanted. */
  histories(): AsyncIterable<ObjectHistory> {
    return flattened(this.pages());
  }

  async close(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    await file?.close();
  }

  private async *pages(): AsyncGenerator<ObjectHistory[]> {
    for (const part of this.parts) yield (await this.read(part)).map(historyOf);
    yield this.last.map(historyOf);
  }

  private async write(part: readonly Kept[]): Promise<void> {
    if (!this.hasRoom) return;
    const text = Buffer.from(JSON.stringify(part));
    try {
      this.file ??= await openWithoutName(this.folder);
      await this.file.writeFile(text);
    } catch {
      this.hasRoom = false;
      this.parts.length = 0;
      return this.close();
    }
    this.parts.push({ offset: this.sizeBytes, length: text.length });
    this.sizeBytes += text.length;
  }

  private async read({ offset, length }: Part): Promise<Kept[]> {
    const text = Buffer.alloc(length);
    for (let at = 0; at < length;) {
      const { bytesRead = 0 } = (await this.file?.read(text, at, length - at, offset + at)) ?? {};
      if (bytesRead === 0) throw new Error('the temporary file of the listing has become shorter');
      at += bytesRead;
    }
    return JSON.parse(text.toString('utf8')) as Kept[];
  }
}

async function openWithoutName(folder: string): Promise<FileHandle> {
  const name = path.join(folder, `dcs-listing-${randomUUID()}`);
  const file = await open(name, 'wx+', 0o600);
  await unlink(name);
  return file;
}

function historyOf([objectKey, ...versions]: Kept): ObjectHistory {
  return {
    objectKey,
    versions: versions.map(
      ([versionId, storedAtMs, sizeBytes, etag, isLatest, storageClass, image]): ObjectVersion => ({
        ...{ objectKey, versionId, storedAtMs, sizeBytes, etag, isLatest, storageClass },
        ...(image && { image }),
      }),
    ),
  };
}

import { open, readFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { HistoryGrouping, type ObjectHistory, type ObjectVersion } from '../../aws/objectVersions';
import { DcsError, UnreadableImageError, CouldNotLookError } from '../../core/errors';
import { compareKeys, MANIFEST, placeOf, readManifest, VERSIONS, type CopiedVersion } from './copyFile';
import type { ImageSource } from './imageSource';

/**
 * Reads a copy that `dcs download` made. Every line is found by its place in the file, an object by halving the file:
 * memory does not grow with it.
 *
 * @throws CouldNotLookError when there is no whole copy in the folder
 */
export async function folderImageSource(folder: string): Promise<ImageSource> {
  const { file, bytes } = await openCopy(folder);
  const readLine = async (versionId: string | undefined) => {
    const { offset, length } = placeOf(versionId ?? '');
    const line = await readAt(file, offset, length);
    return JSON.parse(line.toString('utf8')) as CopiedVersion;
  };
  return {
    name: folder,
    close: () => file.close(),
    async *histories(prefix) {
      for await (const history of historiesFrom(file, await placeOfKey(file, bytes, prefix))) {
        if (!history.objectKey.startsWith(prefix)) return;
        yield history;
      }
    },
    async history(objectKey) {
      for await (const history of historiesFrom(file, await placeOfKey(file, bytes, objectKey))) {
        return history.objectKey === objectKey ? history : undefined;
      }
      return undefined;
    },
    images: {
      async get(objectKey, versionId) {
        const { body, metadata, storedAt, storageClass } = await readLine(versionId);
        if (body === null) {
          throw new UnreadableImageError(
            `${objectKey} was in ${storageClass} when it was copied, so it has no body here`,
          );
        }
        return { body, metadata, storedAtMs: Date.parse(storedAt) };
      },
      async head(_, versionId) {
        const { metadata, storedAt } = await readLine(versionId);
        return { metadata, storedAtMs: Date.parse(storedAt) };
      },
    },
  };
}

async function openCopy(folder: string): Promise<{ file: FileHandle; bytes: number }> {
  try {
    const manifest = readManifest(await readFile(path.join(folder, MANIFEST), 'utf8'), folder);
    const file = await open(path.join(folder, VERSIONS));
    const { size } = await file.stat();
    if (size === manifest.bytes) return { file, bytes: size };
    await file.close();
    throw new DcsError(`${VERSIONS} has ${size} bytes, its manifest says ${manifest.bytes}; copy the folder again`);
  } catch (cause) {
    throw new CouldNotLookError(
      `${folder} holds no whole copy made by dcs download: ${(cause as Error).message}. Make one with dcs download TABLE --folder ${folder}`,
      { cause },
    );
  }
}

const CHUNK_BYTES = 256 * 1_024;

/** Lines from a place on, each with where it stands. */
async function* linesFrom(file: FileHandle, start: number): AsyncGenerator<{ offset: number; line: Buffer }> {
  let [rest, offset, at] = [Buffer.alloc(0), start, start];
  for (;;) {
    const chunk = await readAt(file, at, CHUNK_BYTES);
    if (chunk.length === 0) return;
    at += chunk.length;
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      yield { offset, line: rest.subarray(0, end) };
      offset += end + 1;
      rest = rest.subarray(end + 1);
    }
  }
}

async function* historiesFrom(file: FileHandle, start: number): AsyncGenerator<ObjectHistory> {
  const grouping = new HistoryGrouping();
  for await (const { offset, line } of linesFrom(file, start)) {
    for (const history of grouping.add({ versions: [versionAt(offset, line)] })) yield oldestFirst(history);
  }
  for (const history of grouping.rest()) yield oldestFirst(history);
}

/** The file has the first stored first, a listing the last. */
function oldestFirst({ objectKey, versions }: ObjectHistory): ObjectHistory {
  return { objectKey, versions: versions.toReversed() };
}

function versionAt(offset: number, line: Buffer): ObjectVersion {
  const { objectKey, versionId, storedAt, sizeBytes, etag, storageClass } = JSON.parse(
    line.toString('utf8'),
  ) as CopiedVersion;
  return {
    objectKey,
    versionId: `${versionId}@${offset}+${line.length}`,
    storedAtMs: Date.parse(storedAt),
    sizeBytes,
    etag,
    isLatest: false,
    storageClass,
  };
}

/** Where the first line with this object key or a later one begins, found by halving. */
async function placeOfKey(file: FileHandle, bytes: number, objectKey: string): Promise<number> {
  let [low, high] = [0, bytes];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = await firstLineFrom(file, middle, low);
    if (!found || found.offset >= high || compareKeys(found.objectKey, objectKey) >= 0) high = middle;
    else low = found.next;
  }
  return low;
}

/** The first line that begins at a place or after it. */
async function firstLineFrom(file: FileHandle, place: number, lineStart: number) {
  // Only the place where the search stands is known to be the start of a line.
  const start = place === lineStart ? place : place - 1;
  for await (const { offset, line } of linesFrom(file, start)) {
    if (offset === start && start !== lineStart) continue;
    const { objectKey } = JSON.parse(line.toString('utf8')) as CopiedVersion;
    return { offset, objectKey, next: offset + line.length + 1 };
  }
  return undefined;
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

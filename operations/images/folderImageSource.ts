import { open, readFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { HistoryGrouping, type ObjectHistory, type ObjectVersion } from '../../aws/objectVersions';
import { CouldNotLookError, DcsError, UnreadableImageError } from '../../core/errors';
import { LARGEST_IMAGE_BYTES } from '../../core/image';
import { compareKeys } from '../../core/keyRanges';
import { printable } from '../../core/printable';
import { tablePrefix } from '../../core/objectKey';
import {
  MANIFEST,
  placeOf,
  readManifest,
  readVersion,
  VERSIONS,
  type CopiedVersion,
  type CopyManifest,
} from './copyFile';
import type { ImageSource } from './imageSource';

/**
 * Reads a copy that `dcs download` made. Every line is found by its place in the file, an object by halving the file:
 * memory does not grow with it.
 *
 * @throws CouldNotLookError when there is no whole copy in the folder
 */
export async function folderImageSource(folder: string): Promise<ImageSource> {
  const { file, manifest } = await openCopy(folder);
  const { bytes, part } = manifest;
  const readLine = async (versionId: string | undefined) => {
    const { offset, length } = placeOf(versionId ?? '');
    const version = length > LARGEST_LINE_BYTES ? undefined : readVersion(await readAt(file, offset, length));
    if (version) return version;
    throw new UnreadableImageError(
      `a line of ${VERSIONS} is damaged, at byte ${offset}: a version of this object, or of one between it and the next`,
    );
  };
  return {
    name: part === undefined ? folder : `${folder} (a part of the table: ${printable(part)})`,
    ...(part !== undefined && { part }),
    close: () => file.close(),
    async *histories(prefix) {
      const seen = { objects: 0, versions: 0 };
      let before: string | undefined;
      for await (const history of historiesFrom(file, await placeOfKey(file, bytes, prefix))) {
        if (!history.objectKey.startsWith(prefix)) break;
        requireInPlace(folder, manifest, history, before);
        before = history.objectKey;
        seen.objects += 1;
        seen.versions += history.versions.length;
        yield history;
      }
      if (prefix === tablePrefix(manifest)) requireAll(folder, manifest, seen);
    },
    async history(objectKey) {
      for await (const history of historiesFrom(file, await placeOfKey(file, bytes, objectKey))) {
        return history.objectKey === objectKey ? history : undefined;
      }
      return undefined;
    },
    images: {
      async get(objectKey, versionId) {
        const { body, metadata, storedAt, storageClass, problem } = await readLine(versionId);
        if (body === null) {
          throw new UnreadableImageError(
            problem === undefined
              ? `${objectKey} was in ${storageClass} when it was copied, so it has no body here`
              : `it could not be read when it was copied: ${problem}`,
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

async function openCopy(folder: string): Promise<{ file: FileHandle; manifest: CopyManifest }> {
  try {
    const manifest = readManifest(await readFile(path.join(folder, MANIFEST), 'utf8'), folder);
    const file = await open(path.join(folder, VERSIONS));
    const { size } = await file.stat();
    if (size === manifest.bytes) return { file, manifest };
    await file.close();
    throw new DcsError(`${VERSIONS} has ${size} bytes, its manifest says ${manifest.bytes}; copy the folder again`);
  } catch (cause) {
    throw new CouldNotLookError(
      `${folder} holds no whole copy made by dcs download: ${(cause as Error).message}. Make one with dcs download TABLE --folder ${folder}`,
      { cause },
    );
  }
}

function requireAll(folder: string, { objects, versions }: CopyManifest, seen: Record<'objects' | 'versions', number>) {
  // A line that is damaged may have been an object of its own.
  if (seen.versions === versions && seen.objects <= objects) return;
  throw new CouldNotLookError(
    `${VERSIONS} in ${folder} has ${seen.versions} versions of ${seen.objects} objects, its manifest says ${versions} of ${objects}; copy the folder again`,
  );
}

/** Objects are found by halving, so one that stands elsewhere is not; and only of the manifest's table there is a number to compare with. */
function requireInPlace(folder: string, manifest: CopyManifest, { objectKey }: ObjectHistory, before?: string): void {
  const all = tablePrefix(manifest);
  if (objectKey.startsWith(all) && (before === undefined || compareKeys(before, objectKey) < 0)) return;
  throw new CouldNotLookError(
    `${VERSIONS} in ${folder} has ${printable(objectKey)} ${objectKey.startsWith(all) ? 'out of order' : `, and its manifest is of what is below ${printable(all)}`}: somebody has changed it. Copy the folder again`,
  );
}

const CHUNK_BYTES = 256 * 1_024;
/** An image in JSON, of which every character may be escaped once more. What is longer is damaged, and is not held. */
const LARGEST_LINE_BYTES = 4 * LARGEST_IMAGE_BYTES;

interface Line {
  readonly offset: number;
  readonly length: number;
  /** Undefined when it is damaged. */
  readonly version?: CopiedVersion;
}

/** Lines from a place on, each with where it stands. */
async function* linesFrom(file: FileHandle, start: number): AsyncGenerator<Line> {
  let [parts, held, offset, at]: [Buffer[], number, number, number] = [[], 0, start, start];
  for (;;) {
    let chunk = await readAt(file, at, CHUNK_BYTES);
    if (chunk.length === 0) break;
    at += chunk.length;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10)) {
      yield lineOf(offset, held + end, [...parts, chunk.subarray(0, end)]);
      offset += held + end + 1;
      [parts, held, chunk] = [[], 0, chunk.subarray(end + 1)];
    }
    held += chunk.length;
    parts = held > LARGEST_LINE_BYTES ? [] : [...parts, chunk];
  }
  if (held > 0) yield { offset, length: held };
}

function lineOf(offset: number, length: number, parts: readonly Buffer[]): Line {
  const [only] = parts;
  const isHeld = length <= LARGEST_LINE_BYTES;
  const bytes = parts.length === 1 && only ? only : Buffer.concat(parts);
  return { offset, length, version: isHeld ? readVersion(bytes) : undefined };
}

async function* historiesFrom(file: FileHandle, start: number): AsyncGenerator<ObjectHistory> {
  const grouping = new HistoryGrouping();
  let [before, damaged]: [CopiedVersion | undefined, Line[]] = [undefined, []];
  for await (const line of linesFrom(file, start)) {
    const version: CopiedVersion | undefined = line.version ?? before;
    if (!version) {
      damaged.push(line); // of the first object that follows
      continue;
    }
    before = version;
    const versions = [...damaged, line].map((each) => versionAt(each, version));
    damaged = [];
    for (const history of grouping.add({ versions })) yield oldestFirst(history);
  }
  for (const history of grouping.rest()) yield oldestFirst(history);
}

/** The file has the first stored first, a listing the last. */
function oldestFirst({ objectKey, versions }: ObjectHistory): ObjectHistory {
  return { objectKey, versions: versions.toReversed() };
}

/** @param version that of the line; for a damaged one, of the line beside it, whose object is then unreadable */
function versionAt({ offset, length }: Line, version: CopiedVersion): ObjectVersion {
  const { objectKey, versionId, storedAt, sizeBytes, etag, storageClass } = version;
  return {
    objectKey,
    versionId: `${versionId}@${offset}+${length}`,
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

/** The first line that begins at a place or after it, and can be read. */
async function firstLineFrom(file: FileHandle, place: number, lineStart: number) {
  // Only the place where the search stands is known to be the start of a line.
  const start = place === lineStart ? place : place - 1;
  for await (const { offset, length, version } of linesFrom(file, start)) {
    if ((offset === start && start !== lineStart) || !version) continue;
    return { offset, objectKey: version.objectKey, next: offset + length + 1 };
  }
  return undefined;
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

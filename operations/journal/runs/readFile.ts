import { hash } from 'node:crypto';
import { ARCHIVE_CLASSES } from '../../../aws/archive';
import type { ByteRange } from '../../../aws/bytesStore';
import { UnreadableImageError } from '../../../core/errors';
import { fileIn, type Folder } from './folders';
import type { JournalReads } from '../readObject';

type Reads = Pick<JournalReads, 'bytes'>;

/**
 * @throws UnreadableImageError when it is not there, or in a class that has to be asked back
 * @throws S3Error
 */
export async function readFile(
  { bytes }: Reads,
  folder: Pick<Folder, 'prefix' | 'files'>,
  file: string,
  { range, signal }: { range?: ByteRange; signal?: AbortSignal } = {},
): Promise<Buffer> {
  const version = fileIn(folder, file);
  if (!version) throw new UnreadableImageError(`there is no ${folder.prefix}${file}`);
  const { objectKey, versionId, storageClass } = version;
  if (ARCHIVE_CLASSES.has(storageClass)) {
    throw new UnreadableImageError(`${objectKey} is in ${storageClass}; ask S3 to restore it`);
  }
  return (await bytes.get(objectKey, { versionId, range, signal })).bytes;
}

/** Calls `read`, and says of which object it is about where it is unreadable. */
export function naming<Read>(objectKey: string, read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableImageError)) throw error;
    throw new UnreadableImageError(`${objectKey}: ${error.message}`, { cause: error });
  }
}

export function sha256Of(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/**
 * What `load` makes of each, in their order; the next is loaded while one is used.
 */
export async function* loadedAhead<One, Loaded>(
  ones: Iterable<One>,
  load: (one: One) => Promise<Loaded>,
): AsyncGenerator<Loaded> {
  let next: Promise<Loaded> | undefined;
  try {
    for (const one of ones) {
      const before = next;
      next = load(one);
      // Whoever stops here has no use for its error.
      next.catch(() => undefined);
      if (before) yield await before;
    }
    if (next) yield await next;
  } finally {
    await next?.catch(() => undefined);
  }
}

import { DcsError } from '../../../core/errors';
import { COVERED_FILE, MANIFEST_FILE } from '../../../core/journal/manifestText';
import type { CompactRequest } from './request';

const JSON_TYPE = 'application/json';

/** What a manifest says of its parts, which two that were made of the same have to agree in. */
interface Parted {
  readonly parts: readonly object[];
}

/**
 * Puts a manifest where there is none, and reads it back. Where another compactor has been faster, its manifest counts, if it is of the
 * same parts.
 *
 * @param folder ends with a slash
 * @throws DcsError when it is of other parts; UnreadableImageError when it cannot be read
 */
export async function putManifest<Manifest extends Parted>(
  { bytes, reads, signal }: CompactRequest,
  folder: string,
  { manifest, text, read }: { manifest: Manifest; text: string; read: (bytes: Uint8Array) => Manifest },
): Promise<Manifest> {
  const objectKey = folder + MANIFEST_FILE;
  read(Buffer.from(text)); // one that nobody can read would be there for ever
  await bytes.putOnce(objectKey, { bytes: Buffer.from(text), contentType: JSON_TYPE }, { signal });
  const stored = read((await reads.bytes.get(objectKey, { signal })).bytes);
  if (JSON.stringify(stored.parts) === JSON.stringify(manifest.parts)) return stored;
  throw new DcsError(
    `${objectKey} is of other parts than were made of the same. Nothing was overwritten, and nothing is tagged; find out what wrote it`,
  );
}

/** What there is to a mark: its name. */
export const NOTHING = { bytes: Buffer.alloc(0), contentType: 'text/plain' };

/** Puts the mark that all which a manifest covers is tagged. */
export async function putCovered({ bytes, signal }: CompactRequest, folder: string): Promise<void> {
  await bytes.putOnce(folder + COVERED_FILE, NOTHING, { signal });
}

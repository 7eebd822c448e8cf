import { DcsError } from '../../../core/errors';
import { sha256Of } from '../runs/readFile';
import { requireTime, type CompactRequest } from './request';

type Place = Pick<CompactRequest, 'reads' | 'bytes' | 'signal' | 'timeLeftMs'>;

const GZIP = 'application/gzip';

/**
 * Puts a file where there is none, and reads it back.
 *
 * @returns the SHA-256 of its bytes
 * @throws DcsError when other bytes are there than were to be put
 */
export async function putChecked(place: Place, objectKey: string, bytes: Buffer): Promise<string> {
  requireTime(place);
  const { signal } = place;
  const sha256 = sha256Of(bytes);
  await place.bytes.putOnce(objectKey, { bytes, contentType: GZIP }, { signal });
  const stored = (await place.reads.bytes.get(objectKey, { signal })).bytes;
  if (stored.length === bytes.length && sha256Of(stored) === sha256) return sha256;
  throw new DcsError(
    `${objectKey} has ${stored.length} other bytes than the ${bytes.length} that were to be stored there. Nothing was overwritten, and nothing is tagged; find out what wrote it`,
  );
}

import { ARCHIVE_CLASSES } from '../../aws/archive';
import type { BytesStore } from '../../aws/bytesStore';
import type { ObjectHistory, ObjectVersion, VersionLister } from '../../aws/objectVersions';
import { UnreadableImageError } from '../../core/errors';
import { requireJournalName } from '../../core/journal/journalKeys';
import { LARGEST_JOURNAL_TEXT_BYTES, readJournal, type JournalBatch } from '../../core/journal/journalObject';
import type { TableLocation } from '../../core/objectKey';
import { whyUnreadable } from '../images/whyUnreadable';

/** How a bucket's journals are read. */
export interface JournalReads {
  readonly lister: VersionLister;
  readonly bytes: Pick<BytesStore, 'get'>;
}

export interface StoredBatch extends JournalBatch {
  readonly storedAtMs: number;
  /** The one that was read. */
  readonly version: ObjectVersion;
}

/**
 * Reads a journal object by the first of its versions that is what its key says. None is ever written twice, so there is one,
 * unless somebody has put another thing on top of it, or a delete marker: neither takes it away.
 *
 * @throws UnreadableImageError, UnknownFormatError when there is no such version, or its key is that of no journal object
 */
export async function readStoredBatch(
  { bytes }: Pick<JournalReads, 'bytes'>,
  table: TableLocation,
  { objectKey, versions }: ObjectHistory,
  signal?: AbortSignal,
): Promise<StoredBatch> {
  // What somebody else has put there is not read: it may be large, and have a key that no request can ask for.
  requireJournalName(table, objectKey);
  let first: Error | undefined;
  for (const version of versions) {
    try {
      const batch = await readVersion(bytes, table, version, signal);
      return { ...batch, version, storedAtMs: version.storedAtMs };
    } catch (error) {
      if (whyUnreadable(error) === undefined) throw error;
      first ??= error as Error;
    }
  }
  throw first ?? new UnreadableImageError('it has no version');
}

async function readVersion(
  bytes: JournalReads['bytes'],
  table: TableLocation,
  { objectKey, versionId, storageClass, sizeBytes }: ObjectVersion,
  signal: AbortSignal | undefined,
): Promise<JournalBatch> {
  if (ARCHIVE_CLASSES.has(storageClass))
    throw new UnreadableImageError(`it is in ${storageClass}; ask S3 to restore it`);
  // Whoever writes to the source bucket may put anything here, which would not fit into the memory.
  if (sizeBytes > LARGEST_JOURNAL_TEXT_BYTES) {
    throw new UnreadableImageError(
      `it has ${sizeBytes} bytes; a journal object has ${LARGEST_JOURNAL_TEXT_BYTES} at most`,
    );
  }
  return readJournal(table, objectKey, (await bytes.get(objectKey, { versionId, signal })).bytes);
}

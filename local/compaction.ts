import { s3BytesStore } from '../aws/bytesStore';
import { s3TagStore } from '../aws/objectTags';
import { s3VersionLister } from '../aws/objectVersions';
import type { TableLocation } from '../core/objectKey';
import { compactTable, type Compacted } from '../operations/journal/compact/compactTable';
import type { LocalBucket } from './localTable';

const TIME_MS = 10 * 60_000;

/** Does what the schedule of the compactor does, with one table. */
export function playCompaction(destination: LocalBucket, table: TableLocation): Promise<Compacted> {
  const beganAtMs = Date.now();
  const bytes = s3BytesStore(destination);
  return compactTable({
    ...{ table, bytes, reads: { lister: s3VersionLister(destination), bytes }, tags: s3TagStore(destination) },
    ...{ nowMs: Date.now, timeLeftMs: () => beganAtMs + TIME_MS - Date.now(), signal: new AbortController().signal },
    tasks: { base: true },
  });
}

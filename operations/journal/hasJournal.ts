import { firstVersionBelow, type VersionLister } from '../../aws/objectVersions';
import { basePrefix, journalPrefix, runsPrefix } from '../../core/journal/journalKeys';
import type { TableLocation } from '../../core/objectKey';

/**
 * Whether a bucket has anything of a journal of the table: objects of it, or what they were sorted into. The oldest of each place expires all the
 * time, so it begins with delete markers, and what counts comes behind.
 */
export async function hasJournal(lister: VersionLister, table: TableLocation, signal?: AbortSignal): Promise<boolean> {
  for (const prefixOf of [journalPrefix, runsPrefix, basePrefix]) {
    if (await firstVersionBelow(lister, prefixOf(table), signal)) return true;
  }
  return false;
}

import type { VersionLister } from '../../aws/objectVersions';
import { basePrefix, journalPrefix, runsPrefix } from '../../core/journal/journalKeys';
import type { TableLocation } from '../../core/objectKey';

/** Whether a bucket has anything of a journal of the table: objects of it, or what they were sorted into. */
export async function hasJournal(lister: VersionLister, table: TableLocation, signal?: AbortSignal): Promise<boolean> {
  for (const prefixOf of [journalPrefix, runsPrefix, basePrefix]) {
    const { versions } = await lister.page(prefixOf(table), { maxKeys: 1, signal });
    if (versions.length > 0) return true;
  }
  return false;
}

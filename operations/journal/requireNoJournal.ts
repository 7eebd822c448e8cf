import type { VersionLister } from '../../aws/objectVersions';
import { RefusedError } from '../../core/errors';
import { journalPrefix } from '../../core/journal/journalKeys';
import type { TableLocation } from '../../core/objectKey';

/**
 * For what knows images alone: it would pass over every change that a journal holds.
 *
 * @param why and what to do instead
 * @throws RefusedError where the bucket has a journal of the table
 */
export async function requireNoJournal(lister: VersionLister, table: TableLocation, why: string): Promise<void> {
  const { versions } = await lister.page(journalPrefix(table), { maxKeys: 1 });
  if (versions.length === 0) return;
  throw new RefusedError(`${lister.bucket} has a journal of ${table.tableName}, and ${why}`);
}

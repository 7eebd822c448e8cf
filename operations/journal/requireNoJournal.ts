import type { VersionLister } from '../../aws/objectVersions';
import { RefusedError } from '../../core/errors';
import type { TableLocation } from '../../core/objectKey';
import { hasJournal } from './hasJournal';

/**
 * For what knows images alone: it would pass over every change that a journal holds.
 *
 * @param why and what to do instead
 * @throws RefusedError where the bucket has a journal of the table
 */
export async function requireNoJournal(lister: VersionLister, table: TableLocation, why: string): Promise<void> {
  if (!(await hasJournal(lister, table))) return;
  throw new RefusedError(`${lister.bucket} has a journal of ${table.tableName}, and ${why}`);
}

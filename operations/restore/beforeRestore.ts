import { RefusedError } from '../../core/errors';
import { count, counted, utc } from '../../core/units';
import { restoreTable, type RestoreReport, type RestoreRequest } from './restoreTable';

/**
 * What a restore that is continued must not do is found out before it writes anything: the plan is made once for that.
 *
 * @throws RefusedError when an item of the table was changed by somebody else since
 */
export async function requireNothingNewer(request: RestoreRequest, tableName: string): Promise<void> {
  const newer: string[] = [];
  const { counts } = await restoreTable({
    ...request,
    dryRun: true,
    watch: { onPlanned: (action) => action.do === 'newer' && newer.length < 3 && newer.push(action.objectKey) },
  });
  if (counts.newer === 0) return;
  throw new RefusedError(
    `the table ${tableName} is an unfinished restore that began at ${utc(request.continuesSinceMs ?? 0)}, and ${counted(counts.newer, 'item of it was', 'items of it were')} changed since ` +
      `(${newer.join(', ')}${counts.newer > newer.length ? ` and ${count(counts.newer - newer.length)} more` : ''}); ` +
      `finishing the restore would revert that. --merge=overwrite does so all the same, or restore into another name`,
  );
}

/**
 * A table with items of which nobody has said what becomes: it is as planned, or it is refused at the first item that is
 * not. Writes nothing.
 *
 * @throws RefusedError
 */
export async function requireAsPlanned(request: RestoreRequest, tableName: string): Promise<RestoreReport> {
  const report = await restoreTable({
    ...request,
    mode: 'mirror',
    dryRun: true,
    watch: {
      ...request.watch,
      onPlanned(action) {
        request.watch?.onPlanned?.(action);
        if (action.do !== 'put' && action.do !== 'change' && action.do !== 'delete') return;
        throw new RefusedError(
          `the table ${tableName} has items. Say what becomes of them: --merge adds, and changes what is older; --merge=overwrite changes what was written after the moment, too; --mirror also deletes what was not there then. Or restore into another name`,
        );
      },
    },
  });
  return request.dryRun ? report : { ...report, differences: 0 };
}

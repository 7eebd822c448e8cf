import type { ExportFileContext } from '../../backfill/exportFile';
import type { StateRequest } from '../../images/stateOfObject';
import { performOnce, type Attempt } from '../performTask';
import type { RangeSource } from '../rangeSource';
import { readEntriesOf } from './collectVerify';
import { comparePart } from './comparePart';
import { readCopy } from './readCopy';
import { readExport } from './readExport';
import type { VerifyRun } from './verifyRun';
import { readVerifyResult, type VerifyResult, type VerifyTask } from './verifyTasks';

export interface VerifyTaskRequest extends Attempt {
  readonly run: VerifyRun;
  readonly task: VerifyTask;
  /** The copy at the moment of the run. */
  readonly source: RangeSource;
  /** The same for one object, whenever it was stored. */
  readonly state: Omit<StateRequest, 'storedByMs' | 'whenArchived' | 'onNotCurrent'>;
  /** Of the engine's bucket, where the export is. */
  readonly context: ExportFileContext;
  readonly isOver: () => boolean;
  readonly fileEntries?: number;
  readonly restParts?: number;
}

/** Does one task of a verify, once. */
export function performVerifyTask(request: VerifyTaskRequest): Promise<VerifyResult> {
  const { store, folder, run, task, source, state, context, isOver, fileEntries, restParts } = request;
  return performOnce({ ...request, id: task.id, read: readVerifyResult }, async (attemptFolder) => {
    const { partitions, prefix, tableName, keySchema } = run;
    const of = { store, folder: attemptFolder, partitions };
    const reading = { ...of, isOver, fileEntries };
    if (task.is === 'copy') return readCopy({ ...reading, task, source, restParts });
    if (task.is === 'export') return readExport({ ...reading, task, table: { prefix, tableName, keySchema }, context });
    const { files } = await readEntriesOf(store, folder);
    return comparePart({ ...of, task, files, source, state });
  });
}

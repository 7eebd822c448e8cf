import type { ImageStore } from '../../../aws/imageStore';
import { backfillItems, type BackfillCounts, type FailedItem } from '../../backfill/backfillItems';
import { checkExportFile, exportFileLines, type ExportFileContext } from '../../backfill/exportFile';
import { itemOfLine } from '../../backfill/openExport';
import type { ReadItem, UnreadableItem } from '../../backfill/scanItems';
import { mayPass, WriteGuard } from '../../guards';
import type { ImageSource } from '../../images/imageSource';
import { Lines } from '../lines';
import { performOnce, type Attempt } from '../performTask';
import type { BackfillRun } from './backfillRun';
import { NO_ITEMS, readBackfillResult, type BackfillResult, type BackfillTask } from './backfillTasks';

export interface BackfillTaskRequest extends Attempt {
  readonly run: BackfillRun;
  readonly task: BackfillTask;
  /** Of the source bucket. */
  readonly images: Pick<ImageStore, 'putIf'>;
  readonly source: Pick<ImageSource, 'history' | 'images'>;
  /** Of the engine's bucket, where the export is. */
  readonly context: ExportFileContext;
  readonly isOver: () => boolean;
}

/** Does one task of a backfill, once. */
export function performBackfillTask(request: BackfillTaskRequest): Promise<BackfillResult> {
  const { task } = request;
  return performOnce({ ...request, id: task.id, read: readBackfillResult }, (attemptFolder) =>
    backfillFile(request, attemptFolder),
  );
}

/**
 * Gives the items of a file images, as one machine does, when all of the file is what its manifest says. Which are there already nobody has
 * listed: that costs as much for each worker as for one machine, and the condition of each write decides.
 *
 * @throws UnusableExportError for a file that is not what its manifest says, before anything is written from it
 */
async function backfillFile(request: BackfillTaskRequest, attemptFolder: string): Promise<BackfillResult> {
  const { store, run, task, images, source, context } = request;
  const { prefix, tableName, keySchema, createdAtMs } = run;
  const checked = await checkExportFile(context, task.file);
  const left = new Lines(store, `${attemptFolder}left-`, 'jsonl');
  let adding: Promise<void> = Promise.resolve();
  const onFailed = (failed: FailedItem) => {
    adding = adding.then(() => left.add(JSON.stringify(failed)));
    adding.catch(() => undefined); // told below
  };
  const counts: BackfillCounts = { ...NO_ITEMS };
  const pages = itemsUntilOver(request, exportFileLines(context, checked));
  await backfillItems(
    {
      ...{ table: { prefix, tableName, keySchema }, pages, images, source, createdAtMs, known: new Set() },
      ...{ guard: new TaskGuard(), signal: context.signal, pause: context.pause, watch: { onFailed } },
    },
    counts,
  );
  await adding;
  const at = task.skip + counts.read;
  const rest = at < task.file.itemCount ? [{ file: task.file, skip: at }] : [];
  return { format: '1', id: task.id, counts, leftFiles: await left.end(), rest };
}

/** Behind those that another task has done, until time is over: at least some. */
async function* itemsUntilOver(
  { task: { file, skip }, run, isOver }: BackfillTaskRequest,
  groups: AsyncGenerator<string[]>,
): AsyncGenerator<(ReadItem | UnreadableItem)[]> {
  let at = 0;
  for await (const lines of groups) {
    const passed = at;
    at += lines.length;
    if (at <= skip) continue;
    const first = Math.max(passed, skip);
    yield lines
      .slice(first - passed)
      .map((line, n) => itemOfLine(line, `item ${first + n + 1} of ${file.objectKey}`, run.momentMs));
    if (isOver()) return;
  }
}

/** What may pass is not for a list that somebody reads: the task fails, and is done again. */
class TaskGuard extends WriteGuard {
  override reasonOf(error: unknown): string {
    if (mayPass(error)) throw error;
    return super.reasonOf(error);
  }
}

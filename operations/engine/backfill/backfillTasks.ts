import { z } from 'zod';
import { DcsError } from '../../../core/errors';
import { parsedJson } from '../tasks';

/** Items of one file of the export that are to have images. */
export interface BackfillTask {
  /** Unique in the run: `<round>-<number>`. */
  readonly id: string;
  readonly file: { readonly objectKey: string; readonly itemCount: number; readonly md5: string };
  /** Items at its beginning that another task has done. */
  readonly skip: number;
}

/** A task before it has its id. */
export type BackfillWork = Omit<BackfillTask, 'id'>;

export const NO_ITEMS = { read: 0, written: 0, alreadyThere: 0, failed: 0 };
/** Items by what became of them; `read` is the sum of the others. */
export type ItemCounts = Readonly<typeof NO_ITEMS>;

/** What came of a task. It is stored once: whoever does the same again finds it. */
export interface BackfillResult {
  readonly format: '1';
  readonly id: string;
  readonly counts: ItemCounts;
  /** Files of JSON lines: items that have no image, with why. */
  readonly leftFiles: readonly string[];
  /** What is left of the file, where time was over before its end. */
  readonly rest: readonly BackfillWork[];
}

const number = z.int().min(0);
const workShape = z.object({
  file: z.object({ objectKey: z.string(), itemCount: number, md5: z.string() }),
  skip: number,
});
const taskShape = workShape.extend({ id: z.string().regex(/^\d+-\d+$/) });
const resultShape = z.object({
  format: z.literal('1'),
  id: z.string(),
  counts: z.object({ read: number, written: number, alreadyThere: number, failed: number }),
  leftFiles: z.array(z.string()),
  rest: z.array(workShape).max(1),
});

/** @throws DcsError for an event that is no task */
export function readBackfillTask(given: unknown): BackfillTask {
  const { success, data } = taskShape.safeParse(given);
  if (success) return data;
  throw new DcsError(
    `${JSON.stringify(given)} is no task; expected {"id":"0-0","file":{"objectKey":"exports/…","itemCount":1,"md5":"…"},"skip":0}`,
  );
}

/**
 * Why what lies where a result should be is none, is told: `null`, another task's, counts that do not add up.
 *
 * @throws DcsError
 */
export function readBackfillResult(text: string, id: string): BackfillResult {
  const { success, data, error } = resultShape.safeParse(parsedJson(text, 'result'));
  if (!success) throw new DcsError(`its result is damaged: ${error.issues[0]?.message ?? ''}`);
  if (data.id !== id) throw new DcsError(`its result is that of ${data.id}`);
  const { read, written, alreadyThere, failed } = data.counts;
  if (read === written + alreadyThere + failed) return data;
  throw new DcsError(
    `its result says ${read} items were read, and ${written} written, ${alreadyThere} there already, ${failed} left`,
  );
}

/**
 * A result counts the items from where its task begins to where the rest does, or to the end that the manifest tells.
 *
 * @throws DcsError that names the file
 */
export function requireAllRead(
  { file, skip, id }: BackfillTask,
  { counts: { read }, rest: [rest] }: BackfillResult,
): void {
  const { objectKey, itemCount } = file;
  if (rest && rest.file.objectKey !== objectKey)
    throw new DcsError(`the result of ${id} (${objectKey}) hands back ${rest.file.objectKey}`);
  const end = rest?.skip ?? itemCount;
  if (read === end - skip && (!rest || (read > 0 && end < itemCount))) return;
  throw new DcsError(
    `of ${objectKey}, which has ${itemCount} items by its manifest, ${id} has read ${read}, from item ${skip + 1} up to ${end}`,
  );
}

export function addItems(a: ItemCounts, b: ItemCounts): ItemCounts {
  return {
    read: a.read + b.read,
    written: a.written + b.written,
    alreadyThere: a.alreadyThere + b.alreadyThere,
    failed: a.failed + b.failed,
  };
}

export function fileWords({ id, file, skip }: BackfillTask): string {
  return `${id} (${file.objectKey}${skip > 0 ? `, from item ${skip + 1}` : ''})`;
}

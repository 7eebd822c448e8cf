import { z } from 'zod';
import type { AttributeMap } from '../../core/attributeValue';
import { DcsError } from '../../core/errors';
import type { ImportFile } from '../restore/import/importFiles';

/*
 * What the workers of a run tell each other, as JSON in the engine's bucket below the run's folder. Nothing of it goes through the
 * payload of the state machine, which holds 256 KB.
 */

/** One range that a worker folds. */
export interface Task {
  /** Unique in the run: `<round>-<number>`. */
  readonly id: string;
  readonly after: string;
  readonly upTo?: string;
  /** Only the objects that this file names, a line each: those that were archived when they were looked at before. */
  readonly keysFile?: string;
}

export const NO_COUNTS = {
  ...{ item: 0, absent: 0, unknown: 0, unreadable: 0, archived: 0, thawing: 0 },
  /** Of the items, those whose time to live has passed since the moment. */
  expired: 0,
  /** Of all, those whose image states a later time than S3 stored it. */
  ahead: 0,
};
export type Counts = Readonly<typeof NO_COUNTS>;

export interface SampledItem {
  readonly keys: AttributeMap;
  /** Digest of the item. */
  readonly digest: string;
}

/** What came of a task. It is stored once: whoever folds the same again finds it, and its own files count for nothing. */
export interface TaskResult {
  readonly format: '1';
  readonly id: string;
  /** Up to where it came; undefined: all of it is done. */
  readonly stoppedAt?: string;
  /** What is left of it. */
  readonly rest: readonly Omit<Task, 'id'>[];
  readonly counts: Counts;
  /** Of its items, uncompressed. */
  readonly bytes: number;
  readonly files: readonly ImportFile[];
  /** Files of lines `bucket,object key,version id`, the key percent-encoded: what has to be asked back, as S3 Batch Operations reads it. */
  readonly archivedFiles: readonly string[];
  /** The same of what has been asked back and is not there yet. */
  readonly thawingFiles: readonly string[];
  /** Files of JSON lines: what could not be told, and what states a later time. */
  readonly leftFiles: readonly string[];
  readonly sample: readonly SampledItem[];
}

/** A line of the files of what is left. */
export interface LeftLine {
  readonly why: 'unknown' | 'unreadable' | 'ahead';
  readonly objectKey: string;
  readonly reason: string;
}

export function addCounts(a: Counts, b: Counts): Counts {
  const sums = Object.keys(NO_COUNTS).map((name) => [name, a[name as keyof Counts] + b[name as keyof Counts]]);
  return Object.fromEntries(sums) as Counts;
}

const countsShape = z.record(z.string(), z.int().min(0));
const taskShape = z.object({
  id: z.string().regex(/^\d+-\d+$/),
  after: z.string(),
  upTo: z.string().optional(),
  keysFile: z.string().optional(),
});
const resultShape = z.looseObject({
  format: z.literal('1'),
  id: z.string(),
  counts: countsShape.refine((counts) => Object.keys(NO_COUNTS).every((name) => name in counts)),
  bytes: z.number().min(0),
  rest: z.array(taskShape.omit({ id: true })),
  files: z.array(
    z.object({ objectKey: z.string(), items: z.int().min(1), sizeBytes: z.int().min(1), md5: z.string() }),
  ),
  ...Object.fromEntries(['archivedFiles', 'thawingFiles', 'leftFiles'].map((name) => [name, z.array(z.string())])),
  sample: z.array(z.object({ keys: z.record(z.string(), z.unknown()), digest: z.string() })),
});

/** @throws DcsError for an event that is no task */
export function readTask(given: unknown): Task {
  const { success, data } = taskShape.safeParse(given);
  if (success) return data;
  throw new DcsError(`${JSON.stringify(given)} is no task; expected {"id":"0-0","after":""}`);
}

/** @throws DcsError for what is no list of tasks */
export function readTasks(text: string): readonly Task[] {
  return tasksIn(text, readTask);
}

/** Those of any kind of work. @throws DcsError, and what `read` throws */
export function tasksIn<Read>(text: string, read: (given: unknown) => Read): Read[] {
  return (parsedJson(text, 'tasks') as unknown[]).map(read);
}

/**
 * Why what lies where a result should be is none, is told: `null`, another task's, files that do not add up.
 *
 * @throws DcsError
 */
export function readResult(text: string, id: string): TaskResult {
  const { success, data, error } = resultShape.safeParse(parsedJson(text, 'result'));
  if (!success) throw new DcsError(`its result is damaged: ${error.issues[0]?.message ?? ''}`);
  const result = data as unknown as TaskResult;
  if (result.id !== id) throw new DcsError(`its result is that of ${result.id}`);
  const inFiles = result.files.reduce((sum, { items }) => sum + items, 0);
  if (inFiles === result.counts.item) return result;
  throw new DcsError(`its result says ${result.counts.item} items, and its files have ${inFiles}`);
}

/** @throws DcsError */
export function parsedJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DcsError(`its ${what} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

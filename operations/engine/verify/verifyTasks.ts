import { z } from 'zod';
import { DcsError } from '../../../core/errors';
import { CLASSES, type DifferenceClass } from '../../verify/verdict';
import { parsedJson } from '../tasks';

/*
 * Reading goes through everything once, in the order in which it lies: the copy by ranges, the export by files. What comes of both is
 * sorted into parts by the hashes of object keys, and then each part is compared by itself.
 */

export type VerifyTask =
  | { readonly id: string; readonly is: 'copy'; readonly after: string; readonly upTo?: string }
  | {
      readonly id: string;
      readonly is: 'export';
      readonly file: { readonly objectKey: string; readonly itemCount: number; readonly md5: string };
      /** Items at its beginning that another task has read. */
      readonly skip: number;
    }
  | { readonly id: string; readonly is: 'compare'; readonly part: number };

/** A task before it has its id. */
export type VerifyWork = VerifyTask extends infer Each ? (Each extends VerifyTask ? Omit<Each, 'id'> : never) : never;

/** A file of what a worker has read. */
export interface EntryFile {
  readonly objectKey: string;
  readonly entries: number;
}

export const NO_COMPARED = {
  /** Items of the export. */
  inExport: 0,
  /** Objects of the copy that are no deletes. */
  inCopy: 0,
  /** Keys that either has. */
  compared: 0,
  same: 0,
  /** Different when the copy was read, the same when it was looked at again: replication or capture was late. */
  late: 0,
  /** As the item was within seconds of the export's moment: neither side tells time more exactly. */
  near: 0,
  differences: 0,
};
export type ComparedCounts = Readonly<typeof NO_COMPARED>;

export interface Example {
  readonly objectKey: string;
  readonly reason: string;
}

export interface Found {
  readonly counts: ComparedCounts;
  readonly classes: Readonly<Partial<Record<DifferenceClass, number>>>;
  readonly examples: Readonly<Partial<Record<DifferenceClass, Example>>>;
  /** Files of JSON lines, a difference each. */
  readonly differenceFiles: readonly string[];
}

export type VerifyResult =
  | {
      readonly format: '1';
      readonly id: string;
      readonly is: 'copy' | 'export';
      /** In its files. */
      readonly entries: number;
      readonly files: readonly EntryFile[];
      readonly rest: readonly VerifyWork[];
    }
  | ({ readonly format: '1'; readonly id: string; readonly is: 'compare' } & Found);

/** A line of the files of differences. */
export interface DifferenceLine extends Example {
  readonly class: DifferenceClass;
}

const number = z.int().min(0);
const works = [
  z.object({ is: z.literal('copy'), after: z.string(), upTo: z.string().optional() }),
  z.object({
    is: z.literal('export'),
    file: z.object({ objectKey: z.string(), itemCount: number, md5: z.string() }),
    skip: number,
  }),
  z.object({ is: z.literal('compare'), part: number }),
] as const;
const idShape = z.object({ id: z.string().regex(/^\d+-\d+$/) });
const taskShape = z.discriminatedUnion('is', [
  works[0].extend(idShape.shape),
  works[1].extend(idShape.shape),
  works[2].extend(idShape.shape),
]);
const ofResult = { format: z.literal('1'), id: z.string() };
const resultShape = z.discriminatedUnion('is', [
  z.object({
    ...ofResult,
    is: z.enum(['copy', 'export']),
    entries: number,
    files: z.array(z.object({ objectKey: z.string(), entries: z.int().min(1) })),
    rest: z.array(z.discriminatedUnion('is', works)),
  }),
  z.object({
    ...ofResult,
    is: z.literal('compare'),
    counts: z.object(Object.fromEntries(Object.keys(NO_COMPARED).map((name) => [name, number]))),
    classes: z.partialRecord(z.enum(CLASSES), number),
    examples: z.partialRecord(z.enum(CLASSES), z.object({ objectKey: z.string(), reason: z.string() })),
    differenceFiles: z.array(z.string()),
  }),
]);

/** @throws DcsError for an event that is no task */
export function readVerifyTask(given: unknown): VerifyTask {
  const { success, data } = taskShape.safeParse(given);
  if (success) return data;
  throw new DcsError(`${JSON.stringify(given)} is no task; expected {"id":"0-0","is":"copy","after":""}`);
}

/**
 * Why what lies where a result should be is none, is told: `null`, another task's, counts that do not add up.
 *
 * @throws DcsError
 */
export function readVerifyResult(text: string, id: string): VerifyResult {
  const { success, data, error } = resultShape.safeParse(parsedJson(text, 'result'));
  if (!success) throw new DcsError(`its result is damaged: ${error.issues[0]?.message ?? ''}`);
  const result = data as VerifyResult;
  if (result.id !== id) throw new DcsError(`its result is that of ${result.id}`);
  if (result.is === 'compare') return requireSum(result);
  const inFiles = result.files.reduce((sum, { entries }) => sum + entries, 0);
  if (inFiles === result.entries) return result;
  throw new DcsError(`its result says ${result.entries} entries, and its files have ${inFiles}`);
}

/** Each key that was compared is one of these, and no other. @throws DcsError */
export function requireSum<Of extends Pick<Found, 'counts' | 'classes'>>(of: Of): Of {
  const { compared, same, late, near, differences } = of.counts;
  const classed = Object.values(of.classes).reduce((sum, each) => sum + each, 0);
  if (compared === same + late + near + differences && classed === differences) return of;
  throw new DcsError(
    `of ${compared} keys it says ${same} are the same, ${late} became so, ${near} were so within seconds and ${differences} differ, and names ${classed}`,
  );
}

export function workWords(task: VerifyTask): string {
  if (task.is === 'compare') return `${task.id} (part ${task.part})`;
  if (task.is === 'export') return `${task.id} (${task.file.objectKey})`;
  const { id, after, upTo } = task;
  return `${id} (the copy after ${after === '' ? 'the beginning' : after} up to ${upTo ?? 'the end'})`;
}

import { z } from 'zod';
import type { TableLocation } from '../objectKey';
import { runsPrefix } from './journalKeys';
import {
  count,
  digest,
  idOf,
  isoTime,
  MANIFEST_FORMAT,
  partName,
  readManifest,
  shortTime,
  textOfManifest,
  type ManifestPlace,
} from './manifestText';

/** A journal object that a run has: its key below `journal/`, its ETag as a listing shows it, its lines. */
export type RunInput = readonly [journalKey: string, etag: string, lines: number];

/** A file of a run. */
export interface RunPart {
  /** `part-<4 hexadecimal digits>.tsv.gz`, in hash order; beside it `.index.gz` in place of `.tsv.gz`. */
  readonly name: string;
  readonly bytes: number;
  /** Of its bytes. */
  readonly sha256: string;
  /** Of the bytes of its index. */
  readonly indexSha256: string;
  readonly lines: number;
  /** The hash of the object key of its first line. */
  readonly firstHash: string;
}

/** `runs/<name>/manifest.json`: what a run has, and of what it was made. `docs/format.md` specifies it. */
export interface RunManifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly kind: 'run';
  readonly table: string;
  readonly name: string;
  /** 0: made of journal objects; one more than that of the runs which it was merged of. */
  readonly level: number;
  /** What compressed it: other bytes are another run. */
  readonly compressor: string;
  /** One more than that of what was begun long ago under the name and never finished; else 0. */
  readonly attempt: number;
  readonly madeAt: string;
  /** When S3 stored the first and the last of its lines. */
  readonly firstStoredAt: string;
  readonly lastStoredAt: string;
  /** When the last of its changes was made. */
  readonly lastChangedAt: string;
  readonly inputs: readonly RunInput[];
  /** Names of the runs that it takes the place of, sorted. */
  readonly merged: readonly string[];
  /** Names of the runs that these took the place of, as far as anything of them was still there. */
  readonly mergedBefore: readonly string[];
  /** Of all that it was made of; those that were left out as copies of others; those it has. */
  readonly linesIn: number;
  readonly duplicates: number;
  readonly linesOut: number;
  /** Of lines that an erase has left out, and the random id of that; not there for any other run. */
  readonly erased?: number;
  readonly erasure?: string;
  /** Those of the inputs of which some lines are erased: the source bucket has them no more. */
  readonly erasedInputs?: readonly string[];
  readonly parts: readonly RunPart[];
  /** SHA-256 of the newest manifest of a run of the table at that time; null for the first. */
  readonly previousManifestSha256: string | null;
}

const part = z.strictObject({
  ...{
    name: z.string().regex(/^part-[0-9a-f]{4}\.tsv\.gz$/),
    bytes: count.min(1),
    sha256: digest,
    indexSha256: digest,
  },
  ...{ lines: count.min(1), firstHash: digest },
});

const ERASURE = /^[0-9a-f]{16}$/;

const shape: z.ZodType<RunManifest> = z
  .object({
    ...{ format: z.literal(MANIFEST_FORMAT), kind: z.literal('run'), table: z.string(), name: z.string() },
    ...{ level: count, compressor: z.string(), attempt: count, madeAt: isoTime },
    ...{ firstStoredAt: isoTime, lastStoredAt: isoTime, lastChangedAt: isoTime },
    inputs: z.array(z.tuple([z.string().min(1), z.string(), count])),
    ...{ merged: z.array(z.string()), mergedBefore: z.array(z.string()) },
    ...{ linesIn: count, duplicates: count, linesOut: count },
    ...{ erased: count.optional(), erasure: z.string().regex(ERASURE).optional() },
    erasedInputs: z.array(z.string()).optional(),
    ...{ parts: z.array(part), previousManifestSha256: digest.nullable() },
  })
  .superRefine((run, context) => {
    for (const message of contradictions(run)) context.addIssue({ code: 'custom', message });
  });

/** What makes a manifest a lie by itself. */
function contradictions(run: RunManifest): string[] {
  const { level, inputs, merged, linesIn, duplicates, linesOut, erased = 0, erasure, parts } = run;
  const inParts = sum(parts.map(({ lines }) => lines));
  const inInputs = sum(inputs.map(([, , lines]) => lines));
  const isInOrder = parts.every(({ name, firstHash }, i) => {
    const before = parts[i - 1];
    return !before || (before.firstHash <= firstHash && before.name < name);
  });
  return [
    linesIn !== linesOut + duplicates + erased &&
      `linesIn ${linesIn} is not linesOut ${linesOut}, duplicates ${duplicates} and erased ${erased}`,
    // None may be erased: of somebody there was but what lay on top of an object, or beside the parts.
    (run.erased === undefined) !== (erasure === undefined) &&
      `it has ${run.erased ?? 'no'} erased lines, and the erasure ${erasure ?? 'none'}`,
    // Only runs of which all was erased have nothing.
    level === 0 && erased === 0 && linesOut === 0 && 'it has no line',
    linesOut !== inParts && `linesOut ${linesOut} is not what its parts have, ${inParts}`,
    level === 0 && linesIn !== inInputs && `linesIn ${linesIn} is not what its inputs have, ${inInputs}`,
    (level === 0) !== (merged.length === 0) && `its level is ${level}, and it was merged of ${merged.length} runs`,
    run.name !== runName(run) && `its name is not that of what it was made of, ${runName(run)}`,
    !isInOrder && 'its parts are not in order',
  ].filter((problem) => problem !== false);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** What a run's name is made of. */
export type RunNaming = Pick<
  RunManifest,
  'level' | 'compressor' | 'attempt' | 'firstStoredAt' | 'lastStoredAt' | 'inputs' | 'merged' | 'erasure'
>;

/** `<first>-<last>-<id>`: the same inputs (or runs) compressed by the same give the same name, but for what an erase makes. */
export function runName(run: RunNaming): string {
  const whole = run.level === 0 ? run.inputs.map(([journalKey, etag]) => `${journalKey}\t${etag}`) : run.merged;
  const madeOf = [...whole, ...(run.erasure === undefined ? [] : [`erasure\t${run.erasure}`])];
  return `${shortTime(run.firstStoredAt)}-${shortTime(run.lastStoredAt)}-${idOf(run, madeOf)}`;
}

const RUN_NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-\d{8}T\d{6}Z-[0-9a-f]{16}$/;

/**
 * What the name of a run tells by itself.
 *
 * @returns when S3 stored the first of its lines, epoch milliseconds in whole seconds; undefined for a name that no run has
 */
export function firstStoredAtMsOf(name: string): number | undefined {
  const [, year, month, day, hour, minute, second] = RUN_NAME.exec(name) ?? [];
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Where the files of a run lie: `<prefix>=dcs/<table>/runs/<name>/`. */
export function runFolder(table: TableLocation, name: string): string {
  return `${runsPrefix(table)}${name}/`;
}

/** @param number 0 for the first */
export function runPartName(number: number): string {
  return `${partName(number)}.tsv.gz`;
}

export function indexNameOf(partName: string): string {
  return partName.replace(/\.tsv\.gz$/, '.index.gz');
}

export const textOfRunManifest: (manifest: RunManifest) => string = textOfManifest;

/**
 * @throws UnreadableImageError when it is damaged, contradicts itself, or is that of another run
 * @throws UnknownFormatError when a newer version wrote it
 */
export function readRunManifest(place: ManifestPlace, bytes: Uint8Array): RunManifest {
  return readManifest(shape, place, bytes);
}

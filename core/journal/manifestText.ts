import { z } from 'zod';
import { digestOf } from '../digest';
import { DcsError, UnknownFormatError, UnreadableImageError } from '../errors';
import { quoted } from '../quoted';

/*
 * What the manifests of runs and bases have in common. A folder without its manifest is nothing; one whose manifest cannot be read may have
 * any change in it.
 */

export const MANIFEST_FORMAT = '1';
export const MANIFEST_FILE = 'manifest.json';
/** Empty; beside the manifest once all that it covers is tagged. */
export const COVERED_FILE = 'covered';
/** Empty; beside the manifest of a base that counts no more, since an erase has taken somebody out of what it was made of. */
export const RETIRED_FILE = 'retired';
/** Empty; beside that once all of such a base is tagged. */
export const RETIRED_TAGGED_FILE = 'retired-tagged';

export const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
export const count = z.int().min(0);
export const isoTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'expected an ISO 8601 time with milliseconds')
  .refine((time) => !Number.isNaN(Date.parse(time)), 'expected a time that a calendar has');

/** The end of a name: the first 16 digits of the digest of what it is made of, and by what. */
export function idOf(
  { compressor, attempt }: { readonly compressor: string; readonly attempt: number },
  madeOf: readonly string[],
): string {
  return digestOf([compressor, attempt, ...[...madeOf].sort()].join('\n')).slice(0, 16);
}

const MOST_PARTS = 0x10000;

/** @param number 0 for the first */
export function partName(number: number): string {
  if (number < MOST_PARTS) return `part-${number.toString(16).padStart(4, '0')}`;
  throw new DcsError(`it would have more than ${MOST_PARTS} parts; make the parts larger`);
}

/** `yyyymmddThhmmssZ` */
export function shortTime(isoTimeText: string): string {
  return `${isoTimeText.slice(0, 19).replace(/[-:]/g, '')}Z`;
}

export function textOfManifest(manifest: object): string {
  return `${JSON.stringify(manifest)}\n`;
}

/** What a manifest is expected to be: where it lies says so. */
export interface ManifestPlace {
  readonly tableName: string;
  /** Of its folder. */
  readonly name: string;
}

/**
 * @throws UnreadableImageError when it is damaged, or that of another folder
 * @throws UnknownFormatError when a newer version wrote it
 */
export function readManifest<Manifest extends { readonly table: string; readonly name: string }>(
  shape: z.ZodType<Manifest>,
  { tableName, name }: ManifestPlace,
  bytes: Uint8Array,
): Manifest {
  const given = jsonIn(bytes);
  const format = typeof given === 'object' && given !== null && 'format' in given ? given.format : undefined;
  if (format !== MANIFEST_FORMAT) {
    throw new UnknownFormatError(
      `its format is ${quoted(format)}; this version of dcs reads ${MANIFEST_FORMAT}. Use the version that wrote it`,
    );
  }
  const result = shape.safeParse(given);
  if (!result.success) {
    const problems = result.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new UnreadableImageError(`it is damaged: ${problems.join('; ')}`);
  }
  const { data } = result;
  if (data.table === tableName && data.name === name) return data;
  throw new UnreadableImageError(`it is of ${data.name} of the table ${data.table}; expected ${name} of ${tableName}`);
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new UnreadableImageError(`it is not JSON: ${(cause as Error).message}`, { cause });
  }
}

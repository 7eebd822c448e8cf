import type { ObjectVersion } from '../../aws/objectVersions';
import { z } from 'zod';
import { DcsError, QuotingError } from '../../core/errors';
import { isoTimeMs } from '../../core/isoTime';

/** The two files of a downloaded copy. `docs/format.md` specifies them. */
export const MANIFEST = 'manifest.json';
export const VERSIONS = 'versions.jsonl';
export const COPY_FORMAT = '1';

/** Written last, so a copy without it is not whole. */
export interface CopyManifest {
  readonly format: string;
  readonly tableName: string;
  readonly prefix: string;
  /** Where it was read. */
  readonly from: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly objects: number;
  readonly versions: number;
  /** Versions in an archive class, whose body is not in the copy. */
  readonly archived: number;
  /** Versions that could not be read, whose body is not in the copy either. Older copies do not say it. */
  readonly unreadable?: number;
  /** By which options it holds a part of the table alone; undefined: all of it. */
  readonly part?: string;
  /** Size of the file of versions. */
  readonly bytes: number;
}

/** One line of the file of versions: sorted by object key, then in the order in which they were stored. */
export interface CopiedVersion {
  readonly objectKey: string;
  readonly versionId: string;
  /** ISO 8601. */
  readonly storedAt: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly storageClass: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Null for a version in an archive class, or that could not be read. */
  readonly body: string | null;
  /** Why it could not be read. */
  readonly problem?: string;
}

const manifestShape = z.looseObject({
  tableName: z.string(),
  prefix: z.string(),
  objects: z.int().min(0),
  versions: z.int().min(0),
  bytes: z.int().min(0),
  part: z.string().optional(),
});

/** @throws DcsError when it is damaged, or of another format */
export function readManifest(text: string, folder: string): CopyManifest {
  const given = jsonOf(text);
  const format = (given as Partial<CopyManifest> | null | undefined)?.format;
  if (typeof format === 'string' && format !== COPY_FORMAT) {
    throw new QuotingError(
      `the copy in ${folder} has the format ${JSON.stringify(format)}; this version of dcs reads ${COPY_FORMAT}. Use the version that made it`,
    );
  }
  const { success, data } = manifestShape.safeParse(given);
  if (success && format === COPY_FORMAT) return data as unknown as CopyManifest;
  throw new DcsError(`${MANIFEST} is damaged`);
}

const versionShape = z.object({
  objectKey: z.string(),
  versionId: z.string(),
  storedAt: z.string().refine((text) => !Number.isNaN(isoTimeMs(text))),
  sizeBytes: z.number(),
  etag: z.string(),
  storageClass: z.string(),
  metadata: z.record(z.string(), z.string()),
  body: z.string().nullable(),
  problem: z.string().optional(),
});

/** One line of the file of versions; undefined when it is damaged. */
export function readVersion(line: Buffer): CopiedVersion | undefined {
  const { success, data } = versionShape.safeParse(jsonOf(line.toString('utf8')));
  return success ? data : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where a line is in the file: a folder's own kind of version id, so that a version can be read without an index. */
export function placeOf(version: Pick<ObjectVersion, 'versionId'> | string): { offset: number; length: number } {
  const id = typeof version === 'string' ? version : version.versionId;
  const [, offset, length] = /@(\d+)\+(\d+)$/.exec(id) ?? [];
  if (offset === undefined) throw new DcsError(`${id} is no version of a downloaded copy`);
  return { offset: Number(offset), length: Number(length) };
}

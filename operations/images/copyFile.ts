import type { ObjectVersion } from '../../aws/objectVersions';
import { DcsError } from '../../core/errors';

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
  /** Null for a version in an archive class. */
  readonly body: string | null;
}

export function readManifest(text: string, folder: string): CopyManifest {
  const manifest = JSON.parse(text) as CopyManifest;
  if (manifest.format === COPY_FORMAT) return manifest;
  throw new DcsError(
    `the copy in ${folder} has the format ${JSON.stringify(manifest.format)}; this version of dcs reads ${COPY_FORMAT}. Use the version that made it`,
  );
}

/** Byte order of UTF-8, in which S3 lists keys. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Where a line is in the file: a folder's own kind of version id, so that a version can be read without an index. */
export function placeOf(version: Pick<ObjectVersion, 'versionId'> | string): { offset: number; length: number } {
  const id = typeof version === 'string' ? version : version.versionId;
  const [, offset, length] = /@(\d+)\+(\d+)$/.exec(id) ?? [];
  if (offset === undefined) throw new DcsError(`${id} is no version of a downloaded copy`);
  return { offset: Number(offset), length: Number(length) };
}

import { s3VersionLister } from '../../aws/objectVersions';
import type { S3ClientSettings } from '../../aws/s3Client';
import type { TableLocation } from '../../core/objectKey';
import { tableDefinitionKey } from '../../core/tableDefinition';
import { utc } from '../../core/units';
import { ok, type Judgement } from '../check/finding';
import type { HiddenImages } from './hiddenImages';
import type { ListedJournal } from './journalListing';

const DAY_MS = 86_400_000;

export interface Restorable {
  /** When the table's definition was first stored, as far as it is kept. */
  readonly definedAtMs?: number;
  readonly listed: HiddenImages;
  /** Its runs are kept for ever. */
  readonly journal: ListedJournal;
}

/** One request: the versions of the table's definition, of which the first one counts. */
export async function definedAt(
  bucket: S3ClientSettings & { readonly bucket: string },
  table: TableLocation,
  signal: AbortSignal,
): Promise<number | undefined> {
  const definitionKey = tableDefinitionKey(table);
  const { versions } = await s3VersionLister(bucket).page(definitionKey, { signal });
  const times = versions.flatMap(({ objectKey, storedAtMs }) => (objectKey === definitionKey ? [storedAtMs] : []));
  return times.length === 0 ? undefined : Math.min(...times);
}

/**
 * How far back the table can be restored: to when capture began, and no further than lifecycle keeps what was replaced.
 *
 * @param keptDays of versions that were replaced; undefined: nobody says
 */
export function judgeRestorable(
  { definedAtMs, listed, journal }: Restorable,
  nowMs: number,
  keptDays?: number,
): Judgement {
  const versions = listed.versions + journal.changes;
  const sizeBytes = listed.sizeBytes + journal.sizeBytes;
  const isWhole = listed.isWhole && journal.isWhole;
  const began = Math.min(...[definedAtMs, listed.firstStoredAtMs, journal.firstStoredAtMs].map((ms) => ms ?? Infinity));
  const sinceMs = keptDays === undefined ? began : Math.max(began, nowMs - keptDays * DAY_MS);
  const values = {
    restorableSince: Number.isFinite(sinceMs) ? new Date(sinceMs).toISOString() : null,
    ...{ versions, sizeBytes, isWhole },
  };
  if (!Number.isFinite(sinceMs)) return { ...ok('nothing has been stored'), values };
  const why = sinceMs > began ? `, as long as lifecycle keeps what was replaced (${keptDays ?? ''} days)` : '';
  const doubt = isWhole || definedAtMs !== undefined ? '' : ', or longer: not all versions were looked at';
  const longer =
    journal.isThere && sinceMs > began ? '; longer of what is in its journal, whose runs do not expire' : '';
  return { ...ok(`since ${utc(Math.floor(sinceMs / 1_000) * 1_000)}${why}${longer}${doubt}`), values };
}

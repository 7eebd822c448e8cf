import type { ListingMarker, ObjectVersion, VersionLister, VersionsPage } from '../../aws/objectVersions';
import { journalPrefix, nameInJournalKey, runsPrefix } from '../../core/journal/journalKeys';
import { firstStoredAtMsOf } from '../../core/journal/runManifest';
import type { TableLocation } from '../../core/objectKey';

/** What a bucket lists of a table's journal, as far as was looked. */
export interface ListedJournal {
  readonly isThere: boolean;
  /** The lines of its objects, by their names: what was stored twice counts twice. */
  readonly changes: number;
  /** Of these objects. */
  readonly sizeBytes: number;
  /** When its first change was stored: by its objects, or by the name of its first run. */
  readonly firstStoredAtMs?: number;
  /** All of it was looked at, and nothing is in runs alone: objects expire, and how many lines a run has no listing tells. */
  readonly isWhole: boolean;
}

const PAGES = 10;
const SECOND_MS = 1_000;

/** Lists at most ten pages of 1,000 objects, and the first run: up to eleven requests, of which an empty one takes two. */
export async function listedJournal(
  lister: VersionLister,
  table: TableLocation,
  signal?: AbortSignal,
): Promise<ListedJournal> {
  const objects = new Map<string, ObjectVersion>();
  let after: ListingMarker | undefined;
  for (let pages = 0; pages === 0 || (after && pages < PAGES); pages++) {
    const page: VersionsPage = await lister.page(journalPrefix(table), { after, signal });
    for (const version of page.versions) objects.set(version.objectKey, version);
    after = page.next;
  }
  const [oneOfRun] = (await lister.page(runsPrefix(table), { maxKeys: 1, signal })).versions;
  const [runName = ''] = oneOfRun?.objectKey.slice(runsPrefix(table).length).split('/') ?? [];
  const firstInRuns = firstStoredAtMsOf(runName) ?? Infinity;
  const all = [...objects.values()];
  const firstInObjects = all.reduce((first, { storedAtMs }) => Math.min(first, storedAtMs), Infinity);
  const firstStoredAtMs = Math.min(firstInObjects, firstInRuns);
  return {
    isThere: all.length > 0 || oneOfRun !== undefined,
    changes: all.reduce((sum, { objectKey }) => sum + (nameInJournalKey(table, objectKey)?.lines ?? 0), 0),
    sizeBytes: all.reduce((sum, one) => sum + one.sizeBytes, 0),
    ...(Number.isFinite(firstStoredAtMs) && { firstStoredAtMs }),
    isWhole: after === undefined && (oneOfRun === undefined || firstInObjects < firstInRuns + SECOND_MS),
  };
}

const DAY_MS = 86_400_000;

/** The newest objects of a journal that were written within a day: their keys begin with the hour. At most ten requests. */
export async function newestOfJournal(
  lister: VersionLister,
  table: TableLocation,
  nowMs: number,
  signal?: AbortSignal,
): Promise<{ readonly found: readonly ObjectVersion[]; readonly isWhole: boolean }> {
  const [day = '', hour = ''] = new Date(nowMs - DAY_MS).toISOString().split(/[T:]/);
  const found: ObjectVersion[] = [];
  let after: ListingMarker | undefined = { objectKey: `${journalPrefix(table)}${day.replaceAll('-', '/')}/${hour}` };
  for (let pages = 0; after && pages < PAGES; pages++) {
    const page: VersionsPage = await lister.page(journalPrefix(table), { after, signal });
    found.push(...page.versions);
    after = page.next;
  }
  return { found, isWhole: after === undefined };
}

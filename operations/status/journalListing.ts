import {
  firstVersionBelow,
  type ListingMarker,
  type ObjectVersion,
  type VersionLister,
  type VersionsPage,
} from '../../aws/objectVersions';
import { hourPrefix, journalPrefix, nameInJournalKey, runsPrefix } from '../../core/journal/journalKeys';
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
  /**
   * All of it was looked at, and there are no runs: where there are, some changes may be in them alone, for objects expire and
   * an erase takes whole batches away. How many lines a run has no listing tells.
   */
  readonly isWhole: boolean;
}

const PAGES = 10;
const HOUR_MS = 3_600_000;
const HOURS = 24;

/** Lists at most ten pages of 1,000 objects, and the first run, behind what has expired. An empty one takes two requests. */
export async function listedJournal(
  lister: VersionLister,
  table: TableLocation,
  signal?: AbortSignal,
): Promise<ListedJournal> {
  const { found, isWhole } = await objectsBelow(lister, journalPrefix(table), signal);
  const objects = new Map(found.map((version) => [version.objectKey, version]));
  const oneOfRun = await firstVersionBelow(lister, runsPrefix(table), signal);
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
    isWhole: isWhole && oneOfRun === undefined,
  };
}

interface NewestOfJournal {
  readonly found: readonly ObjectVersion[];
  /** Of where was looked: nothing in it is newer. */
  readonly isWhole: boolean;
}

/**
 * The newest objects of a journal that were written within a day. Their keys begin with the hour: what a page does not hold is
 * looked at from the newest hour on, and those before are left out. One request, or one more for each hour back to that, and
 * for each further 1,000 objects in it: 36 at most.
 */
export async function newestOfJournal(
  lister: VersionLister,
  table: TableLocation,
  nowMs: number,
  signal?: AbortSignal,
): Promise<NewestOfJournal> {
  const dayAgo = hourPrefix(table, nowMs - HOURS * HOUR_MS).slice(0, -1);
  const day = await lister.page(journalPrefix(table), { after: { objectKey: dayAgo }, signal });
  if (!day.next) return { found: day.versions, isWhole: true };
  // Whoever wrote them may have a clock that is ahead.
  for (let ago = -1; ago <= HOURS; ago++) {
    const hour = await objectsBelow(lister, hourPrefix(table, nowMs - ago * HOUR_MS), signal);
    if (hour.found.length > 0) return hour;
  }
  return { found: day.versions, isWhole: false };
}

async function objectsBelow(lister: VersionLister, prefix: string, signal?: AbortSignal): Promise<NewestOfJournal> {
  const found: ObjectVersion[] = [];
  let after: ListingMarker | undefined;
  for (let pages = 0; pages === 0 || (after && pages < PAGES); pages++) {
    const page: VersionsPage = await lister.page(prefix, { after, signal });
    found.push(...page.versions);
    after = page.next;
  }
  return { found, isWhole: after === undefined };
}

import { s3VersionLister, type ListingMarker, type VersionLister, type VersionsPage } from '../../aws/objectVersions';
import { journalPrefix } from '../../core/journal/journalKeys';
import type { TableLocation } from '../../core/objectKey';
import { counted, utc } from '../../core/units';
import { COVERED_JOURNAL_DAYS } from '../../settings/journalDays';
import type { Settings } from '../../settings/schema';
import { bucketOf, type CheckContext } from './checkContext';
import { inspection, ok, warning, type Inspection, type Judgement } from './finding';

const DAY_MS = 86_400_000;
/** Lifecycle acts once a day, and may take its time. */
const SLACK_DAYS = 7;

/**
 * Whether the oldest of a journal is gone when it should be. By it a real account proves the whole of what is nowhere documented to the end: that
 * S3 takes the compactor's tag, goes by it for versions that are current and then for those that are not, and deletes them when their lock is over.
 */
export function journalExpiryInspection(context: CheckContext, table: TableLocation): Inspection {
  const bucket = bucketOf(context, 'destination');
  const days = daysAtMost(context.settings.destination);
  return inspection(
    { side: 'destination', subject: `table ${table.tableName}`, permission: 's3:ListBucketVersions' },
    () => oldestStoredAtMs(s3VersionLister(bucket), table),
    { 'journal-expiry': (storedAtMs) => judgeExpiry(storedAtMs, context.nowMs(), days) },
  );
}

/**
 * Of the first page that has versions: keys begin with the hour in which they were written, so these are the oldest, and those that
 * delete markers hide are among them. Undefined: there is none.
 */
export async function oldestStoredAtMs(lister: VersionLister, table: TableLocation): Promise<number | undefined> {
  for (let after: ListingMarker | undefined | null; after !== null;) {
    const { versions, next }: VersionsPage = await lister.page(journalPrefix(table), { after });
    if (versions.length > 0) return Math.min(...versions.map(({ storedAtMs }) => storedAtMs));
    after = next ?? null;
  }
  return undefined;
}

/** As long as what is covered may be there: until it expires, and a lock that was renewed before it was covered is over. */
export function daysAtMost({ objectLock }: Pick<Settings['destination'], 'objectLock'>): number {
  const locked = objectLock.mode === 'OFF' ? 0 : objectLock.retentionDays;
  return COVERED_JOURNAL_DAYS + locked + SLACK_DAYS;
}

export function judgeExpiry(storedAtMs: number | undefined, nowMs: number, days: number): Judgement {
  if (storedAtMs === undefined) return ok('there is none');
  const found = `the oldest of the journal was stored at ${utc(storedAtMs)}`;
  const values = { oldestJournalObjectAt: new Date(storedAtMs).toISOString() };
  if (nowMs - storedAtMs <= days * DAY_MS) return { ...ok(found), values };
  const expected = `what is in a run gone within ${counted(days, 'day')}`;
  const remedy =
    'nothing is lost by it, and storage costs on: see whether the compactor had folded it, and what keeps it: its tag, its lock, or the lifecycle rules of the bucket';
  return { ...warning(found, expected, remedy), values };
}

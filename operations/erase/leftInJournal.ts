import { DAY_MS } from '../../core/lockRenewal';
import { count, counted, utc } from '../../core/units';
import {
  COVERED_BASE_DAYS,
  COVERED_JOURNAL_DAYS,
  COVERED_NONCURRENT_DAYS,
  SOURCE_NONCURRENT_DAYS,
  SUPERSEDED_DAYS,
} from '../../settings/journalDays';
import type { JournalLifecycle, LeftObject } from './erasePlanRequest';
import type { JournalMention, JournalPart, UnreadableFile } from './journalMentions';

/** A version of a journal stays: it has other items' changes too, and nothing of it is written anew. */
export function leftOfMention(mention: JournalMention, lifecycle: JournalLifecycle | undefined): LeftObject {
  const { in: side, is, version, items, lines, lock } = mention;
  const { objectKey, versionId } = version;
  const own = [...items.values()].reduce((sum, each) => sum + each, 0);
  const expiresAtMs = expiryOf(mention, lifecycle);
  const reason = `${counted(own, 'line')} of what is named and ${count(lines - own)} of other items; ${WHAT[is]}. ${lockWords(mention)}${whenGone(mention, expiresAtMs, lifecycle)}`;
  return {
    ...{ in: side, objectKey, versionId, why: 'journal', reason, items: [...items.keys()].sort(), lines: own },
    ...{ otherLines: lines - own, expiresAtMs: expiresAtMs ?? null },
    ...(lock && { untilMs: lock.untilMs }),
  };
}

/** Any item may have a change in it, so only a person can tell. */
export function leftUnreadable({ in: side, version, reason }: UnreadableFile): LeftObject {
  const { objectKey, versionId } = version;
  const words = `it is below the journal, cannot be read, and may have a change of the item: ${reason}. Look into it, and delete it by hand where it does`;
  return { in: side, objectKey, versionId, why: 'unclear', reason: words };
}

/** Of an item whose object key had to be shortened there are nothing but deletes, so nobody can tell whose it is. */
export function leftUnknown({ in: side, version: { objectKey, versionId }, items }: JournalMention): LeftObject {
  const reason = `it has deletes of ${[...items.keys()].sort().join(', ')}, and nothing tells whose that is, since the key had to be shortened. Name the item by --key`;
  return { in: side, objectKey, versionId, why: 'unclear', reason };
}

const WHAT: Readonly<Record<JournalPart, string>> = {
  journal: 'a journal is not written anew without them',
  run: 'a run is not written anew without them',
  base: 'a base is not written anew without them',
};

function lockWords({ lock, mayExpire }: JournalMention): string {
  if (!lock) return '';
  const until = utc(Math.ceil(lock.untilMs / 1_000) * 1_000);
  if (!mayExpire) return `Object Lock keeps it until ${until} (${lock.mode}), and is renewed before. `;
  return `Object Lock keeps it until ${until} (${lock.mode})${lock.mode === 'COMPLIANCE' ? ', and nobody can delete it before' : ''}. `;
}

function whenGone(
  { in: side, is, mayExpire }: JournalMention,
  expiresAtMs: number | undefined,
  lifecycle: JournalLifecycle | undefined,
): string {
  if (expiresAtMs !== undefined) return `Lifecycle removes it at ${utc(expiresAtMs)} or some days later`;
  if (!lifecycle) return 'The table is not stored in a journal any more, so no lifecycle removes it';
  if (side === 'source') return 'Lifecycle never removes it: source.lifecycle.journalExpirationDays is null';
  if (is === 'run') return 'Lifecycle never removes it: a run is the history of its items';
  return mayExpire ? '' : STAYS[is];
}

const STAYS: Readonly<Record<'journal' | 'base', string>> = {
  journal: 'Lifecycle does not remove it before the compactor has it in a run, which then has these lines',
  base: 'Lifecycle does not remove it before there are two newer bases; those have the delete of the item, by its key',
};

/** Not before this; S3 counts whole days. Undefined: never, or nobody can tell yet. */
function expiryOf(
  { in: side, is, version: { storedAtMs }, lock, mayExpire }: JournalMention,
  lifecycle: JournalLifecycle | undefined,
): number | undefined {
  if (!lifecycle) return undefined;
  if (side === 'source') {
    const { sourceExpirationDays: days } = lifecycle;
    return days === null ? undefined : storedAtMs + (days + SOURCE_NONCURRENT_DAYS) * DAY_MS;
  }
  if (!mayExpire) return undefined;
  const days = { journal: COVERED_JOURNAL_DAYS, run: SUPERSEDED_DAYS, base: COVERED_BASE_DAYS }[is];
  return Math.max(storedAtMs + (days + COVERED_NONCURRENT_DAYS) * DAY_MS, lock?.untilMs ?? 0);
}

import { DAY_MS, isInForce } from '../../core/lockRenewal';
import { count, counted, utc } from '../../core/units';
import {
  COVERED_BASE_DAYS,
  COVERED_JOURNAL_DAYS,
  COVERED_NONCURRENT_DAYS,
  SOURCE_NONCURRENT_DAYS,
  SUPERSEDED_DAYS,
} from '../../settings/journalDays';
import type { JournalLifecycle, LeftObject } from './erasePlanRequest';
import type { HeldVersion } from './standing';
import type { JournalMention, UnreadableFile } from './journalMentions';
import type { ErasedSide } from './places';

export function idOfVersion(side: ErasedSide, objectKey: string, versionId: string): string {
  return `${side} ${objectKey} ${versionId}`;
}

/** What is asked about a version of a journal: now, or when an erase is over. */
export interface WhatStays {
  readonly lifecycle: JournalLifecycle | undefined;
  readonly sourceForgets: boolean;
  /** Why it stays, where that is known already, by {@link idOfVersion}; undefined where nothing has been tried yet. */
  readonly stays?: ReadonlyMap<string, string>;
  /** Items of which something else stays, by their object keys, and why this has to stay with it. */
  readonly kept?: ReadonlyMap<string, string>;
}

/** A version of a journal with lines of what is named: what becomes of it, or why it has stayed. */
export function leftOfVersion(version: HeldVersion, what: WhatStays): LeftObject {
  const { in: side, items, lines, lock } = version;
  const { objectKey, versionId } = version.version;
  const own = [...items.values()].reduce((sum, each) => sum + each, 0);
  const expiresAtMs = expiryOf(version, what.lifecycle);
  const why = what.stays
    ? (what.stays.get(idOfVersion(side, objectKey, versionId)) ?? whyHere(version, what))
    : willBe(version, what);
  const reason = `${counted(own, 'line')} of what is named and ${count(lines - own)} of other items; ${why}${what.stays ? '' : lockWords(version)}${whenGone(expiresAtMs)}`;
  return {
    ...{ in: side, objectKey, versionId, why: 'journal', reason, items: [...items.keys()].sort(), lines: own },
    ...{ otherLines: lines - own, expiresAtMs: expiresAtMs ?? null },
    ...(lock && { untilMs: lock.untilMs }),
  };
}

/** Whether an erase that is carried out now leaves a version there. */
export function isKept(
  { in: side, is, standing, lock }: HeldVersion,
  { sourceForgets }: Pick<WhatStays, 'sourceForgets'>,
  { nowMs, bypassGovernance }: { readonly nowMs: number; readonly bypassGovernance: boolean },
): boolean {
  if (side === 'source') return !sourceForgets;
  const isLocked = isInForce(lock, nowMs) && !(bypassGovernance && lock.mode === 'GOVERNANCE');
  return isLocked || standing === 'busy' || (standing === 'unknown' && is !== 'journal');
}

/** Source: S3 user guide, s3-batch-replication-batch, "S3 Batch Replication considerations". */
const KEEPS =
  'the source bucket keeps its journal for ever, and a batch goes whole or not at all: set source.lifecycle.journalExpirationDays, or delete it by hand. Copied in place, or replicated to another bucket, it brings what is named to the destination again: erase again after that';
const BUSY = 'it has no manifest, and a compactor may be at work on it: erase again a day later';
const UNKNOWN =
  'its manifest cannot be read, or came in this moment: erase again; where that is told anew, look into it, and delete it by hand when nothing needs it';

function willBe({ in: side, is, standing }: HeldVersion, { sourceForgets }: WhatStays): string {
  if (side === 'source')
    return sourceForgets ? "it goes when runs in the destination bucket have all that is others'" : KEEPS;
  if (standing === 'busy') return BUSY;
  if (standing === 'unknown') return UNKNOWN;
  if (standing === 'unread') return 'no reader needs it, and it goes';
  if (is === 'base') return 'it is put out of use, and goes; the compactor makes another one';
  return 'a run without these lines takes its place, and it goes';
}

/** Why what the journal has of an item stays. */
export const IMAGE_STAYS = 'an image of the item stays, and so does this with it';
export const MAY_COME =
  'it may have the delete of an item, of which the source bucket has a batch that has come to no other bucket yet, or of which something that cannot be read may have a change: without the delete, the item would be there again when that comes, or can be read. Erase again then';
export const NOT_REPLICATED =
  "not all that is others' was found in runs of the destination bucket: erase again when it has been replicated";
export const MAY_HAVE_OLDER =
  'something else below the journal of the source bucket cannot be read, and may have a change of the item; this may have the delete: it goes when nothing there is unreadable';
/** The batch that has an item's delete goes after its other batches. */
export const LAST_STAYS =
  'something else of its item stays in the source bucket, and this may have the delete: it goes with the last';

function whyHere({ in: side, is, standing, items, lines }: HeldVersion, { sourceForgets, kept }: WhatStays): string {
  if (side === 'source' && !sourceForgets) return KEEPS;
  if (standing === 'busy') return BUSY;
  if (standing === 'unknown') return UNKNOWN;
  const ofItem = [...items.keys()].flatMap((key) => kept?.get(key) ?? []).at(0);
  if (ofItem !== undefined) return ofItem;
  const own = [...items.values()].reduce((sum, each) => sum + each, 0);
  if (side === 'source') return lines > own ? NOT_REPLICATED : LAST_STAYS;
  if (standing === 'unread')
    return "not all that is others' was found in the runs in its place: look at them with dcs verify";
  if (is === 'base') return 'a run that it was made of is there no more, so nothing can take its place';
  const ofBatch = is === 'journal' ? 'it is not what its key says; or ' : '';
  return `${ofBatch}it came meanwhile: erase again`;
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

function lockWords({ lock }: HeldVersion): string {
  if (!lock) return '';
  const until = utc(Math.ceil(lock.untilMs / 1_000) * 1_000);
  return `. Object Lock keeps it until ${until} (${lock.mode})${lock.mode === 'COMPLIANCE' ? ', and nobody can delete it before' : ''}`;
}

function whenGone(expiresAtMs: number | undefined): string {
  return expiresAtMs === undefined ? '' : `. Lifecycle removes it at ${utc(expiresAtMs)} or some days later`;
}

/** Not before this; S3 counts whole days. Undefined: never, or nobody can tell yet. What nobody reads, the compactor that comes next tags. */
function expiryOf(
  { in: side, is, version: { storedAtMs }, lock, mayExpire, standing }: HeldVersion,
  lifecycle: JournalLifecycle | undefined,
): number | undefined {
  if (!lifecycle) return undefined;
  if (side === 'source') {
    const { sourceExpirationDays: days } = lifecycle;
    return days === null ? undefined : storedAtMs + (days + SOURCE_NONCURRENT_DAYS) * DAY_MS;
  }
  if (!mayExpire && standing !== 'unread') return undefined;
  const days = { journal: COVERED_JOURNAL_DAYS, run: SUPERSEDED_DAYS, base: COVERED_BASE_DAYS }[is];
  return Math.max(storedAtMs + (days + COVERED_NONCURRENT_DAYS) * DAY_MS, lock?.untilMs ?? 0);
}

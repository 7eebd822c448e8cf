import { COVERED_TAG, SUPERSEDED_TAG } from './journal/coveredTag';
import { isImageKey } from './objectKey';
import { PARKED_BATCHES_PREFIX } from './parkedBatch';
import { servicePrefix } from './serviceKeys';

/*
 * Which versions of a destination bucket stay locked, and when a lock is renewed. The default retention of a bucket counts from when a
 * version was stored, so what has not changed for longer would be the only copy, and unlocked.
 */

/** `destination.objectLock`, where it locks. */
export interface LockRule {
  readonly mode: LockMode;
  readonly retentionDays: number;
}
export type LockMode = 'COMPLIANCE' | 'GOVERNANCE';

/** The retention of one version. Over, it locks no more and stays there. */
export interface VersionLock {
  readonly mode: LockMode;
  readonly untilMs: number;
}

export const DAY_MS = 86_400_000;

/** So often all versions are looked at within one retention. */
const SWEEPS_PER_RETENTION = 6;

/** How often all that stays locked is looked at. */
export function sweepEveryMs({ retentionDays }: Pick<LockRule, 'retentionDays'>): number {
  return (retentionDays * DAY_MS) / SWEEPS_PER_RETENTION;
}

/**
 * For how long after the beginning of a sweep everything that it passed is locked: it renews what ends before, so the next sweep may
 * take as long as there is between two, and everything is still locked.
 */
export function heldMs(rule: Pick<LockRule, 'retentionDays'>): number {
  return 2 * sweepEveryMs(rule);
}

/** What of a bucket stays locked: an item's images, a table's definition, a report about a copy, what is stored of a journal. */
export type KeptLocked = 'image' | 'definition' | 'report' | 'journal';

/**
 * Undefined for what does not stay locked: probes and what else the service writes for itself, parked batches, and whatever
 * is not of this service.
 */
export function keptLocked(objectKey: string, prefix: string): KeptLocked | undefined {
  const ofService = servicePrefix(prefix);
  if (!objectKey.startsWith(prefix) || objectKey.startsWith(PARKED_BATCHES_PREFIX)) return undefined;
  // No table's name has a `=`: reports and journals are below `=dcs/<table>/`, all else below `=dcs/=`.
  if (objectKey.startsWith(ofService)) return keptOfService(objectKey.slice(ofService.length));
  if (isImageKey(objectKey)) return 'image';
  return /^[^/]+\/table\.json$/.test(objectKey.slice(prefix.length)) ? 'definition' : undefined;
}

function keptOfService(path: string): KeptLocked | undefined {
  if (path.startsWith('=')) return undefined;
  return JOURNAL_FOLDERS.includes(path.split('/')[1] ?? '') ? 'journal' : 'report';
}

/**
 * Whether a version of a journal may go when its lock is over, as the compactor has told by its tags: what is in a run or a base that it
 * has read back, and what another run has taken the place of. A run that is covered is the history, and stays locked.
 */
export function mayGo(objectKey: string, tags: Readonly<Record<string, string>>): boolean {
  const folder = /(?:^|\/)=dcs\/[^/]+\/([^/]+)\//.exec(objectKey)?.[1];
  const bears = ({ key, value }: { readonly key: string; readonly value: string }) => tags[key] === value;
  if (folder === 'runs') return bears(SUPERSEDED_TAG);
  return (
    (folder === 'journal' && bears(COVERED_TAG)) || (folder === 'base' && (bears(COVERED_TAG) || bears(SUPERSEDED_TAG)))
  );
}

const JOURNAL_FOLDERS: readonly string[] = ['journal', 'runs', 'base'];

export function isInForce(lock: VersionLock | undefined, nowMs: number): lock is VersionLock {
  return lock !== undefined && lock.untilMs > nowMs;
}

/**
 * The lock that a version is to get; undefined where it has one that lasts beyond the next sweep but one, or ends by itself.
 *
 * A lock never gets shorter or weaker, and what is locked in COMPLIANCE mode is not locked longer by settings that say GOVERNANCE: who
 * has chosen that, wants to be able to delete. It is locked anew once it has ended.
 */
export function renewal(
  lock: VersionLock | undefined,
  rule: LockRule,
  { sweepStartedAtMs, nowMs }: { readonly sweepStartedAtMs: number; readonly nowMs: number },
): VersionLock | undefined {
  const untilMs = wholeSecond(nowMs + rule.retentionDays * DAY_MS);
  if (!isInForce(lock, nowMs)) return { mode: rule.mode, untilMs };
  const isWeaker = lock.mode === 'GOVERNANCE' && rule.mode === 'COMPLIANCE';
  if (isWeaker) return { mode: rule.mode, untilMs: Math.max(untilMs, lock.untilMs) };
  if (lock.mode !== rule.mode || lock.untilMs >= sweepStartedAtMs + heldMs(rule)) return undefined;
  return { mode: rule.mode, untilMs: Math.max(untilMs, lock.untilMs) };
}

/** S3 tells it with or without a fraction; what is asked for is to be what is told. */
function wholeSecond(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}

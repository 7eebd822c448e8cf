import type { LockStore } from '../../aws/objectLocks';
import type { ObjectHistory } from '../../aws/objectVersions';
import { S3Error } from '../../aws/s3Error';
import { isInForce, mayGo, renewal, type KeptLocked, type LockRule } from '../../core/lockRenewal';
import { versionsToLock, type VersionToLock } from './versionsToLock';

/** What became of one version. */
export interface LockedOutcome {
  /** `weaker`: S3 refused the stronger mode that the settings want, and the lock was made longer in its own. */
  readonly did: 'nothing' | 'renewed' | 'weaker';
  /** It was found without a lock in force. */
  readonly wasUnlocked: boolean;
}

export interface LockingTimes {
  readonly sweepStartedAtMs: number;
  /** Epoch milliseconds, of the service. */
  readonly nowMs: () => number;
}

/** Locks what of an object stays locked, where its locks end soon. @throws S3Error */
export async function renewObject(
  locks: LockStore,
  history: ObjectHistory,
  kind: KeptLocked,
  rule: LockRule,
  times: LockingTimes,
): Promise<LockedOutcome[]> {
  const outcomes: LockedOutcome[] = [];
  for (const version of await versionsToLock(locks, history, kind)) {
    outcomes.push(await renewVersion(locks, version, kind, rule, times));
  }
  return outcomes;
}

async function renewVersion(
  locks: LockStore,
  { version: { objectKey, versionId }, lock }: VersionToLock,
  kind: KeptLocked,
  rule: LockRule,
  { sweepStartedAtMs, nowMs }: LockingTimes,
): Promise<LockedOutcome> {
  const wasUnlocked = !isInForce(lock, nowMs());
  if (!renewal(lock, rule, { sweepStartedAtMs, nowMs: nowMs() })) return { did: 'nothing', wasUnlocked };
  if (kind === 'journal' && mayGo(objectKey, await locks.tags(objectKey, versionId)))
    return { did: 'nothing', wasUnlocked: false };
  // By the time after the last answer: a machine may have slept for it, and another have made the lock longer than this one would then.
  const now = { sweepStartedAtMs, nowMs: nowMs() };
  const wanted = renewal(lock, rule, now);
  if (!wanted) return { did: 'nothing', wasUnlocked };
  try {
    await locks.lock(objectKey, versionId, wanted);
    return { did: 'renewed', wasUnlocked };
  } catch (error) {
    if (!isRefused(error) || !lock || wasUnlocked || lock.mode === wanted.mode) throw error;
    // AWS does not say whether a lock in force can be given another mode, even a stronger one, without a bypass.
    const longer = renewal(lock, { ...rule, mode: lock.mode }, now);
    if (longer) await locks.lock(objectKey, versionId, longer);
    return { did: 'weaker', wasUnlocked };
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof S3Error && error.statusCode === 403;
}

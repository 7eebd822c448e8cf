import { isInForce, type VersionLock } from '../core/lockRenewal';

/*
 * What S3 does with locks, where something stands in for it. Source: S3 user guide, object-lock ("Retention modes") and
 * object-lock-managing ("Extending retention"); API reference, PutObjectRetention.
 */

/** Code and status of what S3 answers instead of setting a lock; undefined where it sets it. */
export function lockRefusal(
  now: VersionLock | undefined,
  wanted: VersionLock,
  nowMs: number,
  /** Whether a lock in GOVERNANCE mode can be made one in COMPLIANCE mode without a bypass: not documented. */
  takesStronger = false,
): { readonly code: string; readonly statusCode: number; readonly message: string } | undefined {
  if (wanted.untilMs <= nowMs) {
    return { code: 'InvalidArgument', statusCode: 400, message: 'The retain until date must be in the future!' };
  }
  if (!isInForce(now, nowMs)) return undefined;
  const keepsMode = now.mode === wanted.mode || (takesStronger && now.mode === 'GOVERNANCE');
  if (keepsMode && wanted.untilMs >= now.untilMs) return undefined;
  return { code: 'AccessDenied', statusCode: 403, message: 'Access Denied because object protected by object lock.' };
}

import type { LockRule } from '../core/lockRenewal';
import type { Settings } from './schema';

/** How current versions are kept locked; undefined where nothing is locked, or its locks are not renewed. */
export function renewedLocks({ objectLock }: Pick<Settings['destination'], 'objectLock'>): LockRule | undefined {
  const { mode, retentionDays, renewal } = objectLock;
  return mode === 'OFF' || !renewal ? undefined : { mode, retentionDays };
}

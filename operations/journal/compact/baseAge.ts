import { isCovered } from '../../../core/journal/baseManifest';
import type { Catalog } from '../runs/catalog';

/** A base is made once a day, by whichever run of the compactor comes next. */
const BASE_EVERY_MS = 23 * 3_600_000;

type Known = Pick<Catalog, 'runs' | 'bases'>;

/**
 * For how long the newest base has not been all that there is: since it was made, where there are runs that it does not have; without any
 * base since the oldest change of a run was stored. 0: it has all of them.
 *
 * @param nowMs epoch milliseconds, of the service
 */
export function baseAgeMs({ runs, bases }: Known, nowMs: number): number {
  const [newest] = bases;
  const covers = new Set(newest?.manifest.covers);
  const missing = runs.filter(({ manifest }) => !isCovered({ covers }, manifest));
  if (missing.length === 0) return 0;
  const since = newest
    ? Date.parse(newest.manifest.madeAt)
    : Math.min(...missing.map(({ manifest }) => Date.parse(manifest.firstStoredAt)));
  return Math.max(0, nowMs - since);
}

/** Whether the next run of the compactor is to make a base: a table that has changed again after a quiet time gets its base at once. */
export function isBaseDue({ bases }: Pick<Known, 'bases'>, nowMs: number): boolean {
  const [newest] = bases;
  return !newest || nowMs - Date.parse(newest.manifest.madeAt) >= BASE_EVERY_MS;
}

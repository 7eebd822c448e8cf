import { isCovered } from '../../../core/journal/baseManifest';
import type { Catalog, StoredRun } from '../runs/catalog';

/** So many of a level become one of the next. A day of hours is three runs: 16, 4 and 4. */
const AT_A_TIME = 4;

/**
 * The next runs to be merged: the oldest of a level, and as small together as is asked for. Those that the newest base has are
 * never joined with others, so that a reader of the base can tell what is in it already; and what was joined since then waits for
 * the next base, which names it.
 */
export function runsToMerge({ runs, bases }: Catalog, mostBytes: number): readonly StoredRun[] | undefined {
  const covers = new Set(bases[0]?.manifest.covers);
  const groups = new Map<string, StoredRun[]>();
  for (const run of runs) {
    const isInBase = covers.has(run.name);
    // What was tagged of it is not known yet, or it was merged of what the base has.
    if (!run.isCovered || (!isInBase && isCovered({ covers }, run.manifest))) continue;
    const group = `${run.manifest.level} ${isInBase}`;
    groups.set(group, [...(groups.get(group) ?? []), run]);
  }
  for (const group of groups.values()) {
    const oldest = group.slice(0, AT_A_TIME);
    if (oldest.length === AT_A_TIME && bytesOf(oldest) <= mostBytes) return oldest;
  }
  return undefined;
}

export function bytesOf(runs: readonly StoredRun[]): number {
  return runs.reduce((total, { manifest }) => total + manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0), 0);
}

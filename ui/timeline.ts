import { couldNotLook } from '../aws/couldNotLook';
import { counted } from '../core/units';
import { waitingBatches } from '../operations/timeline/waitingBatches';
import { RESOLUTIONS } from '../operations/timeline/histogram';
import { StreamRestarts } from '../operations/timeline/streamRestarts';
import { timelineOfTable } from '../operations/timeline/timelineOfTable';
import type { LocatedTable } from '../settings/configuredTable';
import type { ShownGap, TimelineAnswer } from './answers';
import type { UiPlaces } from './places';
import type { AskedWindow } from './window';

const BARS = 240;

/** When a table changed how much, and of which times not every change is recorded. */
export async function timeline(
  places: UiPlaces,
  table: LocatedTable,
  { fromMs, toMs }: AskedWindow,
  signal: AbortSignal,
): Promise<TimelineAnswer> {
  const { source } = places;
  const restarts = new StreamRestarts();
  const request = { source, table, fromMs, toMs, byTimeToLive: false, signal };
  const [coarse, parked] = await Promise.all([
    timelineOfTable({ ...request, bars: BARS, onVersion: (version) => restarts.add(version) }),
    parkedGaps(places, table, signal),
  ]);
  // Minutes are the finest that is kept of a long time; a short one is told in seconds.
  const isShort = coarse.bucketMs === RESOLUTIONS.minute && coarse.buckets.length <= BARS / 60;
  const found = isShort ? await timelineOfTable({ ...request, resolutionMs: RESOLUTIONS.second }) : coarse;
  const { gaps, isWhole } = await restarts.gaps(source);
  const why =
    'the stream was switched off and on again, or the table made anew: what was written between is in no image';
  return {
    bars: found.buckets.map(({ atMs, insert, change, delete: deletes }) => ({ atMs, insert, change, delete: deletes })),
    barMs: found.bucketMs,
    items: found.items,
    bursts: found.bursts
      .map((burst) => ({ fromMs: burst.fromMs, toMs: burst.toMs, changes: burst.changes, deletes: burst.deletes }))
      .sort((a, b) => b.deletes - a.deletes || b.changes - a.changes),
    gaps: [...gaps.map((gap) => ({ ...gap, why })), ...parked.gaps]
      .filter((gap) => gap.toMs > fromMs && gap.fromMs <= toMs)
      .sort((a, b) => a.fromMs - b.fromMs),
    notLookedAt: [
      ...parked.notLookedAt,
      ...(isWhole ? [] : ['Whether the stream was ever switched off: too many images came from a backfill.']),
    ],
  };
}

interface ParkedGaps {
  readonly gaps: readonly ShownGap[];
  readonly notLookedAt: readonly string[];
}

/** Batches that capture gave up lie in the source bucket, which may be lost. */
async function parkedGaps({ parked }: UiPlaces, { tableName }: LocatedTable, signal: AbortSignal): Promise<ParkedGaps> {
  const notLooked = (why: string): ParkedGaps => ({
    gaps: [],
    notLookedAt: [`Whether batches are parked in the source bucket: ${why}.`],
  });
  if (!parked) return notLooked('the settings say nothing of it');
  try {
    const { batches, unread } = await waitingBatches(parked, tableName, signal);
    return {
      gaps: batches.map(({ records, fromMs, toMs }) => ({
        fromMs,
        toMs: toMs + RESOLUTIONS.second,
        why: `capture gave up ${counted(records, 'change')}, parked and not applied yet: npx dcs redrive ${tableName}`,
      })),
      notLookedAt:
        unread === 0 ? [] : [`${counted(unread, 'parked batch', 'parked batches')}: npx dcs redrive --dry-run`],
    };
  } catch (error) {
    if (!couldNotLook(error)) throw error;
    return notLooked((error as Error).message);
  }
}

import type { ScanPage } from '../../aws/tableScan';
import type { Pause } from '../pace';

/** Units that a strongly consistent page of 1 MB takes, the most there is. */
const LARGEST_PAGE_UNITS = 256;

/** Reads one page when it is its turn; `maxItems` keeps the page about as small as one second's share. */
export type PacedRead = (
  read: (maxItems: number | undefined) => Promise<ScanPage | 'throttled'>,
  signal: AbortSignal,
) => Promise<ScanPage | 'throttled'>;

/**
 * Holds a scan to so many read capacity units a second, on average, over all its segments. What a page takes is known
 * only afterwards, so each turn reserves what the last page took and settles the difference.
 */
export function readPace(unitsPerSecond: number | undefined, nowMs: () => number, pause: Pause): PacedRead {
  if (unitsPerSecond === undefined) return (read) => read(undefined);
  const msOf = (units: number) => (units * 1_000) / unitsPerSecond;
  let [freeAtMs, expectedUnits] = [nowMs(), Math.min(unitsPerSecond, LARGEST_PAGE_UNITS)];
  // An item takes at least its share of a unit; the first page tells how many fit into one.
  let itemsPerUnit = 1;
  return async (read, signal) => {
    const [startMs, reservedUnits] = [Math.max(freeAtMs, nowMs()), expectedUnits];
    freeAtMs = startMs + msOf(reservedUnits);
    if (startMs > nowMs()) await pause(startMs - nowMs(), signal);
    const page = await read(Math.max(1, Math.floor(unitsPerSecond * itemsPerUnit)));
    const takenUnits = page === 'throttled' ? 0 : page.capacityUnits;
    freeAtMs += msOf(takenUnits - reservedUnits);
    if (page !== 'throttled' && takenUnits > 0) {
      expectedUnits = takenUnits;
      itemsPerUnit = page.items.length / takenUnits;
    }
    return page;
  };
}

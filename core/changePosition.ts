/** Where in a table's history a change stands. Only images of one item are ever compared. */
export type ChangePosition =
  | { readonly source: 'stream'; readonly streamLabel: string; readonly sequenceNumber: string }
  /** Directly above the stream image of this sequence number, which was the newest one when the repair was made. */
  | {
      readonly source: 'repair';
      readonly streamLabel: string;
      readonly sequenceNumber: string;
      readonly readAtMs: number;
    }
  | { readonly source: 'backfill'; readonly readAtMs: number }
  | { readonly source: 'predecessor'; readonly storedAtMs: number };

// A predecessor's image is older than anything this service wrote. A backfill only fills a place that was empty, with
// an item read before or while the stream was captured: whatever the stream says of that item is as new or newer.
const RANK = { predecessor: 0, backfill: 1, stream: 2, repair: 3 } as const;

/**
 * The change order: negative when `a` is the older change, positive when it is the newer one, 0 when both are the same.
 *
 * Stream labels are creation times in ISO 8601 with a fixed number of digits, so their text order is the order of the
 * streams. Within one stream an item's sequence numbers grow; they are numbers of varying length, never compared as text.
 */
export function compareChanges(a: ChangePosition, b: ChangePosition): number {
  if ('streamLabel' in a && 'streamLabel' in b) {
    const order = compareText(a.streamLabel, b.streamLabel) || compareDigits(a.sequenceNumber, b.sequenceNumber);
    if (order !== 0) return order;
  }
  return RANK[a.source] - RANK[b.source] || timeOf(a) - timeOf(b);
}

/** What decides between two of one source and one place. A change has one time, so none is needed. */
function timeOf(position: ChangePosition): number {
  if ('readAtMs' in position) return position.readAtMs;
  return 'storedAtMs' in position ? position.storedAtMs : 0;
}

/**
 * The position of a state that was read from the table at a time when this was the newest image: above that one, and below
 * every later change. So a change that capture or a redrive brings afterwards still wins, and an earlier one still loses.
 *
 * @param newest undefined when there was no image
 * @param readAtMs when the table was read, in epoch milliseconds
 */
export function positionAbove(newest: ChangePosition | undefined, readAtMs: number): ChangePosition {
  if (newest === undefined || newest.source === 'predecessor') return { source: 'backfill', readAtMs };
  // Another machine's clock may be ahead.
  const laterMs = 'readAtMs' in newest ? Math.max(readAtMs, newest.readAtMs + 1) : readAtMs;
  if (newest.source === 'backfill') return { source: 'backfill', readAtMs: laterMs };
  const { streamLabel, sequenceNumber } = newest;
  return { source: 'repair', streamLabel, sequenceNumber, readAtMs: laterMs };
}

/** Compares two non-negative whole numbers given as digits of any length, with or without leading zeros. */
export function compareDigits(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || compareText(left, right);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

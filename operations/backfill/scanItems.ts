import type { TableScanner } from '../../aws/tableScan';
import type { AttributeMap } from '../../core/attributeValue';
import { interleaved } from '../../core/mapInParallel';
import type { Pause } from '../pace';
import { segmentPages } from '../segmentPages';
import type { PacedRead } from './readPace';

/** An item, and when it was known to be so. */
export interface ReadItem {
  readonly item: AttributeMap;
  /** Epoch milliseconds, not earlier than the read itself. */
  readonly readAtMs: number;
  /** Where it stands, for people, where it is not told by its keys alone. */
  readonly place?: string;
}

/** What should be an item and cannot be read as one. */
export interface UnreadableItem {
  /** With where it stands. */
  readonly unreadable: string;
}

export interface ScanRequest {
  readonly scanner: TableScanner;
  readonly segments: number;
  readonly paced: PacedRead;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly pause: Pause;
  /** Told of each page, with the read capacity units that it took, and of each time that DynamoDB was throttling. */
  readonly onPage?: (capacityUnits: number) => void;
  readonly onThrottled?: () => void;
}

/**
 * Every item of a table, page by page, all segments side by side. Memory: two pages of at most 1 MB for each segment.
 *
 * The reads are strongly consistent, at twice the price. An eventually consistent one may show an item as it was before
 * a change that the stream never showed, because it was made before the stream was enabled, or an item whose delete it
 * never showed. No later image would correct that.
 */
export function scanItems(request: ScanRequest): AsyncGenerator<ReadItem[]> {
  return interleaved(Array.from({ length: request.segments }, (_, number) => segmentItems(request, number)));
}

async function* segmentItems(request: ScanRequest, number: number): AsyncGenerator<ReadItem[]> {
  const { scanner, segments, paced, signal, nowMs, pause, onPage, onThrottled } = request;
  const segment = { number, of: segments };
  const read = (after?: AttributeMap) =>
    paced((maxItems) => scanner.page(segment, { after, maxItems, signal }), signal);
  for await (const page of segmentPages({ read, signal, pause, onThrottled })) {
    // After the read: a later change has a later time, or a place after every backfill in change order.
    const readAtMs = nowMs();
    onPage?.(page.capacityUnits);
    yield page.items.map((item) => ({ item, readAtMs }));
  }
}

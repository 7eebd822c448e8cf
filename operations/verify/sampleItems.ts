import type { TableScanner } from '../../aws/tableScan';
import type { AttributeMap } from '../../core/attributeValue';
import { inParallel } from '../../core/inParallel';
import { Reservoir } from '../../core/reservoir';
import type { Pause } from '../pace';
import { segmentPages } from '../segmentPages';

/** Items drawn at random, and from where. */
export interface Sample {
  readonly items: readonly AttributeMap[];
  /** Parts of the table's hash space that were read, and how many there are. */
  readonly segments: number;
  readonly ofSegments: number;
}

export interface SampleRequest {
  readonly scanner: TableScanner;
  readonly size: number;
  /** As DescribeTable tells it, up to six hours old. */
  readonly itemCount: number;
  readonly signal: AbortSignal;
  readonly pause: Pause;
  /** From 0 up to but not including 1. */
  readonly random?: () => number;
}

/** DynamoDB's limit of TotalSegments. */
const MOST_SEGMENTS = 1_000_000;
const ITEMS_IN_SEGMENT = 4;
const READS = 8;

/**
 * Draws items without reading the table: it is cut into so many segments of its hash space that each holds about four
 * items, and random ones are read until there are enough. Every partition has the same chance; the items of one partition
 * key come together. A table not much larger than the sample is read whole.
 */
export async function sampleItems(request: SampleRequest): Promise<Sample> {
  const { size, itemCount, signal, random = Math.random } = request;
  const ofSegments = Math.max(1, Math.min(MOST_SEGMENTS, Math.floor(itemCount / ITEMS_IN_SEGMENT)));
  const reservoir = new Reservoir<AttributeMap>(size, random);
  let segments = 0;
  await inParallel(drawn(ofSegments, random), READS, async (number) => {
    if (reservoir.offered >= size) return;
    signal.throwIfAborted();
    segments += 1;
    await readSegment(request, { number, of: ofSegments }, (item) => reservoir.offer(item));
  });
  return { items: reservoir.drawn, segments, ofSegments };
}

/** All numbers below `count`, each once, in random order, without a list of them: Fisher and Yates with a sparse array. */
function* drawn(count: number, random: () => number): Generator<number> {
  const moved = new Map<number, number>();
  for (let left = count; left > 0; left--) {
    const at = Math.floor(random() * left);
    yield moved.get(at) ?? at;
    moved.set(at, moved.get(left - 1) ?? left - 1);
    moved.delete(left - 1);
  }
}

/** A segment holds a few items, or the whole of a table whose size is not known. */
async function readSegment(
  { scanner, signal, pause }: SampleRequest,
  segment: { number: number; of: number },
  offer: (item: AttributeMap) => void,
): Promise<void> {
  const read = (after?: AttributeMap) => scanner.page(segment, { after, signal });
  for await (const page of segmentPages({ read, signal, pause })) page.items.forEach(offer);
}

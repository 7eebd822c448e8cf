import { HistoryGrouping, type ListingMarker, type ObjectHistory, type VersionLister } from '../../aws/objectVersions';
import { compareKeys, middleOf } from '../../core/keyRanges';
import { mapInOrder } from '../../core/mapInParallel';
import { isImageKey, tablePrefix } from '../../core/objectKey';
import { flattened } from '../../core/steps';
import { ReadGuard } from '../guards';
import type { StateRequest } from '../images/stateOfObject';
import { stateUnlessArchived } from '../images/stateUnlessArchived';
import type { FoldedState, KeyRange, RangePart, RangeSource } from './rangeSource';

export interface ImageRangesRequest extends Omit<StateRequest, 'whenArchived' | 'onNotCurrent'> {
  readonly lister: VersionLister;
  /** Images read at a time, which is what a part of a range has. */
  readonly parallelism?: number;
}

const READS = 96;

/** The images of a table in a bucket, in the order of their object keys, as they were at a moment. */
export function imageRanges(request: ImageRangesRequest): RangeSource {
  return {
    name: request.source.name,
    divide: (range, most, signal) => divided(request, range, most, signal),
    states: (range, signal) => statesOf(request, historiesIn(request, range, signal)),
    statesOf: (objectKeys, range) =>
      statesOf(
        request,
        objectKeys.filter((objectKey) => isIn(range, objectKey)),
      ),
    histories: (objectKeys) => historiesOf(request, objectKeys),
  };
}

/** Breadth first, so that ranges become shorter evenly; a range in which nothing can be cut stays as it is. */
async function divided(
  request: ImageRangesRequest,
  whole: KeyRange,
  most: number,
  signal: AbortSignal | undefined,
): Promise<KeyRange[]> {
  const [open, short]: [KeyRange[], KeyRange[]] = [[whole], []];
  while (open.length > 0 && open.length + short.length < most) {
    signal?.throwIfAborted();
    const wave = open.splice(0, most - open.length - short.length);
    const halves = await Promise.all(wave.slice(0, CUTS).map((range) => halved(request, range, signal)));
    for (const parts of halves) (parts.length === 1 ? short : open).push(...parts);
    open.unshift(...wave.slice(CUTS));
  }
  return [...open, ...short].sort((a, b) => compareKeys(a.after, b.after));
}

/** Ranges that are cut at a time: each takes two requests and more. */
const CUTS = 16;

/**
 * A range in two, cut at an object that is there: an emulator may leave one out where a listing starts between two. Where
 * nothing lies beyond the middle, it is looked for nearer by.
 */
async function halved(
  { lister, table }: ImageRangesRequest,
  range: KeyRange,
  signal: AbortSignal | undefined,
): Promise<KeyRange[]> {
  const prefix = tablePrefix(table);
  const after = range.after === '' ? undefined : { objectKey: range.after };
  const { versions, next } = await lister.page(prefix, { after, signal });
  const first = versions[0]?.objectKey;
  // What one page shows is not worth a worker of its own.
  if (first === undefined || !isIn(range, first) || !next || !isIn(range, next.objectKey)) return [range];
  let { upTo } = range;
  for (;;) {
    const middle = middleOf({ after: first, upTo }, prefix);
    if (middle === undefined) return [range];
    const found = await firstAfter(lister, prefix, middle, signal);
    const isWithin = found !== undefined && (range.upTo === undefined || compareKeys(found, range.upTo) < 0);
    if (isWithin) {
      return [
        { after: range.after, upTo: found },
        { after: found, ...(range.upTo !== undefined && { upTo: range.upTo }) },
      ];
    }
    upTo = middle;
  }
}

async function firstAfter(
  lister: VersionLister,
  prefix: string,
  after: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { versions, deleteMarkers = [] } = await lister.page(prefix, {
    ...(after !== '' && { after: { objectKey: after } }),
    ...{ maxKeys: 1, signal },
  });
  return (versions[0] ?? deleteMarkers[0])?.objectKey;
}

/** Every object of an item in a range, with the next page on its way while one is taken. */
function historiesIn(
  { lister, table }: ImageRangesRequest,
  range: KeyRange,
  signal: AbortSignal | undefined,
): AsyncIterable<ObjectHistory> {
  return flattened(historyPages(lister, tablePrefix(table), range, signal));
}

async function* historyPages(
  lister: VersionLister,
  prefix: string,
  range: KeyRange,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectHistory[]> {
  const grouping = new HistoryGrouping();
  const isOfItem = ({ objectKey }: ObjectHistory) => isImageKey(objectKey) && isIn(range, objectKey);
  const pageAfter = (after: ListingMarker | undefined) => {
    const page = lister.page(prefix, { after, signal });
    page.catch(() => undefined); // thrown when its turn has come
    return page;
  };
  let listing: ReturnType<typeof pageAfter> | undefined = pageAfter(
    range.after === '' ? undefined : { objectKey: range.after },
  );
  while (listing) {
    const page: Awaited<typeof listing> = await listing;
    listing = page.next && isIn(range, page.next.objectKey) ? pageAfter(page.next) : undefined;
    yield grouping.add(page).filter(isOfItem);
  }
  yield grouping.rest().filter(isOfItem);
}

async function* historiesOf(
  { source, parallelism = READS }: ImageRangesRequest,
  objectKeys: ReadonlySet<string>,
): AsyncGenerator<ObjectHistory> {
  const found = mapInOrder(asyncOf<string, string>(objectKeys), parallelism, (key) => source.history(key));
  for await (const history of found) if (history) yield history;
}

async function* statesOf(
  request: ImageRangesRequest,
  objects: Iterable<string> | AsyncIterable<ObjectHistory>,
): AsyncGenerator<RangePart> {
  const { parallelism = READS } = request;
  const guard = new ReadGuard();
  let [states, upTo]: [FoldedState[], string] = [[], ''];
  for await (const { at, state } of mapInOrder(asyncOf(objects), parallelism, stateOf(request))) {
    if (state.is !== 'archived') guard.checked(state);
    states.push(state);
    upTo = at;
    if (states.length < parallelism) continue;
    yield { states, upTo };
    states = [];
  }
  if (states.length > 0) yield { states, upTo };
}

function stateOf(request: ImageRangesRequest) {
  return async (object: string | ObjectHistory) => {
    const at = typeof object === 'string' ? object : object.objectKey;
    const history = typeof object === 'string' ? await request.source.history(object) : object;
    return { at, state: await stateUnlessArchived(request, history ?? { objectKey: at, versions: [] }) };
  };
}

async function* asyncOf<A, B>(values: Iterable<A> | AsyncIterable<B>): AsyncGenerator<A | B> {
  yield* values;
}

function isIn({ after, upTo }: KeyRange, objectKey: string): boolean {
  return compareKeys(objectKey, after) > 0 && (upTo === undefined || compareKeys(objectKey, upTo) <= 0);
}

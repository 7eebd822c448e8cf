import { hashOf, storedAtOf, withoutStoredAt } from '../../core/journal/hashOrder';
import type { SortedItem } from './runs/itemsOfRun';

/** What several streams have of one item; undefined where one has nothing of it. */
export interface Joined {
  readonly hash: string;
  readonly objectKey: string;
  readonly from: readonly (SortedItem | undefined)[];
}

/** Goes through streams in hash order side by side. Of each no more than an item is held. */
export async function* sideBySide(streams: readonly AsyncIterable<SortedItem>[]): AsyncGenerator<Joined> {
  const iterators = streams.map((stream) => stream[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(iterators.map(nextOf));
    for (let first = leastOf(heads); first; first = leastOf(heads)) {
      const { hash, objectKey } = first;
      const from = heads.map((head) => (head?.hash === hash && head.objectKey === objectKey ? head : undefined));
      yield { hash, objectKey, from };
      for (const [i, iterator] of iterators.entries()) if (from[i]) heads[i] = await nextOf(iterator);
    }
  } finally {
    for (const iterator of iterators) await iterator.return?.();
  }
}

async function nextOf(iterator: AsyncIterator<SortedItem>): Promise<SortedItem | undefined> {
  const next = await iterator.next();
  return next.done ? undefined : next.value;
}

function leastOf(heads: readonly (SortedItem | undefined)[]): SortedItem | undefined {
  let least: SortedItem | undefined;
  for (const head of heads) if (head && (!least || compare(head, least) < 0)) least = head;
  return least;
}

function compare(a: SortedItem, b: SortedItem): number {
  if (a.hash !== b.hash) return a.hash < b.hash ? -1 : 1;
  return a.objectKey < b.objectKey ? -1 : a.objectKey > b.objectKey ? 1 : 0;
}

/** What a spool has, in hash order: its parts are those of the hashes' beginnings. */
export async function* inHashOrder(
  parts: AsyncIterable<ReadonlyMap<string, readonly string[]>>,
  afterHash = '',
): AsyncGenerator<SortedItem> {
  for await (const part of parts) {
    const items = [...part].map(([objectKey, lines]) => ({ hash: hashOf(objectKey), objectKey, lines }));
    for (const item of items.sort(compare)) if (item.hash > afterHash) yield item;
  }
}

/**
 * The lines of one item in several places. What is in two of them, for having been folded meanwhile or been stored twice, counts once, as
 * it was stored first: whoever passes over what came later must find it.
 */
export function withoutCopies(places: readonly (readonly string[] | undefined)[]): readonly string[] {
  const [first, ...others] = places.flatMap((lines) => (lines && lines.length > 0 ? [lines] : []));
  if (!first || others.length === 0) return first ?? [];
  const distinct = new Map<string, string>();
  for (const line of [first, ...others].flat()) {
    const change = withoutStoredAt(line);
    const known = distinct.get(change);
    if (known === undefined || storedAtOf(line) < storedAtOf(known)) distinct.set(change, line);
  }
  return [...distinct.values()];
}

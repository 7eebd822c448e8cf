import { hashOf, storedAtOf, withoutStoredAt } from '../../core/journal/hashOrder';
import { flattened, stepsOf } from '../../core/steps';
import type { SortedItem } from './runs/itemsOfRun';

/** What several streams have of one item; undefined where one has nothing of it. */
export interface Joined {
  readonly hash: string;
  readonly objectKey: string;
  readonly from: readonly (SortedItem | undefined)[];
}

/** What is made of a page is held as well. */
const PAGE_ITEMS = 256;

/**
 * Goes through streams in hash order side by side, as many items at a time as are there without waiting. Of each stream no more than
 * what it has at hand is held.
 */
export async function* joinedPages(streams: readonly AsyncIterable<SortedItem>[]): AsyncGenerator<Joined[]> {
  const all = streams.map(stepsOf);
  try {
    const heads = (await Promise.all(all.map(async (steps) => steps.next()))).map(itemOf);
    let page: Joined[] = [];
    for (let first = leastOf(heads); first; first = leastOf(heads)) {
      const { hash, objectKey } = first;
      const from = heads.map((head) => (head?.hash === hash && head.objectKey === objectKey ? head : undefined));
      page.push({ hash, objectKey, from });
      if (page.length >= PAGE_ITEMS) {
        yield page;
        page = [];
      }
      for (const [i, steps] of all.entries()) {
        if (!from[i]) continue;
        let step = steps.next();
        if (step instanceof Promise) {
          step.catch(() => undefined); // thrown below, when what came before it has been taken
          if (page.length > 0) yield page;
          page = [];
          step = await step;
        }
        heads[i] = itemOf(step);
      }
    }
    if (page.length > 0) yield page;
  } finally {
    for (const steps of all) await steps.return?.();
  }
}

function itemOf(step: IteratorResult<SortedItem, undefined>): SortedItem | undefined {
  return step.done ? undefined : step.value;
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

/** What one stream has of an item of which all others have nothing; undefined where several have it. */
export function onlyOne(from: Joined['from']): SortedItem | undefined {
  let only: SortedItem | undefined;
  for (const one of from) {
    if (one && only) return undefined;
    only ??= one;
  }
  return only;
}

/** What a spool has, in hash order: its parts are those of the hashes' beginnings. */
export function inHashOrder(
  parts: AsyncIterable<ReadonlyMap<string, readonly string[]>>,
  afterHash = '',
): AsyncIterable<SortedItem> {
  return flattened(sortedParts(parts, afterHash));
}

async function* sortedParts(parts: AsyncIterable<ReadonlyMap<string, readonly string[]>>, afterHash: string) {
  for await (const part of parts) {
    const items = [...part].map(([objectKey, lines]) => ({ hash: hashOf(objectKey), objectKey, lines }));
    yield items.filter(({ hash }) => hash > afterHash).sort(compare);
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

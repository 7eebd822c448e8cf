import { Channel } from './channel';
import { inParallel } from './inParallel';

/**
 * The results of `work` for every item, as they come, with at most `limit` at a time and as many waiting to be taken.
 * Throws the first error once what had been started has ended. Leaving the loop ends `items` as well.
 */
export function mapInParallel<Item, Result>(
  items: AsyncIterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const channel = new Channel<Result>(limit);
  return resultsOf(items, limit, channel, async (item) => channel.send(await work(item)));
}

/** The same in batches of `size`, the last with what is left: to hand on results one by one costs more than many a work. */
export function batchesInParallel<Item, Result>(
  items: AsyncIterable<Item>,
  limit: number,
  size: number,
  work: (item: Item) => Promise<Result> | Result,
): AsyncGenerator<Result[]> {
  const channel = new Channel<Result[]>(2);
  const results: Result[] = [];
  let handing: Promise<boolean> | undefined;
  // Until less than a batch is left: of one batch for each round of all workers, most results would be left.
  const handAll = async () => {
    try {
      while (results.length >= size) if (!(await channel.send(results.splice(0, size)))) return false;
      return true;
    } finally {
      handing = undefined;
    }
  };
  const note = (result: Result) => {
    results.push(result);
    // While a batch waits to be taken, all wait.
    return handing ?? (results.length < size || (handing = handAll()));
  };
  return resultsOf(
    items,
    limit,
    channel,
    (item) => {
      const result = work(item);
      return result instanceof Promise ? result.then(note) : note(result);
    },
    async () => {
      if (results.length > 0) await channel.send(results.splice(0));
    },
  );
}

/** @param handOn does the work for an item, and says whether more is wanted */
async function* resultsOf<Item, Result>(
  items: AsyncIterable<Item>,
  limit: number,
  channel: Channel<Result>,
  handOn: (item: Item) => Promise<boolean> | boolean,
  handOnRest?: () => Promise<void>,
): AsyncGenerator<Result> {
  const iterator = items[Symbol.asyncIterator]();
  const ended = inParallel({ [Symbol.asyncIterator]: () => iterator }, limit, (item) => {
    const isMoreWanted = handOn(item);
    if (isMoreWanted instanceof Promise) return isMoreWanted.then(requireWanted);
    requireWanted(isMoreWanted);
    return undefined;
  })
    .then(handOnRest)
    .then(
      () => channel.end(),
      (error: unknown) => channel.end(error),
    );
  try {
    yield* channel;
  } finally {
    await iterator.return?.();
    await ended;
  }
}

function requireWanted(isMoreWanted: boolean): void {
  if (!isMoreWanted) throw new NothingWantedError();
}

/** Ends the workers of a loop that was left. Never seen outside: its consumer has gone. */
class NothingWantedError extends Error {}

/** Groups of up to `size`, in order. */
export async function* inBatches<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The same of what comes in groups of any size. */
export async function* inBatchesOf<Item>(
  size: number,
  groups: AsyncIterable<readonly Item[]>,
): AsyncGenerator<readonly Item[]> {
  let batch: readonly Item[] = [];
  for await (const group of groups) {
    batch = batch.length === 0 ? group : [...batch, ...group];
    for (; batch.length >= size; batch = batch.slice(size)) yield batch.slice(0, size);
  }
  if (batch.length > 0) yield batch;
}

/** The values of several sources, as they come, with at most one waiting of each. */
export async function* interleaved<Value>(sources: readonly AsyncIterable<Value>[]): AsyncGenerator<Value> {
  const channel = new Channel<Value>(1);
  const ended = inParallel(sources, sources.length, async (source) => {
    for await (const value of source) if (!(await channel.send(value))) return;
  }).then(
    () => channel.end(),
    (error: unknown) => channel.end(error),
  );
  try {
    yield* channel;
  } finally {
    await ended;
  }
}

/** The results of `work` in the order of the items, with up to `limit` at a time. Throws the first error in that order. */
export async function* mapInOrder<Item, Result>(
  items: AsyncIterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const started: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      result.catch(() => undefined); // thrown below, when its turn has come
      started.push(result);
      const [first] = started;
      if (!first || started.length < limit) continue;
      void started.shift();
      yield await first;
    }
    for (const result of started) yield await result;
  } finally {
    await Promise.allSettled(started);
  }
}

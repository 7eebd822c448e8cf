import { Channel } from './channel';
import { inParallel } from './inParallel';

/**
 * The results of `work` for every item, as they come, with at most `limit` at a time and as many waiting to be taken.
 * Throws the first error once what had been started has ended. Leaving the loop ends `items` as well.
 */
export async function* mapInParallel<Item, Result>(
  items: AsyncIterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const iterator = items[Symbol.asyncIterator]();
  const channel = new Channel<Result>(limit);
  const ended = inParallel({ [Symbol.asyncIterator]: () => iterator }, limit, async (item) => {
    if (!(await channel.send(await work(item)))) throw new NothingWantedError();
  }).then(
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

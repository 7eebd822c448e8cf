/**
 * Does `work` for every item with at most `limit` at a time. Rejects with the first error, once everything that had
 * been started has ended; nothing is started after an error.
 */
export async function inParallel<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const errors: unknown[] = [];
  const worker = async () => {
    while (errors.length === 0) {
      const next = await iterator.next();
      if (next.done) return;
      await work(next.value);
    }
  };
  await Promise.all(Array.from({ length: limit }, () => worker().catch((error: unknown) => void errors.push(error))));
  if (errors.length > 0) throw errors[0];
}

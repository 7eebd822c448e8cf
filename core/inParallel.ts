import { stepsOf } from './steps';

/**
 * Does `work` for every item with at most `limit` at a time. Rejects with the first error, once all work that had been
 * started has ended; nothing is started after an error, and nobody waits for further items: `items` is closed. What is done at once is not
 * waited for.
 */
export async function inParallel<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  limit: number,
  work: (item: Item) => Promise<void> | void,
): Promise<void> {
  const steps = stepsOf(items);
  const errors: unknown[] = [];
  const hasFailed = () => errors.length > 0;
  let working = 0;
  let nothingLeft: () => void;
  const stopped = new Promise<void>((resolve) => (nothingLeft = resolve));
  const fail = (error: unknown) => {
    errors.push(error);
    if (working === 0) nothingLeft();
  };
  const worker = async () => {
    while (!hasFailed()) {
      const step = steps.next();
      const next = step instanceof Promise ? await step : step;
      if (next.done || hasFailed()) return;
      working += 1;
      try {
        const ended = work(next.value);
        if (ended) await ended;
      } finally {
        working -= 1;
      }
    }
    if (working === 0) nothingLeft();
  };
  const most = Array.isArray(items) ? Math.min(limit, items.length) : limit;
  const workers = Array.from({ length: most }, () => worker().catch(fail));
  await Promise.race([Promise.all(workers), stopped]);
  if (!hasFailed()) return;
  // Not awaited: it takes effect when the item that is on its way has come.
  Promise.resolve(steps.return?.()).catch(() => undefined);
  throw errors[0];
}

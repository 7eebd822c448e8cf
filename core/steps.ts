/** What an iterator answers to `next`: at once, where it can. To wait for what is there already costs more than most work does. */
export type Step<Item> = IteratorResult<Item, undefined> | Promise<IteratorResult<Item, undefined>>;

/** An iterator of which several may ask at a time. */
export interface Steps<Item> {
  next(): Step<Item>;
  /** No more is wanted. */
  return?(): unknown;
}

/** The steps of whatever can be gone through: of what is made here, those that are there are answered at once. */
export function stepsOf<Item>(items: Iterable<Item> | AsyncIterable<Item>): Steps<Item> {
  return Symbol.asyncIterator in items
    ? (items[Symbol.asyncIterator]() as Steps<Item>)
    : (items[Symbol.iterator]() as Steps<Item>);
}

/** One by one what comes page by page. */
export function flattened<Item>(pages: AsyncIterable<readonly Item[]>): AsyncIterable<Item> {
  return { [Symbol.asyncIterator]: () => new Flattened(pages) as AsyncIterator<Item> & Flattened<Item> };
}

class Flattened<Item> implements Steps<Item> {
  private readonly pages: AsyncIterator<readonly Item[]>;
  private page: readonly Item[] = [];
  private at = 0;
  private isOver = false;
  private loading?: Promise<void>;

  constructor(pages: AsyncIterable<readonly Item[]>) {
    this.pages = pages[Symbol.asyncIterator]();
  }

  next(): Step<Item> {
    if (this.at < this.page.length) return { done: false, value: this.page[this.at++] as Item };
    if (this.isOver) return { done: true, value: undefined };
    this.loading ??= this.load();
    return this.loading.then(() => this.next());
  }

  async return(): Promise<IteratorResult<Item, undefined>> {
    this.page = [];
    this.isOver = true;
    await this.pages.return?.();
    return { done: true, value: undefined };
  }

  private async load(): Promise<void> {
    try {
      const page = await this.pages.next();
      if (page.done) this.isOver = true;
      else if (!this.isOver) [this.page, this.at] = [page.value, 0];
    } finally {
      this.loading = undefined;
    }
  }
}

/** Those for which it holds, of several sources one after the other. */
export function chosenOf<Item>(
  sources: readonly (() => AsyncIterable<Item>)[],
  isChosen: (item: Item) => boolean,
): AsyncIterable<Item> {
  return flattened(chosenPages(sources, isChosen));
}

/** As many at a time as are there without waiting. */
export function pagesOf<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item[]> {
  return chosenPages([() => items], () => true);
}

async function* chosenPages<Item>(
  sources: readonly (() => AsyncIterable<Item>)[],
  isChosen: (item: Item) => boolean,
): AsyncGenerator<Item[]> {
  for (const source of sources) {
    const steps = stepsOf(source());
    let page: Item[] = [];
    try {
      for (;;) {
        let step = steps.next();
        if (step instanceof Promise) {
          step.catch(() => undefined); // thrown below, when what came before it has been taken
          if (page.length > 0) yield page;
          page = [];
          step = await step;
        }
        if (step.done) break;
        if (isChosen(step.value)) page.push(step.value);
      }
      if (page.length > 0) yield page;
    } finally {
      await steps.return?.();
    }
  }
}

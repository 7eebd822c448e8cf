import fc from 'fast-check';
import { inParallel } from '../../core/inParallel';
import { chosenOf, flattened, stepsOf } from '../../core/steps';

async function* from<Item>(items: readonly Item[], onClose?: () => void): AsyncGenerator<Item> {
  try {
    for (const item of items) yield await Promise.resolve(item);
  } finally {
    onClose?.();
  }
}
async function forEach<Item>(items: AsyncIterable<Item>, visit: (item: Item) => unknown): Promise<void> {
  for await (const item of items) await visit(item);
}
async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
const pages = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { maxLength: 6 });

describe('what comes page by page, one by one', () => {
  test('law: it is the pages in their order, whoever goes through it', async () => {
    await fc.assert(
      fc.asyncProperty(pages, async (list) => {
        const seen: number[] = [];
        await forEach(flattened(from(list)), (item) => void seen.push(item));
        expect(seen).toEqual(list.flat());
        expect(await all(flattened(from(list)))).toEqual(list.flat());
      }),
    );
  });

  test('law: however many ask at a time, each item is given once', async () => {
    await fc.assert(
      fc.asyncProperty(pages, fc.integer({ min: 1, max: 6 }), async (list, askers) => {
        const numbered = list.map((page, i) => page.map((_, j) => `${i}.${j}`));
        const seen: string[] = [];
        await inParallel(flattened(from(numbered)), askers, async (item) => {
          seen.push(item);
          await Promise.resolve();
        });
        expect(seen.sort()).toEqual(numbered.flat().sort());
      }),
    );
  });

  test('what is there is given at once', async () => {
    const steps = stepsOf(flattened(from([[1, 2]])));
    expect(await steps.next()).toEqual({ done: false, value: 1 });
    expect(steps.next()).toEqual({ done: false, value: 2 });
  });

  test('an error of a page comes out, once all before it were given', async () => {
    async function* failing(): AsyncGenerator<number[]> {
      yield await Promise.resolve([1, 2]);
      throw new Error('no more pages');
    }
    const seen: number[] = [];
    await expect(forEach(flattened(failing()), (item) => void seen.push(item))).rejects.toThrow('no more pages');
    expect(seen).toEqual([1, 2]);
    seen.length = 0;
    const chosen = chosenOf([() => flattened(failing())], () => true);
    await expect(forEach(chosen, (item) => void seen.push(item))).rejects.toThrow('no more pages');
    expect(seen).toEqual([1, 2]);
  });

  test.each([
    ['a visit fails', (items: AsyncIterable<number>) => forEach(items, () => Promise.reject(new Error('enough')))],
    [
      'a visit throws',
      (items: AsyncIterable<number>) =>
        forEach(items, () => {
          throw new Error('enough');
        }),
    ],
    [
      'a worker fails',
      (items: AsyncIterable<number>) => inParallel(items, 2, () => Promise.reject(new Error('enough'))),
    ],
  ])('the pages are closed when %s', async (_, go) => {
    let closed = 0;
    await expect(go(flattened(from([[1], [2], [3]], () => (closed += 1))))).rejects.toThrow('enough');
    await expect(
      go(chosenOf([() => flattened(from([[1], [2], [3]], () => (closed += 1)))], () => true)),
    ).rejects.toThrow('enough');
    expect(closed).toBe(2);
  });

  test('law: what is chosen of several sources is what each has of it, in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pages, { maxLength: 3 }), async (sources) => {
        const isEven = (n: number) => n % 2 === 0;
        const listed = sources.map((list) => () => flattened(from(list)));
        expect(await all(chosenOf(listed, isEven))).toEqual(sources.flat(2).filter(isEven));
        const oneByOne = sources.map((list) => () => from(list.flat()));
        expect(await all(chosenOf(oneByOne, isEven))).toEqual(sources.flat(2).filter(isEven));
      }),
    );
  });
});

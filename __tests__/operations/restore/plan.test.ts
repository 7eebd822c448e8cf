import { flattened } from '../../../core/steps';
import type { AttributeMap } from '../../../core/attributeValue';
import { encodeImage, itemDigest, NO_ITEM, type StoredImage } from '../../../core/image';
import {
  historiesOf,
  isOfSomebodyElse,
  planDeletes,
  planItems,
  type Action,
  type PlanRequest,
} from '../../../operations/restore/plan';
import { MemoryBucket } from '../../support/memoryBucket';
import { MemoryTable } from '../../support/memoryTable';

const HOUR_MS = 3_600_000;
const keySchema = { partitionKey: 'id' };
const table = { prefix: '', tableName: 'users', keySchema };
const keyOf = (id: string) => `users/${id}/image.json`;
const itemOf = (id: string, value = 1): AttributeMap => ({ id: { S: id }, value: { N: String(value) } });

const image = (n: number, changedAtMs: number, item?: AttributeMap, label = 'L'): StoredImage =>
  encodeImage(
    {
      event: item ? 'INSERT' : 'REMOVE',
      position: { source: 'stream', streamLabel: label, sequenceNumber: String(n) },
      changedAtMs,
      previousDigest: item ? NO_ITEM : 'f'.repeat(64),
    },
    item,
  );

/** One item that is there, one that was deleted, and what is no image. */
function bucketWith(): MemoryBucket {
  const bucket = new MemoryBucket();
  bucket.store(keyOf('here'), image(1, 0, itemOf('here')), 1_000);
  bucket.store(keyOf('gone'), image(1, 0, itemOf('gone')), 1_000);
  bucket.store(keyOf('gone'), image(2, 2_000), 3_000);
  bucket.store('users/table.json', { body: '{}', metadata: {} }, 1_000);
  return bucket;
}

const request = (rest: Partial<PlanRequest> = {}): PlanRequest => ({
  ...{ source: bucketWith(), table, momentMs: Infinity, mode: 'merge' },
  target: new MemoryTable(keySchema, []),
  ...rest,
});
async function* keysOf(...ids: string[]): AsyncGenerator<AttributeMap> {
  for (const id of ids) yield await Promise.resolve({ id: { S: id } });
}
async function all<One>(list: AsyncIterable<One>): Promise<One[]> {
  const found: One[] = [];
  for await (const one of list) found.push(one);
  return found;
}
const planned = async (rest: Partial<PlanRequest>) =>
  (await all(flattened(planItems(request(rest))))).sort((a, b) => (a.objectKey < b.objectKey ? -1 : 1));
const words = (actions: Action[]) => actions.map(({ do: what, objectKey }) => `${what} ${objectKey.split('/')[1]!}`);
const stopped = AbortSignal.abort(new Error('stop'));

describe('what is to be done about each item', () => {
  test.each<[PlanRequest['mode'], AttributeMap[], string[]]>([
    ['fill', [], ['nothing gone', 'put here']],
    ['merge', [], ['nothing gone', 'put here']],
    ['merge', [itemOf('here')], ['nothing gone', 'equal here']],
    ['merge', [itemOf('here', 2), itemOf('gone')], ['nothing gone', 'change here']],
    ['mirror', [itemOf('here', 2), itemOf('gone')], ['nothing gone', 'change here']],
  ])('%s into %j', async (mode, items, actions) => {
    expect(words(await planned({ mode, target: new MemoryTable(keySchema, items) }))).toEqual(actions);
  });

  test('a put says what, and by which digest it is known again', async () => {
    const [, put] = await planned({});
    expect({ ...put }).toStrictEqual({
      do: 'put',
      objectKey: keyOf('here'),
      item: itemOf('here'),
      digest: itemDigest(itemOf('here')),
    });
  });

  test('to fill a table nothing is read of it, and where nothing is wanted DynamoDB is not asked for nothing', async () => {
    const target = new MemoryTable(keySchema, []);
    target.getBatch = () => Promise.reject(new Error('it asked'));
    expect(await planned({ mode: 'fill', target })).toHaveLength(2);
    const source = new MemoryBucket();
    source.store(keyOf('gone'), image(2, 2_000), 3_000);
    expect(words(await planned({ source, target }))).toEqual(['nothing gone']);
  });

  test.each<[PlanRequest['mode'], string[]]>([
    ['merge', ['equal here', 'nothing gone', 'unknown never']],
    ['mirror', ['delete gone', 'equal here', 'unknown never']],
  ])('of some keys, %s', async (mode, actions) => {
    const target = new MemoryTable(
      keySchema,
      ['here', 'gone', 'never'].map((id) => itemOf(id)),
    );
    const found = await all(flattened(planItems(request({ mode, target, keys: keysOf('here', 'gone', 'never') }))));
    expect(words(found).sort()).toEqual(actions);
    expect(found.find(({ do: what }) => what === 'unknown')).toMatchObject({
      reason: 's3://memory has no image of it',
    });
    expect(found.find(({ do: what }) => what === 'delete') ?? { keys: { id: { S: 'gone' } } }).toMatchObject({
      keys: { id: { S: 'gone' } },
    });
  });

  test.each<[string, PlanRequest['selection'], string[], string[]]>([
    ['a beginning of keys', { keyPrefix: 'he' }, ['put here'], ['heir']],
    ['another beginning', { keyPrefix: 'g' }, ['nothing gone'], ['gone']],
    ['what an item is', { matches: ({ after }) => after?.id !== undefined && 'x' in after }, ['nothing gone'], []],
  ])('of %s, and a mirror deletes within it alone', async (_, selection, actions, deleted) => {
    expect(words(await planned({ selection }))).toEqual(actions);
    const target = new MemoryTable(
      keySchema,
      ['heir', 'gone', 'other'].map((id) => itemOf(id)),
    );
    if (selection?.matches) return;
    const found = await all(flattened(planDeletes(request({ target, selection }), new Set())));
    expect(words(found)).toEqual(deleted.map((id) => `delete ${id}`));
  });

  test('an image dated in the future is told with what is done', async () => {
    const source = new MemoryBucket();
    source.store(keyOf('here'), image(1, 9 * HOUR_MS, itemOf('here')), 1_000);
    for (const mode of ['fill', 'merge'] as const) {
      expect(await planned({ source, mode })).toMatchObject([
        { do: 'put', ahead: expect.stringContaining('1970-01-01T09:00:00Z') as string },
      ]);
    }
  });

  test('it ends when it is told to, whatever is asked for', async () => {
    const target = new MemoryTable(keySchema, [itemOf('here')]);
    await expect(planned({ signal: stopped })).rejects.toThrow('stop');
    await expect(planned({ signal: stopped, keys: keysOf('here') })).rejects.toThrow('stop');
    await expect(all(flattened(planDeletes(request({ signal: stopped, target }), new Set())))).rejects.toThrow('stop');
  });

  test('what nobody mentioned is deleted by a mirror', async () => {
    const target = new MemoryTable(keySchema, [itemOf('here'), itemOf('other')]);
    const found = await all(flattened(planDeletes(request({ target }), new Set([keyOf('here')]))));
    const [now, keys] = [itemOf('other'), { id: { S: 'other' } }];
    expect(found).toEqual([{ do: 'delete', objectKey: keyOf('other'), keys, now, isChangedLater: true }]);
  });
});

test('the objects of a request are those of its keys, where there are any', async () => {
  const names = async (rest: Partial<PlanRequest>) =>
    (await all(historiesOf(request(rest)))).map(({ objectKey }) => objectKey).sort();
  expect(await names({})).toEqual([keyOf('gone'), keyOf('here')]);
  expect(await names({ keys: keysOf('here', 'never') })).toEqual([keyOf('here')]);
});

describe('an item of which a former table of the name alone has images', () => {
  const createdAtMs = Date.UTC(2026, 0, 5);
  const source = new MemoryBucket();
  source.store(
    keyOf('former'),
    image(1, createdAtMs - HOUR_MS, itemOf('former'), '2026-01-01T00:00:00.000'),
    createdAtMs - HOUR_MS,
  );

  test.each<[PlanRequest['mode'], AttributeMap[], string]>([
    ['fill', [], 'nothing former'],
    ['merge', [], 'nothing former'],
    ['merge', [itemOf('former')], 'unknown former'],
    ['mirror', [], 'unknown former'],
    ['mirror', [itemOf('former')], 'unknown former'],
  ])('is never deleted on that word: %s into %j', async (mode, items, expected) => {
    const target = new MemoryTable(keySchema, items);
    const found = await all(
      flattened(planItems(request({ mode, source, createdAtMs, target, keys: keysOf('former') }))),
    );
    expect(words(found)).toEqual([expected]);
    if (expected.startsWith('nothing')) expect(found[0]).toMatchObject({ isOfFormerTable: true });
    else expect(found[0]).toMatchObject({ reason: expect.stringContaining('of a former table') as string });
  });
});

describe('whether an item that differs is of somebody else', () => {
  const history = async () => (await bucketWith().history(keyOf('here')))!;
  test.each<[string, number | undefined, AttributeMap, boolean]>([
    ['no restore is continued', undefined, itemOf('here', 2), false],
    ['it is what the restore can have written', HOUR_MS, itemOf('here'), false],
    ['it is another one', HOUR_MS, itemOf('here', 2), true],
    ['there was none when the restore began', 0, itemOf('here'), true],
  ])('%s', async (_, continuesSinceMs, current, expected) => {
    const found = { history: await history() };
    expect(await isOfSomebodyElse(request({ continuesSinceMs }), found, current)).toBe(expected);
    expect(await isOfSomebodyElse(request({ continuesSinceMs }), {}, current)).toBe(false);
  });

  test('what differs and is not what the restore can have written is newer, and left alone', async () => {
    const target = new MemoryTable(keySchema, [itemOf('here', 2)]);
    const found = await planned({ target, continuesSinceMs: HOUR_MS });
    expect(found[1]).toEqual({
      do: 'newer',
      objectKey: keyOf('here'),
      reason: 'it was changed in the table after the restore that is continued began',
    });
  });
});

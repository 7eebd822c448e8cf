import fc from 'fast-check';
import { S3Error } from '../../../aws/s3Error';
import { backfillItems, type BackfillCounts, type FailedItem } from '../../../operations/backfill/backfillItems';
import { knownKeys } from '../../../operations/backfill/knownKeys';
import type { ReadItem } from '../../../operations/backfill/scanItems';
import type { AttributeMap } from '../../../core/attributeValue';
import { stateAt } from '../../../core/history';
import { encodeImage, imageBody, itemDigest } from '../../../core/image';
import { objectKeyOf } from '../../../core/objectKey';
import { readImage } from '../../../core/readImage';
import { item as anyItem } from '../../core/arbitraries';
import { MemoryBucket } from '../../support/memoryBucket';

const table = { prefix: 'p/', tableName: 'users', keySchema: { partitionKey: 'id' } };
const id = { id: { S: 'a' } };
const KEY = objectKeyOf(table, table.keySchema, id);
const itemOf = (state: number | undefined): AttributeMap | undefined =>
  state === undefined ? undefined : { ...id, n: { N: String(state) } };

async function* pagesOf(...items: ReadItem[]): AsyncGenerator<ReadItem[]> {
  yield await Promise.resolve(items);
}

async function backfill(
  images: Pick<MemoryBucket, 'putIf'>,
  items: ReadItem[],
  known = new Set<string>(),
  source = images instanceof MemoryBucket ? images : new MemoryBucket(),
  createdAtMs?: number,
) {
  const counts: BackfillCounts = { read: 0, written: 0, alreadyThere: 0, failed: 0 };
  const failed: FailedItem[] = [];
  const { signal } = new AbortController();
  const pause = () => Promise.resolve();
  const watch = { onFailed: (one: FailedItem) => failed.push(one) };
  const pages = pagesOf(...items);
  await backfillItems({ table, pages, images, source, known, createdAtMs, signal, pause, watch }, counts);
  return { counts, failed };
}

/**
 * An item's life: states after each change, of which those from `streamFrom` on are in the stream. The scan reads it after
 * the change `readAfter`, and its image is written when capture has written `capturedBefore` of the stream's changes.
 */
const life = fc
  .array(fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }), { minLength: 1, maxLength: 6 })
  .map((list) => list.filter((state, i) => state !== (i === 0 ? undefined : list[i - 1])))
  .filter((list) => list.length > 0)
  .chain((states) =>
    fc.record({
      states: fc.constant(states),
      streamFrom: fc.integer({ min: 0, max: states.length }),
      readAfter: fc.integer({ min: 0, max: states.length }),
      capturedBefore: fc.integer({ min: 0, max: states.length }),
    }),
  );
type Put = Parameters<MemoryBucket['putIf']>;
type Life = typeof life extends fc.Arbitrary<infer L> ? L : never;

/** What a restore takes for the item in the end: its state, and what it should be. */
async function afterAll({ states, streamFrom, capturedBefore }: Life, readAfter: number) {
  const bucket = new MemoryBucket();
  const capture = states.slice(streamFrom).map((state, i) => () => {
    const at = streamFrom + i;
    const [before, after] = [itemOf(at === 0 ? undefined : states[at - 1]), itemOf(state)];
    const event = after === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY';
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String(at + 1) } as const;
    const previousDigest = itemDigest(before);
    bucket.store(KEY, encodeImage({ event, position, changedAtMs: (at + 1) * 1_000, previousDigest }, after));
  });
  bucket.beforePut = () => capture.splice(0, capturedBefore).forEach((store) => store());
  const read = itemOf(readAfter === 0 ? undefined : states[readAfter - 1]);
  if (read) await backfill(bucket, [{ item: read, readAtMs: readAfter * 1_000 + 500 }]);
  capture.forEach((store) => store());
  const images = bucket.stored(KEY).map((version) => readImage(version));
  const state = stateAt(images);
  return { found: state.is === 'known' ? state.image.item : undefined, expected: itemOf(states.at(-1)) };
}

describe('a backfill while capture runs', () => {
  test('law: read no earlier than the stream began, the newest image is the item, whatever comes between', async () => {
    await fc.assert(
      fc.asyncProperty(life, async (one) => {
        const { found, expected } = await afterAll(one, Math.max(one.readAfter, one.streamFrom));
        expect(found).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test('an eventually consistent read could be from before the stream, and nothing would ever mend that', async () => {
    const stale = { states: [0, 1], streamFrom: 2, readAfter: 1, capturedBefore: 0 };
    expect(await afterAll(stale, 1)).toEqual({ found: itemOf(0), expected: itemOf(1) });
    const deleted = { states: [0, undefined], streamFrom: 2, readAfter: 1, capturedBefore: 0 };
    expect(await afterAll(deleted, 1)).toEqual({ found: itemOf(0), expected: undefined });
  });

  test('law: an item of any kind is stored as the stream would store it', async () => {
    await fc.assert(
      fc.asyncProperty(anyItem, async (item) => {
        const bucket = new MemoryBucket();
        const whole = { ...item, ...id };
        await backfill(bucket, [{ item: whole, readAtMs: 1_000 }]);
        const [stored] = bucket.stored(KEY);
        expect(stored!.body).toBe(imageBody(whole));
        expect(readImage(stored!)).toMatchObject({ header: { event: 'BACKFILL', changedAtMs: 1_000 } });
      }),
    );
  });

  test('a tombstone is an image: the item stays deleted', async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, { body: '{}', metadata: {} });
    expect((await backfill(bucket, [{ item: itemOf(1)!, readAtMs: 1 }])).counts).toMatchObject({ alreadyThere: 1 });
  });

  test('an image of a former table of the name is none of this one', async () => {
    const bucket = new MemoryBucket(10_000_000);
    const createdAtMs = 20_000_000;
    const backfilled = (state: number, readAtMs: number) => [{ item: itemOf(state)!, readAtMs }];
    await backfill(bucket, backfilled(1, 10_000_000));
    bucket.clockMs = 20_100_000;
    const again = await backfill(bucket, backfilled(2, 20_100_000), undefined, bucket, createdAtMs);
    expect(again.counts).toEqual({ read: 1, written: 1, alreadyThere: 0, failed: 0 });
    const once = await backfill(bucket, backfilled(3, 20_200_000), undefined, bucket, createdAtMs);
    expect(once.counts).toEqual({ read: 1, written: 0, alreadyThere: 1, failed: 0 });
  });

  test('of a table that was made again, an item whose object nobody can read is listed, and the others are written', async () => {
    const bucket = new MemoryBucket(30_000_000);
    bucket.store(KEY, { body: '{}', metadata: { 'dcs-format': '9' } });
    const items = [itemOf(1)!, { id: { S: 'b' } }].map((item) => ({ item, readAtMs: 30_000_000 }));
    const { counts, failed } = await backfill(bucket, items, undefined, bucket, 20_000_000);
    expect(counts).toEqual({ read: 2, written: 1, alreadyThere: 0, failed: 1 });
    expect(failed).toEqual([{ keys: id, reason: expect.stringContaining('format') as string }]);
  });

  test('what is known to be there costs no request', async () => {
    const refusing = { putIf: () => Promise.reject(new Error('no request is to be made')) };
    const { counts } = await backfill(refusing, [{ item: itemOf(1)!, readAtMs: 1 }], new Set([KEY]));
    expect(counts).toEqual({ read: 1, written: 0, alreadyThere: 1, failed: 0 });
  });
});

describe('a backfill when S3 fails', () => {
  const items = Array.from({ length: 500 }, (_, n) => ({ item: { id: { S: `i${n}` } }, readAtMs: 1 }));
  const error = (code: string, status: number | undefined) => new S3Error(code, status, `PUT failed: ${code}`, {});

  test('what passes is tried again', async () => {
    const bucket = new MemoryBucket();
    let calls = 0;
    const flaky: Pick<MemoryBucket, 'putIf'> = {
      putIf: (...args) => {
        calls += 1;
        if (calls % 3 !== 0) return Promise.reject(calls % 2 ? error('SlowDown', 503) : error('ECONNRESET', undefined));
        return bucket.putIf(...args);
      },
    };
    expect((await backfill(flaky, items)).counts).toEqual({ read: 500, written: 500, alreadyThere: 0, failed: 0 });
  });

  test.each([
    ['refuses its own second try', (bucket: MemoryBucket, ...args: Put) => bucket.putIf(...args)],
    ['never answers', () => Promise.reject(error('ECONNRESET', undefined))],
  ])('what was written is counted as written when S3 %s', async (_, answer) => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, { body: '{}', metadata: {} });
    const lossy = {
      putIf: async (...args: Put) =>
        (await bucket.putIf(...args)) === 'written' ? answer(bucket, ...args) : 'refused',
    };
    const both = [...items.slice(0, 20), { item: itemOf(1)!, readAtMs: 1 }];
    const { counts } = await backfill(lossy, both, undefined, bucket);
    expect(counts).toEqual({ read: 21, written: 20, alreadyThere: 1, failed: 0 });
    // The same items once more, of the same moment: nothing of it is this backfill's.
    const again = await backfill(lossy, both, undefined, bucket);
    expect(again.counts).toEqual({ read: 21, written: 0, alreadyThere: 21, failed: 0 });
  });

  test('an item without its key is listed, and the others are written', async () => {
    const bucket = new MemoryBucket();
    const odd = [{ item: { n: { N: '1' } }, readAtMs: 1 }, ...items.slice(0, 3)];
    const { counts, failed } = await backfill(bucket, odd);
    expect(counts).toEqual({ read: 4, written: 3, alreadyThere: 0, failed: 1 });
    expect(failed).toEqual([{ keys: {}, reason: expect.stringContaining('expected the key id') as string }]);
  });

  test('an item that is refused for good is listed by its key, and the others are written', async () => {
    const bucket = new MemoryBucket();
    const denying: Pick<MemoryBucket, 'putIf'> = {
      putIf: (...args) =>
        args[0].includes('/i7/') ? Promise.reject(error('AccessDenied', 403)) : bucket.putIf(...args),
    };
    const { counts, failed } = await backfill(denying, items);
    expect(counts).toEqual({ read: 500, written: 499, alreadyThere: 0, failed: 1 });
    expect(failed).toEqual([{ keys: { id: { S: 'i7' } }, reason: 'PUT failed: AccessDenied' }]);
  });

  test.each([
    ['expired credentials end it at once', 'ExpiredToken', 400, 64],
    ['so does the refusal of everything, before a list of a million', 'AccessDenied', 403, 200],
  ])('%s', async (_, code, status, mostCalls) => {
    let calls = 0;
    const broken = { putIf: () => ((calls += 1), Promise.reject(error(code, status))) };
    await expect(backfill(broken, items)).rejects.toThrow(code);
    expect(calls).toBeLessThanOrEqual(mostCalls);
  });
});

test('the keys that are known are those of images, and no more than there is room for', async () => {
  const bucket = new MemoryBucket();
  for (const key of [
    'p/users/a/image.json',
    'p/users/b/image.json',
    'p/users/c/image.json',
    'p/users/table.json',
    'p/users2/a/image.json',
  ])
    bucket.store(key, { body: '{}', metadata: {} });
  bucket.deleteMarker('p/users/c/image.json');
  const { signal } = new AbortController();
  const all = await knownKeys(bucket.lister, 'p/users/', { signal });
  expect([all.size, all.has('p/users/a/image.json'), all.has('p/users/c/image.json')]).toEqual([2, true, false]);
  expect((await knownKeys(bucket.lister, 'p/users/', { signal, most: 1 })).size).toBe(1);
});

import { stateOfObject, type ObjectState, type StateRequest } from '../../../operations/images/stateOfObject';
import { newestImage } from '../../../operations/images/newestImage';
import { readForWriting } from '../../../operations/images/objectForWriting';
import { S3Error } from '../../../aws/s3Error';
import {
  backfillImage,
  encodeImage,
  itemDigest,
  NO_ITEM,
  type ImageHeader,
  type StoredImage,
} from '../../../core/image';
import { MemoryBucket } from '../../support/memoryBucket';

const HOUR_MS = 3_600_000;
const KEY = 'users/a/image.json';
const table = { prefix: '', tableName: 'users', keySchema: { partitionKey: 'id' } };
const item = (value: number, id = 'a') => ({ id: { S: id }, value: { N: String(value) } });

const headerOf = (n: number, changedAtMs: number): ImageHeader => ({
  event: n === 0 ? 'INSERT' : 'MODIFY',
  position: { source: 'stream', streamLabel: 'L', sequenceNumber: String(n) },
  changedAtMs,
  previousDigest: n === 0 ? NO_ITEM : 'f'.repeat(64),
});
const image = (n: number, changedAtMs: number, value = n, id = 'a'): StoredImage =>
  encodeImage(headerOf(n, changedAtMs), item(value, id));

const stateIn = async (bucket: MemoryBucket, rest: Partial<StateRequest> = {}, key = KEY) => {
  const history = (await bucket.history(key))!;
  return stateOfObject({ source: bucket, table, momentMs: Infinity, ...rest }, history);
};
const valueOf = (state: ObjectState) => (state.is === 'item' ? state.item.value : state.is);

describe('the state of an object', () => {
  test('a retry that was stored after a newer image does not win', async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(0, 0), 1_000);
    bucket.store(KEY, image(2, 20_000), 21_000);
    bucket.store(KEY, image(1, 10_000), 3 * HOUR_MS);
    expect(valueOf(await stateIn(bucket))).toEqual({ N: '2' });
    expect(valueOf(await stateIn(bucket, { momentMs: 15_000 }))).toEqual({ N: '1' });
  });

  test('a forged image of an old moment counts, until it is said what to believe', async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(0, 0), 1_000);
    bucket.store(KEY, image(999, 2_000), 5 * HOUR_MS);
    expect(valueOf(await stateIn(bucket, { momentMs: HOUR_MS }))).toEqual({ N: '999' });
    expect(valueOf(await stateIn(bucket, { momentMs: HOUR_MS, storedByMs: HOUR_MS }))).toEqual({ N: '0' });
  });

  test.each([
    ['no JSON', { body: 'garbage', metadata: {} }],
    ['damaged metadata', { body: '{}', metadata: { 'dcs-format': '1' } }],
    ['a newer format', { body: '{}', metadata: { 'dcs-format': '7' } }],
  ])('%s on top is unreadable now, and passed over for a moment before it', async (_, garbage) => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(0, 0), 1_000);
    bucket.store(KEY, garbage, 50 * HOUR_MS);
    expect((await stateIn(bucket)).is).toBe('unreadable');
    expect(valueOf(await stateIn(bucket, { momentMs: 10 * HOUR_MS }))).toEqual({ N: '0' });
  });

  describe('of an object whose first image cannot be read, nobody knows that it was not there', () => {
    const garbage = { body: 'garbage', metadata: { 'dcs-format': '7' } };
    const before = { momentMs: HOUR_MS };

    test('whatever else is stored after it, and whatever table was there before', async () => {
      const bucket = new MemoryBucket();
      bucket.store(KEY, garbage, 50 * HOUR_MS);
      const unreadable = {
        is: 'unreadable',
        objectKey: KEY,
        reason: expect.stringContaining('its format is "7"') as string,
      };
      expect(await stateIn(bucket, before)).toEqual(unreadable);
      expect(await stateIn(bucket, { momentMs: 49 * HOUR_MS, createdAtMs: 48 * HOUR_MS })).toEqual(unreadable);
      bucket.store(KEY, image(0, 51 * HOUR_MS), 51 * HOUR_MS);
      expect(await stateIn(bucket, before)).toEqual(unreadable);
    });

    test('unless nothing is believed that was stored so late', async () => {
      const bucket = new MemoryBucket();
      bucket.store(KEY, garbage, 50 * HOUR_MS);
      expect((await stateIn(bucket, { ...before, storedByMs: 49 * HOUR_MS })).is).toBe('absent');
    });

    test('where it can be, what is stored later says nothing of it', async () => {
      const bucket = new MemoryBucket();
      bucket.store(KEY, image(0, 49 * HOUR_MS), 49 * HOUR_MS);
      bucket.store(KEY, garbage, 50 * HOUR_MS);
      expect((await stateIn(bucket, before)).is).toBe('absent');
    });

    test.each([
      [0, 'absent'],
      [1, 'unknown'],
    ])('its metadata tells where its body cannot be read: change %i', async (n, is) => {
      const bucket = new MemoryBucket();
      bucket.store(KEY, { ...image(n, 50 * HOUR_MS), body: 'damaged' }, 50 * HOUR_MS);
      expect((await stateIn(bucket, before)).is).toBe(is);
    });

    test('one who may not read is told so', async () => {
      const bucket = new MemoryBucket();
      bucket.store(KEY, backfillImage(item(1), 50 * HOUR_MS), 50 * HOUR_MS);
      expect((await stateIn(bucket, before)).is).toBe('unknown');
      const denied = () => Promise.reject(new S3Error('AccessDenied', 403, 'no key', {}));
      Object.assign(bucket.images, { get: denied, head: denied });
      expect(await stateIn(bucket, before)).toMatchObject({ is: 'unreadable', isDenied: true });
    });
  });

  test.each<[string, StoredImage]>([
    ['an image', image(0, 1_000)],
    ['a change of after the moment', image(0, 9 * HOUR_MS)],
    ['one that was not the first', image(1, 9 * HOUR_MS)],
    ['one of a time that is still to come', image(0, 99 * HOUR_MS)],
    ['a tombstone', encodeImage({ ...headerOf(0, 1_000), event: 'REMOVE', deletedBy: 'somebody' })],
    ["another item's", image(0, 1_000, 0, 'b')],
    ['garbage', { body: 'garbage', metadata: { 'dcs-format': '7' } }],
    ["the predecessor's", { body: '{"id":"a"}', metadata: {} }],
  ])('law: an only version is read once and says the same as among others: %s', async (_, stored) => {
    for (const momentMs of [HOUR_MS, Infinity]) {
      for (const storedAtMs of [1_000, 10 * HOUR_MS]) {
        const bucket = new MemoryBucket();
        bucket.store(KEY, stored, storedAtMs);
        const get = jest.spyOn(bucket.images, 'get');
        const state = await stateIn(bucket, { momentMs });
        expect(get).toHaveBeenCalledTimes(1);
        // Whoever asks for this is answered the way that many versions are.
        expect({ ...state }).toEqual({ ...(await stateIn(bucket, { momentMs, onNotCurrent: () => undefined })) });
      }
    }
  });

  test("another item's image is not believed", async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(0, 0, 0, 'b'), 1_000);
    const state = await stateIn(bucket);
    expect(state).toMatchObject({ is: 'unreadable', reason: 'it holds an item that belongs under users/b/image.json' });
  });

  test("the predecessor's image stored long after ours, alone in its day, does not win", async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(0, 0), 1_000);
    bucket.store(KEY, { body: '{"id":"a","value":7}', metadata: {} }, 90 * HOUR_MS);
    expect(valueOf(await stateIn(bucket))).toEqual({ N: '0' });
  });

  test('an item that only the predecessor knows, under a former spelling, is not added beside ours', async () => {
    const bucket = new MemoryBucket();
    const old = 'users/a b/image.json';
    bucket.store(old, { body: '{"id":"a b","value":1}', metadata: {} }, 1_000);
    bucket.store('users/table.json', { body: '{}', metadata: {} }, 2_000);
    expect(await stateIn(bucket, {}, old)).toMatchObject({
      is: 'unknown',
      reason: expect.stringContaining('none under users/a%20b/image.json') as string,
    });
  });

  test('what a former table of the name held is not there, however late it was captured; what is of this one is', async () => {
    const former = new MemoryBucket();
    const createdAtMs = Date.UTC(2026, 0, 5, 12);
    const ofStream = (streamLabel: string, value: number, changedAtMs: number) =>
      encodeImage(
        {
          event: 'INSERT',
          position: { source: 'stream', streamLabel, sequenceNumber: '9' },
          changedAtMs,
          previousDigest: NO_ITEM,
        },
        item(value),
      );
    former.store(KEY, ofStream('2026-01-01T00:00:00.000', 1, createdAtMs - HOUR_MS), createdAtMs - HOUR_MS);
    former.store(KEY, ofStream('2026-01-01T00:00:00.000', 2, createdAtMs - 1_000), createdAtMs + HOUR_MS);
    expect(await stateIn(former, { createdAtMs })).toMatchObject({ is: 'absent', isOfFormerTable: true });
    expect(valueOf(await stateIn(former))).toEqual({ N: '2' });
    former.store(KEY, ofStream('2026-01-05T12:00:00.000', 3, createdAtMs + 60_000), createdAtMs + 61_000);
    former.store(KEY, ofStream('2026-01-01T00:00:00.000', 2, createdAtMs - 1_000), createdAtMs + 2 * HOUR_MS);
    expect(valueOf(await stateIn(former, { createdAtMs }))).toEqual({ N: '3' });
  });

  test("the predecessor's image counts under its own spelling, until there is one under today's", async () => {
    const bucket = new MemoryBucket();
    const old = 'users/a b/image.json';
    bucket.store(old, { body: '{"id":"a b","value":1}', metadata: {} }, 1_000);
    expect(await stateIn(bucket, {}, old)).toMatchObject({
      ...{ is: 'item', objectKey: 'users/a%20b/image.json' },
      digest: itemDigest({ id: { S: 'a b' }, value: { N: '1' } }),
    });
    bucket.store('users/a%20b/image.json', image(1, HOUR_MS, 1, 'a b'), 2 * HOUR_MS);
    expect((await stateIn(bucket, {}, old)).is).toBe('absent');
  });

  test('an object that is denied is unreadable; a bucket that fails is not a state', async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(0, 0), 1_000);
    const failWith = (status: number) => () => Promise.reject(new S3Error('Code', status, `status ${status}`, {}));
    bucket.images.get = failWith(403);
    expect(await stateIn(bucket)).toMatchObject({ is: 'unreadable', reason: 'status 403' });
    bucket.images.get = failWith(503);
    await expect(stateIn(bucket)).rejects.toThrow('status 503');
  });

  test('one version is read once', async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(0, 0), 1_000);
    await stateIn(bucket);
    expect(bucket.reads).toBe(1);
  });

  test('a history that begins later, with an item that was already there, says so', async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(1, 2 * HOUR_MS), 3 * HOUR_MS);
    expect(await stateIn(bucket, { momentMs: HOUR_MS })).toEqual({
      ...{ is: 'unknown', objectKey: KEY },
      reason: 'its history begins later, at 1970-01-01T02:00:00.000Z, with an item that was already there',
    });
  });

  test('what S3 received at the very second counts, and garbage of that second is not passed over', async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(0, 0), HOUR_MS);
    expect(valueOf(await stateIn(bucket, { storedByMs: HOUR_MS }))).toEqual({ N: '0' });
    bucket.store(KEY, { body: 'garbage', metadata: { 'dcs-format': '7' } }, 2 * HOUR_MS);
    expect(valueOf(await stateIn(bucket, { momentMs: 2 * HOUR_MS - 1 }))).toEqual({ N: '0' });
    expect(valueOf(await stateIn(bucket, { momentMs: 2 * HOUR_MS }))).toBe('unreadable');
  });

  test('a bucket that fails is no image that can be passed over', async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(0, 0), 1_000);
    bucket.store(KEY, image(1, 50 * HOUR_MS), 50 * HOUR_MS);
    bucket.images.head = () => Promise.reject(new S3Error('SlowDown', 503, 'slow down', {}));
    await expect(stateIn(bucket, { momentMs: HOUR_MS })).rejects.toThrow('slow down');
  });

  test('one that states a later time than it was stored says so, whether it is an item or the end of one', async () => {
    const bucket = new MemoryBucket();
    const says = 'it says to be of 1970-01-01T09:00:00Z, and S3 stored it at 1970-01-01T00:00:01Z';
    const ahead = expect.stringContaining(says) as string;
    bucket.store(KEY, image(0, 9 * HOUR_MS), 1_000);
    expect(await stateIn(bucket)).toMatchObject({ is: 'item', ahead });
    const end = encodeImage({
      ...{
        event: 'REMOVE',
        changedAtMs: 9 * HOUR_MS,
        previousDigest: 'f'.repeat(64),
        deletedBy: 'dynamodb.amazonaws.com',
      },
      position: { source: 'stream', streamLabel: 'L', sequenceNumber: '1' },
    });
    bucket.store(KEY, end, 1_000);
    expect(await stateIn(bucket)).toMatchObject({
      is: 'absent',
      deletedBy: 'dynamodb.amazonaws.com',
      changedAtMs: 1_000,
      ahead,
    });
  });

  test('one that is as old as it says says nothing of it, and neither does an image of another item', async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(0, 0), 1_000);
    expect(Object.keys(await stateIn(bucket))).not.toContain('ahead');
    bucket.store('users/c/image.json', image(0, 9 * HOUR_MS, 0, 'b'), 1_000);
    expect(Object.keys(await stateIn(bucket, {}, 'users/c/image.json'))).not.toContain('ahead');
  });

  test('an object whose newest image is not the current version is told, unless the predecessor left it', async () => {
    const told: [string, string][] = [];
    const onNotCurrent: StateRequest['onNotCurrent'] = (objectKey, { is }) => told.push([objectKey, is]);
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(0, 0), 1_000);
    await stateIn(bucket, { onNotCurrent });
    expect(told).toEqual([]);
    bucket.deleteMarker(KEY);
    await stateIn(bucket, { onNotCurrent });
    expect(told).toEqual([[KEY, 'hidden']]);
    const garbage = 'users/g/image.json';
    bucket.store(garbage, { body: '{}', metadata: { 'dcs-format': '7' } }, 2 * HOUR_MS);
    await stateIn(bucket, { onNotCurrent, momentMs: HOUR_MS }, garbage);
    const old = 'users/old/image.json';
    bucket.store(old, { body: '{"id":"old"}', metadata: {} }, 1_000);
    bucket.deleteMarker(old);
    await stateIn(bucket, { onNotCurrent }, old);
    expect(told).toHaveLength(1);
  });

  test('a version in an archive class is asked back before it is read', async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(0, 0), 1_000, 'DEEP_ARCHIVE');
    expect(valueOf(await stateIn(bucket))).toEqual({ N: '0' });
    const asked: string[] = [];
    const whenArchived: StateRequest['whenArchived'] = ({ versionId }) => Promise.resolve(void asked.push(versionId));
    await stateIn(bucket, { whenArchived });
    expect(asked).toEqual(['v0']);
  });

  test('one version is read once, whoever wrote it; so is one that its place proves', async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, backfillImage(item(1), 0), 1_000);
    await stateIn(bucket);
    expect(bucket.reads).toBe(1);
    bucket.store(KEY, image(1, 50 * HOUR_MS), 50 * HOUR_MS);
    expect(valueOf(await stateIn(bucket))).toEqual({ N: '1' });
    expect(bucket.reads).toBe(2);
  });

  describe('of a table with a former one of its name', () => {
    const createdAtMs = Date.UTC(2026, 0, 5, 12);
    const ofFormer = (storedAtMs: number): [string, StoredImage, number] => [
      KEY,
      encodeImage(
        {
          ...{ event: 'INSERT', changedAtMs: createdAtMs - 1_000, previousDigest: NO_ITEM },
          position: { source: 'stream', streamLabel: '2026-01-01T00:00:00.000', sequenceNumber: '9' },
        },
        item(2),
      ),
      storedAtMs,
    ];

    test.each([
      ['soon after', 2],
      ['days after', 90],
    ])("a change that was captured late, %s this table's backfill, does not win", async (_, hours) => {
      const bucket = new MemoryBucket();
      bucket.store(KEY, backfillImage(item(7), createdAtMs + HOUR_MS), createdAtMs + HOUR_MS);
      bucket.store(...ofFormer(createdAtMs + hours * HOUR_MS));
      expect(valueOf(await stateIn(bucket, { createdAtMs }))).toEqual({ N: '7' });
    });

    test('one version of the former table alone is no item', async () => {
      const bucket = new MemoryBucket();
      bucket.store(...ofFormer(createdAtMs + HOUR_MS));
      expect(await stateIn(bucket, { createdAtMs })).toEqual({ is: 'absent', objectKey: KEY, isOfFormerTable: true });
    });

    test('a damaged version of before does not stand in the way', async () => {
      const bucket = new MemoryBucket();
      bucket.store(KEY, { body: '{}', metadata: { 'dcs-format': '7' } }, createdAtMs - HOUR_MS);
      bucket.store(KEY, backfillImage(item(7), createdAtMs + HOUR_MS), createdAtMs + HOUR_MS);
      const newest = await newestImage(bucket, bucket.versions(KEY), createdAtMs);
      expect(newest?.header.event).toBe('BACKFILL');
    });
  });
});

test('an object that is not there can be written on the condition that it still is not', async () => {
  expect(await readForWriting(new MemoryBucket(), KEY)).toEqual({
    ...{ read: [], newest: undefined, isOfFormerTable: false, isNewestCurrent: false },
    condition: { IfNoneMatch: '*' },
  });
});

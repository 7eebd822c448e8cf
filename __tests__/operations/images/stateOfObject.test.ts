import { stateOfObject, type ObjectState } from '../../../operations/images/stateOfObject';
import { S3Error } from '../../../aws/s3Error';
import { encodeImage, NO_ITEM, type ImageHeader, type StoredImage } from '../../../core/image';
import { MemoryBucket } from '../../support/memoryBucket';

const HOUR_MS = 3_600_000;
const KEY = 'users/a/image.json';
const table = { prefix: '', tableName: 'users', keySchema: { partitionKey: 'id' } };
const item = (value: number, id = 'a') => ({ id: { S: id }, value: { N: String(value) } });

const image = (n: number, changedAtMs: number, value = n, id = 'a'): StoredImage => {
  const header: ImageHeader = {
    event: n === 0 ? 'INSERT' : 'MODIFY',
    position: { source: 'stream', streamLabel: 'L', sequenceNumber: String(n) },
    changedAtMs,
    previousDigest: n === 0 ? NO_ITEM : 'f'.repeat(64),
  };
  return encodeImage(header, item(value, id));
};

const stateIn = async (
  bucket: MemoryBucket,
  rest: { momentMs?: number; storedByMs?: number; createdAtMs?: number } = {},
  key = KEY,
) => {
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

  test('an object that is nothing but garbage, stored later, was not there', async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, { body: 'garbage', metadata: { 'dcs-format': '7' } }, 50 * HOUR_MS);
    expect((await stateIn(bucket, { momentMs: HOUR_MS })).is).toBe('absent');
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
    expect(await stateIn(bucket, {}, old)).toMatchObject({ is: 'item', objectKey: 'users/a%20b/image.json' });
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
});

import { DigestIndex } from '../../../operations/verify/digestIndex';
import { md5Of } from '../../../operations/verify/bodyDigest';
import { listBucket } from '../../../operations/verify/listBucket';
import { stateInBucket, stateInTable } from '../../../operations/verify/statesOfItem';
import type { ObjectHistory } from '../../../aws/objectVersions';
import type { ImageSource } from '../../../operations/images/imageSource';
import { backfillImage, encodeImage, imageBody, itemDigest, NO_ITEM } from '../../../core/image';
import { MemoryBucket } from '../../support/memoryBucket';

const TABLE = { prefix: '', tableName: 't', keySchema: { partitionKey: 'id' } };
const HOUR_MS = 3_600_000;
const keyOf = (id: string) => `t/${id}/image.json`;
const item = (id: string, state: number) => ({ id: { S: id }, state: { N: String(state) } });

const image = (n: number, state: ReturnType<typeof item> | undefined) =>
  encodeImage(
    {
      event: state ? (n === 0 ? 'INSERT' : 'MODIFY') : 'REMOVE',
      position: { source: 'stream', streamLabel: 'L', sequenceNumber: String(n) },
      changedAtMs: n * 1_000,
      previousDigest: 'none',
    },
    state,
  );

/** A bucket whose ETags are as S3 makes them: the MD5 with its own keys, something else with KMS. */
function bucket(encryption: 's3' | 'kms') {
  const versioned = new MemoryBucket();
  const reads: string[] = [];
  const versionsOf = (objectKey: string): ObjectHistory => ({
    objectKey,
    hiddenBy: versioned.hiddenBy(objectKey),
    ...(versioned.stored(objectKey).some(({ isDeleteMarker }) => isDeleteMarker) && { wasHidden: true }),
    versions: versioned
      .versions(objectKey)
      .map((one) => (encryption === 's3' ? one : { ...one, etag: md5Of(`${objectKey} ${one.versionId}`) })),
  });
  const { get, head } = versioned.images;
  const source: ImageSource = {
    name: 's3://memory',
    histories: () => [] as never,
    history: (objectKey) => Promise.resolve(versioned.keys().includes(objectKey) ? versionsOf(objectKey) : undefined),
    images: {
      get: (objectKey, versionId) => (reads.push(`GET ${objectKey}`), get(objectKey, versionId)),
      head: (objectKey, versionId) => (reads.push(`HEAD ${objectKey}`), head(objectKey, versionId)),
    },
  };
  async function* pages() {
    yield await Promise.resolve(versioned.keys().map(versionsOf));
  }
  const list = async (index: DigestIndex) =>
    listBucket(
      { pages: pages(), source, signal: new AbortController().signal, onObjects: () => undefined },
      'source',
      index,
    );
  return { versioned, source, reads, list };
}

const isNoted = (index: DigestIndex, id: string, state: number) => {
  index.note('destination', keyOf(id), md5Of(imageBody(item(id, state))));
  return index.isSame(keyOf(id), md5Of(imageBody(item(id, state))));
};

test('with the keys of S3 the listing tells the body, and one object alone is read', async () => {
  const { versioned, reads, list } = bucket('s3');
  for (const id of ['a', 'b', 'c']) versioned.store(keyOf(id), image(0, item(id, 1)));
  const index = new DigestIndex();
  expect(await list(index)).toEqual({ images: 3, tombstones: 0, unclear: 0 });
  expect(reads).toEqual([`GET ${keyOf('a')}`]);
  expect(['a', 'b', 'c'].map((id) => isNoted(index, id, 1))).toEqual([true, true, true]);
});

test('with a KMS key ETags are no digests: every newest body is read, and none is taken for right unseen', async () => {
  const { versioned, reads, list } = bucket('kms');
  for (const id of ['a', 'b']) versioned.store(keyOf(id), image(0, item(id, 1)));
  versioned.store(keyOf('gone'), image(0, undefined));
  const index = new DigestIndex();
  expect(await list(index)).toEqual({ images: 2, tombstones: 1, unclear: 0 });
  for (const id of ['a', 'b', 'gone']) expect(reads).toContain(`GET ${keyOf(id)}`);
  expect([isNoted(index, 'a', 1), isNoted(index, 'b', 2)]).toEqual([true, false]);
});

test('of several versions near in time the change order decides, and where it is not the last one a look tells', async () => {
  const { versioned, source, list } = bucket('s3');
  versioned.store(keyOf('a'), image(2, item('a', 2)), HOUR_MS);
  versioned.store(keyOf('a'), image(1, item('a', 1)), 2 * HOUR_MS);
  const index = new DigestIndex();
  await list(index);
  expect([isNoted(index, 'a', 1), isNoted(index, 'a', 2)]).toEqual([false, false]);
  const look = await stateInBucket(source, TABLE, keyOf('a'), stateInTable(item('a', 2)));
  expect(look).toMatchObject({ is: 'state', digest: itemDigest(item('a', 2)), notCurrent: { is: 'notCurrent' } });
  versioned.store(keyOf('a'), image(2, item('a', 2)), 3 * HOUR_MS);
  const mended = new DigestIndex();
  await list(mended);
  expect(isNoted(mended, 'a', 2)).toBe(true);
});

test('what lies under a delete marker is unclear, and a look names it', async () => {
  const { versioned, list } = bucket('s3');
  versioned.store(keyOf('a'), image(1, item('a', 1)));
  versioned.deleteMarker(keyOf('a'));
  const index = new DigestIndex();
  expect(await list(index)).toEqual({ images: 0, tombstones: 0, unclear: 1 });
  expect(isNoted(index, 'a', 1)).toBe(false);
  const look = await stateInBucket(versioned, TABLE, keyOf('a'), {
    digest: NO_ITEM,
  });
  expect(look).toMatchObject({ is: 'state', notCurrent: { is: 'hidden' } });
});

test.each(['s3', 'kms'] as const)(
  'a tombstone that lifecycle has put a delete marker on is one (%s)',
  async (encryption) => {
    const { versioned, list, source } = bucket(encryption);
    versioned.store(keyOf('gone'), image(1, item('gone', 1)), HOUR_MS);
    versioned.store(keyOf('gone'), image(2, undefined), 100 * HOUR_MS);
    versioned.deleteMarker(keyOf('gone'));
    expect(await list(new DigestIndex())).toEqual({ images: 0, tombstones: 1, unclear: 0 });
    const look = () => stateInBucket(source, TABLE, keyOf('gone'), stateInTable(undefined));
    expect(await look()).toMatchObject({ is: 'state', digest: NO_ITEM, notCurrent: undefined });

    // It is not the last one: an older image lies on it, and would be left alone when it has gone.
    versioned.store(keyOf('gone'), image(1, item('gone', 1)), 101 * HOUR_MS);
    versioned.deleteMarker(keyOf('gone'));
    expect(await list(new DigestIndex())).toEqual({ images: 0, tombstones: 0, unclear: 1 });
    expect(await look()).toMatchObject({ is: 'state', digest: NO_ITEM, notCurrent: { is: 'hidden' } });
  },
);

test('what was stored above a delete marker is the newest by the change order alone, however much later it came', async () => {
  const { versioned, source, reads, list } = bucket('s3');
  versioned.store(keyOf('first'), image(0, item('first', 0)));
  versioned.store(keyOf('a'), image(1, item('a', 1)), HOUR_MS);
  versioned.clockMs = 2 * HOUR_MS;
  versioned.deleteMarker(keyOf('a'));
  versioned.store(keyOf('a'), backfillImage(item('a', 2), 80 * HOUR_MS), 80 * HOUR_MS);
  const index = new DigestIndex();
  expect(await list(index)).toEqual({ images: 1, tombstones: 0, unclear: 1 });
  expect(isNoted(index, 'a', 2)).toBe(false);
  const look = await stateInBucket(source, TABLE, keyOf('a'), stateInTable(item('a', 2)));
  expect(look).toMatchObject({ is: 'state', digest: itemDigest(item('a', 1)) });

  versioned.store(keyOf('a'), image(2, item('a', 2)), 160 * HOUR_MS);
  const captured = new DigestIndex();
  reads.length = 0;
  await list(captured);
  expect(isNoted(captured, 'a', 2)).toBe(true);
  expect(reads.filter((read) => read.startsWith('HEAD'))).toEqual([`HEAD ${keyOf('a')}`]);
});

test('an object that cannot be read is unclear, and a look tells why', async () => {
  const { versioned, source, list } = bucket('s3');
  versioned.store(keyOf('b'), image(0, item('b', 1)));
  versioned.store(keyOf('a'), image(0, item('a', 1)), HOUR_MS);
  versioned.store(keyOf('a'), { body: 'x', metadata: { 'dcs-format': '9' } }, HOUR_MS + 1);
  const index = new DigestIndex();
  expect(await list(index)).toEqual({ images: 1, tombstones: 0, unclear: 1 });
  expect(await stateInBucket(source, TABLE, keyOf('a'), stateInTable(item('a', 1)))).toMatchObject({
    is: 'unreadable',
    reason: expect.stringContaining('"9"') as string,
  });
});

test.each(['s3', 'kms'] as const)('a look at an item proves its body (%s)', async (encryption) => {
  const { versioned, source, reads } = bucket(encryption);
  versioned.store(keyOf('a'), image(0, item('a', 1)));
  const look = (state: number) => stateInBucket(source, TABLE, keyOf('a'), stateInTable(item('a', state)));
  expect(await look(1)).toMatchObject({ is: 'state', digest: itemDigest(item('a', 1)) });
  expect(reads.includes(`GET ${keyOf('a')}`)).toBe(encryption === 'kms');
  expect(await look(2)).toMatchObject({ is: 'state', digest: itemDigest(item('a', 1)) });

  versioned.store(keyOf('a'), { ...image(0, item('a', 1)), body: imageBody(item('a', 7)) });
  expect(await look(7)).toMatchObject({ is: 'unreadable' });
  versioned.store(keyOf('b'), image(0, item('a', 1)));
  expect(await stateInBucket(source, TABLE, keyOf('b'), stateInTable(undefined))).toMatchObject({ is: 'unreadable' });
  versioned.store(keyOf('c'), image(0, undefined));
  expect(await stateInBucket(source, TABLE, keyOf('c'), stateInTable(undefined))).toMatchObject({ digest: NO_ITEM });
});

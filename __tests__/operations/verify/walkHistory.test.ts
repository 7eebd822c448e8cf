import { encodeImage, withWriteId } from '../../../core/image';
import type { Places } from '../../../operations/verify/recheck';
import { walkBoth } from '../../../operations/verify/walkHistory';
import { walkTable } from '../../../operations/verify/walkTable';
import { MemoryBucket } from '../../support/memoryBucket';

const TABLE = { prefix: '', tableName: 't', keySchema: { partitionKey: 'id' } };
const KEY = 't/a/image.json';
const HOUR_MS = 3_600_000;

const image = (n: number, state: number) =>
  encodeImage(
    {
      event: n === 1 ? 'INSERT' : 'MODIFY',
      position: { source: 'stream', streamLabel: '2026-01-01T00:00:00.000', sequenceNumber: String(n) },
      changedAtMs: n * HOUR_MS,
      previousDigest: 'none',
    },
    { id: { S: 'a' }, state: { N: String(state) } },
  );

function placesOf(source: MemoryBucket, destination: MemoryBucket): Places {
  return {
    ...{ table: TABLE, source, destination, signal: new AbortController().signal, nowMs: source.nowMs },
    items: { getBatch: () => Promise.resolve([]) },
    statusOf: () => Promise.resolve('COMPLETED'),
    pause: () => Promise.resolve(),
  };
}

async function walked(store: (bucket: MemoryBucket) => void) {
  const [source, destination] = [new MemoryBucket(), new MemoryBucket()];
  for (const bucket of [source, destination]) store(bucket);
  const known = new Set(source.versions(KEY).map(({ versionId }) => versionId));
  const { differences } = await walkBoth(placesOf(source, destination), KEY, { known, creationsMs: [] });
  return {
    named: differences
      .map(({ class: name, in: bucket }) => `${name} ${bucket}`)
      .filter((name) => !name.startsWith('broken')),
    walkAll: (named: { objectKey: string }[]) =>
      walkTable({ places: placesOf(source, destination), settleMs: 0 }, undefined, named),
  };
}

test.each<[string, (bucket: MemoryBucket) => void]>([
  [
    'a redrive that slept for days between its look and its write',
    (bucket) => {
      bucket.store(KEY, image(2, 2), 3 * HOUR_MS);
      bucket.store(KEY, withWriteId(image(1, 1), 'slept'), 100 * HOUR_MS);
    },
  ],
  [
    'the predecessor, which still writes',
    (bucket) => {
      bucket.store(KEY, image(1, 1), 2 * HOUR_MS);
      bucket.store(KEY, { body: '{}', metadata: {} }, 100 * HOUR_MS);
    },
  ],
  [
    'somebody who removed it, and put an older version there again',
    (bucket) => {
      bucket.store(KEY, image(2, 2), 3 * HOUR_MS);
      bucket.store(KEY, { ...image(1, 1) }, 4 * HOUR_MS);
    },
  ],
])('the whole history names an older image above the newest, whatever the listing says: of %s', async (_, store) => {
  const { named, walkAll } = await walked(store);
  expect(named).toEqual(['notCurrent source', 'notCurrent destination']);
  // Once: what a comparison has named is not told again.
  const classes = async (others: { objectKey: string }[]) =>
    (await walkAll(others)).differences.map((one) => one.class).filter((name) => name !== 'brokenChain');
  expect(await classes([])).toEqual(['notCurrent', 'notCurrent']);
  expect(await classes([{ objectKey: KEY }])).toEqual([]);
});

test('an older image of the same state above the newest is named in the source bucket, whose copy may be all there is', async () => {
  const { named } = await walked((bucket) => {
    bucket.store(KEY, image(2, 1), 3 * HOUR_MS);
    bucket.store(KEY, image(1, 1), 4 * HOUR_MS);
  });
  expect(named).toEqual(['notCurrent source']);
});

test('nothing is wrong with images that lie in their order, nor with one that was stored twice', async () => {
  const { named } = await walked((bucket) => {
    bucket.store(KEY, image(1, 1), 2 * HOUR_MS);
    bucket.store(KEY, image(2, 2), 3 * HOUR_MS);
    bucket.store(KEY, image(2, 2), 100 * HOUR_MS);
  });
  expect(named).toEqual([]);
});

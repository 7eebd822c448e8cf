import type { AttributeMap } from '../../../core/attributeValue';
import { encodeImage, itemDigest } from '../../../core/image';
import { encodeJournal, type JournalEntry } from '../../../core/journal/journalObject';
import { DAY_MS } from '../../../core/lockRenewal';
import { objectKeyOf } from '../../../core/objectKey';
import { eraseItems } from '../../../operations/erase/eraseItems';
import type { LeftObject } from '../../../operations/erase/erasePlanRequest';
import type { ErasedBucket, ErasedSide } from '../../../operations/erase/places';
import { stateOfObject } from '../../../operations/images/stateOfObject';
import { withJournals } from '../../../operations/journal/journalImageSource';
import { JournalFolder } from '../../support/foldJournal';
import { MemoryBucket } from '../../support/memoryBucket';

const keySchema = { partitionKey: 'pk' };
const table = { prefix: '', tableName: 'orders', keySchema, keyTypes: { pk: 'S' } } as const;
const T0 = Date.UTC(2026, 0, 5);
const item = (pk: string): AttributeMap => ({ pk: { S: pk }, v: { S: 'x' } });
const keyOf = (pk: string) => objectKeyOf(table, keySchema, { pk: { S: pk } });

function entryOf(pk: string, number: number, after: AttributeMap | undefined, before?: AttributeMap): JournalEntry {
  const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String(number) } as const;
  const event = after ? 'INSERT' : 'REMOVE';
  const header = { event, position, changedAtMs: T0 + number * 1_000, previousDigest: itemDigest(before) } as const;
  return { objectKey: keyOf(pk), image: encodeImage(header, after) };
}

function batchOf(entries: readonly JournalEntry[]) {
  const { objectKey, body, metadata } = encodeJournal({ table, kind: 'capture', writtenAtMs: T0, entries });
  return { objectKey, image: { body: body.toString('latin1'), metadata } };
}

/** The batch of the item, and of somebody else, came to no other bucket; that of its delete did, and is in a run there. */
function notReplicated() {
  const [source, destination] = [new MemoryBucket(T0 + DAY_MS), new MemoryBucket(T0 + DAY_MS)];
  const first = batchOf([entryOf('person', 1, item('person')), entryOf('other', 2, item('other'))]);
  const last = batchOf([entryOf('person', 3, undefined, item('person'))]);
  source.store(first.objectKey, first.image, T0 + 2_000);
  for (const bucket of [source, destination]) bucket.store(last.objectKey, last.image, T0 + 3_000);
  new JournalFolder(destination, table).run([last.objectKey]);
  return { source, destination, first, last };
}

/**
 * A table that had a journal and has images since: somebody was stored in a batch, with somebody else, and the delete is an image. A run in
 * the destination has the batch.
 */
function changedOver() {
  const [source, destination] = [new MemoryBucket(T0 + DAY_MS), new MemoryBucket(T0 + DAY_MS)];
  const entries = [entryOf('person', 1, item('person')), entryOf('other', 2, item('other'))];
  const { objectKey, image } = batchOf(entries);
  const removed = entryOf('person', 3, undefined, item('person'));
  for (const bucket of [source, destination]) {
    bucket.store(objectKey, image, T0 + 2_000);
    bucket.store(removed.objectKey, removed.image, T0 + 3_000);
  }
  new JournalFolder(destination, table).run([objectKey]);
  return { source, destination };
}

const readerOf = (bucket: MemoryBucket) =>
  withJournals(bucket, { lister: bucket.versionLister, bytes: bucket.bytes }, '');

interface World {
  readonly source: MemoryBucket;
  readonly destination: MemoryBucket;
}

async function erase(
  { source, destination }: World,
  sourceForgets: boolean,
  { statusOf, denied }: { statusOf?: ErasedBucket['statusOf']; denied?: string } = {},
) {
  const told: LeftObject[] = [];
  const bucketOf = (side: ErasedSide, bucket: MemoryBucket): ErasedBucket => ({
    ...{ side, source: readerOf(bucket), lister: bucket.versionLister, bytes: bucket.bytes, statusOf },
    deletes: {
      deleteAll(versions) {
        const isDenied = ({ objectKey }: { objectKey: string }) => side === 'source' && objectKey === denied;
        for (const one of versions) if (!isDenied(one)) bucket.deleteVersion(one.objectKey, one.versionId);
        const refused = versions.filter(isDenied);
        return Promise.resolve(refused.map((one) => ({ ...one, code: 'AccessDenied', message: 'no' })));
      },
    },
  });
  const ignored = () => undefined;
  const outcome = await eraseItems({
    ...{ table, buckets: [bucketOf('source', source), bucketOf('destination', destination)], sourceForgets },
    selection: { partition: { S: 'person' } },
    live: { getBatch: () => Promise.resolve([]) },
    journalLifecycle: { sourceExpirationDays: sourceForgets ? 30 : null },
    reports: { lister: destination.lister, texts: destination },
    batches: { lister: source.versionLister, texts: source },
    header: { tableName: 'orders', sourceBucket: 's', destinationBucket: 'd' },
    ...{ dryRun: false, bypassGovernance: false, nowMs: () => T0 + DAY_MS, signal: new AbortController().signal },
    mayDo: () => Promise.resolve(true),
    ...{ onPlan: ignored, onUnclear: ignored, onLeft: ignored, onJournal: (one) => told.push(one) },
  });
  return { ...outcome, told };
}

async function stateIn(bucket: MemoryBucket, pk: string): Promise<string> {
  const source = readerOf(bucket);
  try {
    const history = await source.history(keyOf(pk));
    return history ? (await stateOfObject({ source, table, momentMs: Infinity }, history)).is : 'absent';
  } finally {
    await source.close?.();
  }
}

const statesOf = async ({ source, destination }: World) => ({
  source: await stateIn(source, 'person'),
  destination: await stateIn(destination, 'person'),
});

test('whoever is erased does not come back by a batch that the source bucket keeps', async () => {
  const world = changedOver();
  for (const round of ['first', 'once more']) {
    const { done } = await erase(world, false);
    expect([round, done?.left !== 0]).toEqual([round, true]);
    expect(await stateIn(world.source, 'person')).toBe('absent');
    expect(await stateIn(world.destination, 'person')).toBe('absent');
    expect(await stateIn(world.source, 'other')).toBe('item');
  }
});

test('where the batch may go, so does the image of the delete', async () => {
  const world = changedOver();
  expect((await erase(world, true)).done).toMatchObject({ left: 0 });
  for (const bucket of [world.source, world.destination])
    expect(bucket.keys().filter((key) => key === keyOf('person'))).toEqual([]);
  expect(await stateIn(world.destination, 'other')).toBe('item');
});

describe('a batch that has come to no other bucket yet', () => {
  test.each([true, false])('keeps the delete, where the source bucket forgets: %s', async (sourceForgets) => {
    const world = notReplicated();
    for (const round of ['first', 'once more']) {
      const { done, told } = await erase(world, sourceForgets);
      expect([round, done?.left]).toEqual([round, 4]);
      expect(told.map(({ in: side }) => side)).toEqual(['destination', 'destination', 'source', 'source']);
      expect(told[0]?.reason).toContain('has come to no other bucket yet');
      expect(await statesOf(world)).toEqual({ source: 'absent', destination: 'absent' });
      expect(await stateIn(world.source, 'other')).toBe('item');
    }
    world.destination.store(world.first.objectKey, world.first.image);
    expect(await statesOf(world)).toEqual({ source: 'absent', destination: 'absent' });
    // Where the source bucket keeps its journal for ever, both of its batches stay.
    expect((await erase(world, sourceForgets)).done?.left).toBe(sourceForgets ? 0 : 2);
    expect(await statesOf(world)).toEqual({ source: 'absent', destination: 'absent' });
    expect(await stateIn(world.destination, 'other')).toBe('item');
  });

  test('is told as that, and the one with the delete as such', async () => {
    const { told } = await erase(notReplicated(), true);
    expect(told.slice(2).map(({ otherLines, reason }) => [otherLines, reason])).toEqual([
      [1, expect.stringContaining('erase again when it has been replicated')],
      [0, expect.stringMatching(/0 of other items; something else of its item stays/)],
    ]);
  });

  test('keeps nothing where it comes while it is asked for, or has been there and is gone', async () => {
    const late = notReplicated();
    const comes = (objectKey: string) => {
      if (objectKey === late.first.objectKey) late.destination.store(objectKey, late.first.image);
      return Promise.resolve('COMPLETED');
    };
    expect((await erase(late, true, { statusOf: comes })).done?.left).toBe(0);
    expect(await stateIn(late.destination, 'other')).toBe('item');
    const gone = notReplicated();
    const { told } = await erase(gone, false, { statusOf: () => Promise.resolve('COMPLETED') });
    expect(told.map(({ in: side }) => side)).toEqual(['source', 'source']);
  });
});

/** What nobody can read, for now. */
function unreadable({ objectKey, image }: ReturnType<typeof batchOf>) {
  return {
    hide: (bucket: MemoryBucket) => {
      for (const { versionId } of bucket.stored(objectKey)) bucket.deleteVersion(objectKey, versionId);
      bucket.store(objectKey, image, T0 + 2_000, 'DEEP_ARCHIVE');
    },
    show: (bucket: MemoryBucket) => {
      for (const { versionId } of bucket.stored(objectKey)) bucket.deleteVersion(objectKey, versionId);
      bucket.store(objectKey, image, T0 + 2_000);
    },
  };
}

test.each(['source', 'destination'] as const)(
  'a batch of the %s that cannot be read keeps the delete',
  async (side) => {
    const world = notReplicated();
    const batch = unreadable(world.first);
    batch.hide(world[side]);
    const { done, unclear } = await erase(world, true);
    expect([unclear, done?.left !== 0]).toEqual([1, true]);
    batch.show(world[side]);
    expect(await statesOf(world)).toEqual({ source: 'absent', destination: 'absent' });
    world.destination.store(world.first.objectKey, world.first.image);
    expect(await statesOf(world)).toEqual({ source: 'absent', destination: 'absent' });
    expect((await erase(world, true)).done?.left).toBe(0);
  },
);

test('a batch of the source bucket that cannot be read, and is in a run of the destination, keeps all of the source bucket', async () => {
  const world = notReplicated();
  world.destination.store(world.first.objectKey, world.first.image);
  new JournalFolder(world.destination, table).run([world.first.objectKey]);
  const batch = unreadable(world.first);
  batch.hide(world.source);
  const { done, unclear, told } = await erase(world, true);
  expect([unclear, done?.left]).toEqual([1, 1]);
  expect(told[0]?.reason).toContain('cannot be read');
  batch.show(world.source);
  expect(await statesOf(world)).toEqual({ source: 'absent', destination: 'absent' });
  expect((await erase(world, true)).done?.left).toBe(0);
  expect(await statesOf(world)).toEqual({ source: 'absent', destination: 'absent' });
});

test('a batch of the source bucket that S3 does not delete keeps the one of the delete', async () => {
  const world = notReplicated();
  world.destination.store(world.first.objectKey, world.first.image);
  const { told } = await erase(world, true, { denied: world.first.objectKey });
  expect(told.map(({ objectKey, reason }) => [objectKey, reason])).toEqual([
    [world.first.objectKey, expect.stringContaining('S3 refused: AccessDenied')],
    [world.last.objectKey, expect.stringContaining('something else of its item stays in the source bucket')],
  ]);
  expect(await statesOf(world)).toEqual({ source: 'absent', destination: 'absent' });
  expect((await erase(world, true)).done?.left).toBe(0);
});

test('a batch of nobody else, which has come to no other bucket and S3 does not delete, keeps the delete', async () => {
  const world = notReplicated();
  const alone = batchOf([entryOf('person', 0, item('person'))]);
  world.source.store(alone.objectKey, alone.image, T0 + 1_000);
  world.source.deleteVersion(world.first.objectKey, 'v0');
  const { told } = await erase(world, true, { denied: alone.objectKey });
  expect(told.map(({ in: side }) => side)).toEqual(['destination', 'destination', 'source', 'source']);
  expect(told[2]?.reason).toContain('S3 refused: AccessDenied');
  world.destination.store(alone.objectKey, alone.image);
  expect(await statesOf(world)).toEqual({ source: 'absent', destination: 'absent' });
  expect((await erase(world, true)).done?.left).toBe(0);
});

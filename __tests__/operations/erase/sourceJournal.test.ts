import type { AttributeMap } from '../../../core/attributeValue';
import { encodeImage, itemDigest } from '../../../core/image';
import { encodeJournal, type JournalEntry } from '../../../core/journal/journalObject';
import { DAY_MS } from '../../../core/lockRenewal';
import { objectKeyOf } from '../../../core/objectKey';
import { eraseItems } from '../../../operations/erase/eraseItems';
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
  return { source, destination };
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

async function erase({ source, destination }: ReturnType<typeof changedOver>, sourceForgets: boolean) {
  const bucketOf = (side: ErasedSide, bucket: MemoryBucket): ErasedBucket => ({
    ...{ side, source: readerOf(bucket), lister: bucket.versionLister, bytes: bucket.bytes },
    deletes: {
      deleteAll(versions) {
        for (const { objectKey, versionId } of versions) bucket.deleteVersion(objectKey, versionId);
        return Promise.resolve([]);
      },
    },
  });
  const ignored = () => undefined;
  return eraseItems({
    ...{ table, buckets: [bucketOf('source', source), bucketOf('destination', destination)], sourceForgets },
    selection: { partition: { S: 'person' } },
    live: { getBatch: () => Promise.resolve([]) },
    journalLifecycle: { sourceExpirationDays: sourceForgets ? 30 : null },
    reports: { lister: destination.lister, texts: destination },
    batches: { lister: source.versionLister, texts: source },
    header: { tableName: 'orders', sourceBucket: 's', destinationBucket: 'd' },
    ...{ dryRun: false, bypassGovernance: false, nowMs: () => T0 + DAY_MS, signal: new AbortController().signal },
    mayDo: () => Promise.resolve(true),
    ...{ onPlan: ignored, onUnclear: ignored, onLeft: ignored, onJournal: ignored },
  });
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

test('a batch that has to stay keeps the one of the delete', async () => {
  const world = notReplicated();
  for (const round of ['first', 'once more']) {
    const { done } = await erase(world, true);
    expect([round, done?.left]).toEqual([round, 2]);
    expect(await stateIn(world.source, 'person')).toBe('absent');
    expect(await stateIn(world.source, 'other')).toBe('item');
  }
});

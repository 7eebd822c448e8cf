import fc from 'fast-check';
import type { ObjectHistory } from '../../../aws/objectVersions';
import { compareChanges, type ChangePosition } from '../../../core/changePosition';
import { chainGaps } from '../../../core/chain';
import { CLOCK_SLACK_MS } from '../../../core/history';
import {
  backfillImage,
  encodeImage,
  itemDigest,
  NO_ITEM,
  type ImageHeader,
  type StoredImage,
} from '../../../core/image';
import { journalPrefix } from '../../../core/journal/journalKeys';
import { encodeJournal, type JournalKind } from '../../../core/journal/journalObject';
import { readHeader } from '../../../core/readImage';
import type { ImageSource } from '../../../operations/images/imageSource';
import { readForWriting } from '../../../operations/images/objectForWriting';
import { stateOfObject, type ObjectState } from '../../../operations/images/stateOfObject';
import { withJournals } from '../../../operations/journal/journalImageSource';
import { storedHistories, type Stored } from '../../core/storedHistories';
import { MemoryBucket } from '../../support/memoryBucket';

const table = { prefix: 'eu/', tableName: 'users', keySchema: { partitionKey: 'id' } };
const KEY = 'eu/users/a/image.json';
const OTHER = 'eu/users/b/image.json';

const sourceOf = (bucket: MemoryBucket, memoryCharacters?: number): ImageSource =>
  withJournals(bucket, { lister: bucket.versionLister, bytes: bucket.bytes }, 'eu/', memoryCharacters);

/** Stores a journal object as S3 would have received it then. */
function storeJournal(
  bucket: MemoryBucket,
  entries: readonly { objectKey: string; image: StoredImage }[],
  storedAtMs: number,
  kind: JournalKind = 'capture',
): string {
  const { objectKey, body, metadata } = encodeJournal({ table, kind, writtenAtMs: storedAtMs, entries });
  bucket.store(objectKey, { body: body.toString('latin1'), metadata }, storedAtMs);
  return objectKey;
}

const stateItem = (digest: string | undefined) =>
  digest === undefined || digest === NO_ITEM ? undefined : { id: { S: 'a' }, state: { S: digest } };

/** The image that a header of a drawn history is of, with digests that are true. */
function imageOf({ digest, previousDigest, ...header }: ImageHeader): StoredImage {
  if (header.event === 'PREDECESSOR') return { body: '{"id":"a"}', metadata: {} };
  const image = encodeImage(
    { ...header, ...(previousDigest !== undefined && { previousDigest: itemDigest(stateItem(previousDigest)) }) },
    stateItem(digest),
  );
  const { writeId } = header;
  return writeId === undefined ? image : { ...image, metadata: { ...image.metadata, 'dcs-write-id': writeId } };
}

function kindOf({ event, writeId }: ImageHeader): JournalKind {
  if (event === 'BACKFILL') return 'backfill';
  if (event === 'REPAIR') return 'repair';
  return writeId === undefined ? 'capture' : 'redrive';
}

/** The same history twice: all of it as images, and some of it, or all, in journals. */
function bothLayouts(history: readonly Stored[], isInJournal: readonly boolean[]) {
  const [images, mixed] = [new MemoryBucket(), new MemoryBucket()];
  for (const [i, { header, storedAtMs }] of history.entries()) {
    const image = imageOf(header);
    // A repair has no write id in the drawn histories, and always has one in a bucket.
    const isMarked =
      header.event !== 'PREDECESSOR' && (['REPAIR', 'BACKFILL'].includes(header.event) || header.writeId !== undefined);
    images.store(
      KEY,
      isMarked ? { ...image, metadata: { ...image.metadata, 'dcs-write-id': 'w' } } : image,
      storedAtMs,
    );
    if (header.event === 'PREDECESSOR' || !isInJournal[i % isInJournal.length]) {
      mixed.store(KEY, image, storedAtMs);
    } else {
      storeJournal(mixed, [{ objectKey: KEY, image }], storedAtMs, kindOf(header));
    }
  }
  return { images, mixed };
}

/**
 * Two that were read in the same millisecond have the same place, and the one that was stored last counts. Of an object that is put
 * again within its hour the journal has the first alone: which of two was last is not the same then.
 */
function isClear(history: readonly Stored[]): boolean {
  const placed = history.map(({ header }) => ({ position: asStored(header.position), digest: header.digest }));
  return placed.every(({ position, digest }) =>
    placed.every((other) => compareChanges(other.position, position) !== 0 || other.digest === digest),
  );
}

/** Times are drawn with parts of a millisecond, which no image keeps. */
function asStored(position: ChangePosition): ChangePosition {
  return 'readAtMs' in position ? { ...position, readAtMs: Math.floor(position.readAtMs) } : position;
}

/** What a state says, apart from which version it was read from. */
const meaning = (state: ObjectState) => ({ ...state, reason: 'reason' in state });

describe('a bucket with journals', () => {
  test('law: the state at every moment is that of the same history in images', async () => {
    await fc.assert(
      fc.asyncProperty(
        storedHistories,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
        async (history, isInJournal) => {
          if (history.length === 0 || !isClear(history)) return;
          const { images, mixed } = bothLayouts(history, isInJournal);
          const times = history.flatMap(({ storedAtMs, header }) => [storedAtMs, Math.floor(header.changedAtMs)]);
          for (const momentMs of [...times, Infinity]) {
            const [expected, found] = await Promise.all(
              [images as ImageSource, sourceOf(mixed)].map(async (source) =>
                meaning(await stateOfObject({ source, table, momentMs }, (await source.history(KEY))!)),
              ),
            );
            expect(found).toEqual(expected);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('law: the history and its gaps are those of the same changes in images', async () => {
    const identity = (header: ImageHeader) =>
      JSON.stringify([header.event, header.position, header.digest, header.previousDigest, header.changedAtMs]);
    const headersIn = async (source: ImageSource) => {
      const { versions } = (await source.history(KEY))!;
      const stored = await Promise.all(
        versions.map(async ({ objectKey, versionId, storedAtMs }) => ({
          ...(await source.images.get(objectKey, versionId)),
          storedAtMs,
        })),
      );
      return stored.map(readHeader);
    };
    await fc.assert(
      fc.asyncProperty(storedHistories, async (drawn) => {
        // An image that says to be later than it was stored is known by when that was, which a copy of it has otherwise.
        const history = drawn.filter(
          ({ header, storedAtMs }) =>
            header.event !== 'PREDECESSOR' && header.changedAtMs <= storedAtMs + CLOCK_SLACK_MS,
        );
        if (history.length === 0) return;
        const { images, mixed } = bothLayouts(history, [true]);
        const [expected, found] = [await headersIn(images), await headersIn(sourceOf(mixed))];
        expect(new Set(found.map(identity))).toEqual(new Set(expected.map(identity)));
        expect(chainGaps(found)).toHaveLength(chainGaps(expected).length);
      }),
      { numRuns: 40 },
    );
  });

  const image = (value: number, atMs: number, id = 'a') =>
    encodeImage(
      {
        ...{ event: 'INSERT', changedAtMs: atMs, previousDigest: NO_ITEM },
        position: { source: 'stream', streamLabel: 'L', sequenceNumber: String(value) },
      },
      { id: { S: id }, value: { N: String(value) } },
    );
  const keysIn = async (source: ImageSource, prefix = 'eu/users/') => {
    const found: ObjectHistory[] = [];
    for await (const history of source.histories(prefix)) found.push(history);
    return Object.fromEntries(found.map(({ objectKey, versions }) => [objectKey, versions.length]));
  };

  test.each([
    ['in memory', undefined],
    ['in temporary files', 0],
  ])('each item is listed once, with what either layout has of it, %s', async (_, memoryCharacters) => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(1, 1_000), 1_000);
    bucket.store('eu/users/images/image.json', image(1, 1_000, 'images'), 1_000);
    storeJournal(
      bucket,
      [2, 3].map((n) => ({ objectKey: KEY, image: image(n, n * 1_000) })),
      5_000,
    );
    storeJournal(bucket, [{ objectKey: OTHER, image: image(7, 7_000, 'b') }], 9_000);
    const source = sourceOf(bucket, memoryCharacters);
    expect(await keysIn(source)).toEqual({ [KEY]: 3, [OTHER]: 1, 'eu/users/images/image.json': 1 });
    expect(await keysIn(source, 'eu/users/b/')).toEqual({ [OTHER]: 1 });
    const { versions = [] } = (await source.history(OTHER)) ?? {};
    expect(await source.images.get(OTHER, versions[0]?.versionId)).toMatchObject({ storedAtMs: 9_000 });
    expect(await source.images.head(OTHER, versions[0]?.versionId)).toMatchObject({ storedAtMs: 9_000 });
    await source.close?.();
  });

  test('what comes while a command runs is seen at the next look', async () => {
    const bucket = new MemoryBucket();
    const source = sourceOf(bucket);
    expect(await source.history(KEY)).toBeUndefined();
    storeJournal(bucket, [{ objectKey: KEY, image: image(1, 1_000) }], 2_000);
    expect((await source.history(KEY))?.versions).toHaveLength(1);
  });

  test('what was put over a journal object, or a delete marker, takes nothing away', async () => {
    const bucket = new MemoryBucket();
    const objectKey = storeJournal(bucket, [{ objectKey: KEY, image: image(1, 1_000) }], 2_000);
    bucket.store(objectKey, { body: 'something else', metadata: {} }, 90_000);
    bucket.deleteMarker(objectKey);
    expect((await sourceOf(bucket).history(KEY))?.versions).toMatchObject([{ storedAtMs: 2_000 }]);
  });

  test('an object under a key that no journal object has is told, and not read', async () => {
    const bucket = new MemoryBucket();
    storeJournal(bucket, [{ objectKey: KEY, image: image(1, 1_000) }], 2_000);
    const strange = ['../up', 'x.tsv.gz', '2026/01/05/12/', '9999/99/99/99/x'].map(
      (name) => journalPrefix(table) + name,
    );
    for (const key of strange) bucket.store(key, { body: 'null', metadata: {} }, 2_000);
    const get: typeof bucket.bytes.get = (key, options) =>
      strange.includes(key) ? Promise.reject(new Error(`${key} is read`)) : bucket.bytes.get(key, options);
    const source = withJournals(bucket, { lister: bucket.versionLister, bytes: { get } }, 'eu/');
    expect(Object.keys(await keysIn(source, 'eu/users/'))).toHaveLength(1 + strange.length);
    await source.close?.();
  });

  test('what cannot be read is an object that cannot be read, and every item asked for by its key is one', async () => {
    const bucket = new MemoryBucket();
    bucket.store('eu/users/images/image.json', image(1, 1_000, 'images'), 1_000);
    const objectKey = storeJournal(bucket, [{ objectKey: KEY, image: image(1, 1_000) }], 2_000);
    bucket.deleteVersion(objectKey, 'v0');
    bucket.store(objectKey, { body: 'damaged', metadata: {} }, 2_000);
    const source = sourceOf(bucket);
    const states: ObjectState[] = [];
    for await (const history of source.histories('eu/users/')) {
      states.push(await stateOfObject({ source, table, momentMs: Infinity }, history));
    }
    const reason: unknown = expect.stringContaining(objectKey);
    expect(states).toEqual([
      {
        is: 'unreadable',
        objectKey: expect.stringMatching(/^eu\/users\/=journal\/.*\/image\.json$/) as unknown,
        reason,
      },
      expect.objectContaining({ is: 'item' }),
    ]);
    const one = await source.history('eu/users/images/image.json');
    expect(await stateOfObject({ source, table, momentMs: Infinity }, one!)).toMatchObject({
      is: 'unreadable',
      reason,
    });
    expect(await keysIn(source, 'eu/users/images/')).toEqual({ 'eu/users/images/image.json': 1 });
    expect(Object.keys(await keysIn(source, 'eu/users/=sha256-'))).toHaveLength(1);
  });

  test('a line that is of no format is unreadable by itself', async () => {
    const bucket = new MemoryBucket();
    const odd = { ...image(1, 1_000), metadata: { ...image(1, 1_000).metadata, 'dcs-event': 'EXPLODE' } };
    storeJournal(
      bucket,
      [
        { objectKey: KEY, image: odd },
        { objectKey: OTHER, image: image(2, 1_000, 'b') },
      ],
      2_000,
    );
    const source = sourceOf(bucket);
    const stateIn = async (key: string) =>
      stateOfObject({ source, table, momentMs: Infinity }, (await source.history(key))!);
    expect(await stateIn(KEY)).toMatchObject({
      is: 'unreadable',
      reason: expect.stringContaining('EXPLODE') as unknown,
    });
    expect(await stateIn(OTHER)).toMatchObject({ is: 'item' });
  });

  test('whoever writes an image goes by the current one, whatever a journal has stored later', async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(1, 1_000), 1_000);
    storeJournal(bucket, [{ objectKey: KEY, image: image(2, 2_000) }], 3_000);
    const [current] = bucket.versions(KEY);
    const seen = await readForWriting(sourceOf(bucket), KEY);
    expect(seen).toMatchObject({ condition: { IfMatch: current?.etag }, isNewestCurrent: true });
    expect(seen.newest?.header.position).toMatchObject({ sequenceNumber: '2' });
    bucket.store(KEY, image(3, 4_000), 4_000);
    expect(await readForWriting(sourceOf(bucket), KEY)).toMatchObject({ isNewestCurrent: true });
    storeJournal(bucket, [{ objectKey: OTHER, image: image(2, 2_000, 'b') }], 3_000);
    expect((await readForWriting(sourceOf(bucket), OTHER)).condition).toEqual({ IfNoneMatch: '*' });
  });

  test('images stay in the order in which S3 shows them, also where an older one has arrived last', async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, image(3, 4_000), 4_000);
    bucket.store(KEY, image(1, 1_000), 1_000);
    storeJournal(bucket, [{ objectKey: KEY, image: image(2, 2_000) }], 2_000);
    const history = (await sourceOf(bucket).history(KEY))!;
    expect(history.versions.map(({ storedAtMs }) => storedAtMs)).toEqual([2_000, 4_000, 1_000]);
    const told: string[] = [];
    const onNotCurrent = (objectKey: string) => void told.push(objectKey);
    await stateOfObject({ source: sourceOf(bucket), table, momentMs: Infinity, onNotCurrent }, history);
    expect(told).toEqual([KEY]);
  });

  test('a table without a journal is read as ever', async () => {
    const bucket = new MemoryBucket();
    bucket.store(KEY, backfillImage({ id: { S: 'a' } }, 1_000), 1_000);
    const source = sourceOf(bucket);
    expect(await keysIn(source)).toEqual({ [KEY]: 1 });
    expect(await source.history(KEY)).toEqual(await bucket.history(KEY));
    expect(await keysIn(source, 'eu/=dcs/users/')).toEqual({});
  });
});

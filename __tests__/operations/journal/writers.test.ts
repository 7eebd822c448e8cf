import fc from 'fast-check';
import { S3Error } from '../../../aws/s3Error';
import { compareChanges } from '../../../core/changePosition';
import { backfillImage, encodeImage, NO_ITEM, repairImage, type StoredImage } from '../../../core/image';
import { journalPrefix } from '../../../core/journal/journalKeys';
import { imageOfLine } from '../../../core/journal/journalLine';
import { readJournal, type JournalBatch } from '../../../core/journal/journalObject';
import { redrivenMarkerKey } from '../../../core/parkedBatch';
import { readHeader, readImage } from '../../../core/readImage';
import { recordObjectKey, type StreamRecord } from '../../../core/streamRecord';
import { captureBatch } from '../../../lambda/capture/captureBatch';
import { captureJournal } from '../../../lambda/capture/captureJournal';
import { NewestWritten } from '../../../lambda/capture/newestWritten';
import { backfillJournal } from '../../../operations/backfill/backfillJournal';
import type { BackfillCounts, FailedItem } from '../../../operations/backfill/backfillItems';
import { imagesIntoJournal, putInJournal, type JournalPlace } from '../../../operations/journal/putInJournal';
import type { LeftRecord } from '../../../operations/redrive/redriveBatch';
import { redriveBatches } from '../../../operations/redrive/redriveBatches';
import { sequenceNumber, userRecord, USERS, USERS_STREAM_ARN } from '../../fixtures/streamRecords';
import { MemoryBucket } from '../../support/memoryBucket';

const NEVER = new AbortController().signal;
const placeIn = (bucket: MemoryBucket, bytes: JournalPlace['bytes'] = bucket.bytes): JournalPlace => ({
  ...{ table: USERS, bytes, nowMs: bucket.nowMs, signal: NEVER },
});
const keyOf = (id: string) => `users/${id}/image.json`;
const item = (id: string, n: number) => ({ id: { S: id }, n: { N: String(n) } });

/** What is in the journal, an object each. */
async function journalOf(bucket: MemoryBucket): Promise<JournalBatch[]> {
  const keys = bucket.keys().filter((key) => key.startsWith(journalPrefix(USERS)));
  return Promise.all(keys.map(async (key) => readJournal(USERS, key, (await bucket.bytes.get(key)).bytes)));
}

/** Every image of an item, whichever layout holds it. */
async function imagesOf(bucket: MemoryBucket, objectKey: string): Promise<StoredImage[]> {
  const lines = (await journalOf(bucket)).flatMap((batch) =>
    batch.lines.filter((line) => line.objectKey === objectKey).map((line) => imageOfLine(line, batch)),
  );
  return [...bucket.stored(objectKey), ...lines];
}

async function newestOf(bucket: MemoryBucket, objectKey: string): Promise<StoredImage | undefined> {
  const position = ({ metadata }: StoredImage) =>
    readHeader({ metadata, storedAtMs: Number.MAX_SAFE_INTEGER }).position;
  const [newest] = (await imagesOf(bucket, objectKey)).sort((a, b) => -compareChanges(position(a), position(b)));
  return newest;
}

const streamImage = (id: string, n: number, streamLabel: string) =>
  encodeImage(
    {
      ...{ event: 'INSERT', changedAtMs: n, previousDigest: NO_ITEM },
      position: { source: 'stream', streamLabel, sequenceNumber: sequenceNumber(n) },
    },
    item(id, n),
  );

describe('what is written beside capture', () => {
  test('is an object for each stream, and there once', async () => {
    const bucket = new MemoryBucket(Date.UTC(2026, 10, 27));
    const labels = ['2026-11-23T08:00:00.000', '2026-11-24T08:00:00.000'];
    const entries = labels.flatMap((label, n) => [
      { objectKey: keyOf('a'), image: streamImage('a', n, label) },
      { objectKey: keyOf('b'), image: backfillImage(item('b', n), n) },
    ]);
    expect(await putInJournal(placeIn(bucket), 'redrive', entries)).toBe('written');
    expect(await putInJournal(placeIn(bucket), 'redrive', entries)).toBe('refused');
    const found = (await journalOf(bucket)).map(({ streamLabel, lines }) => [streamLabel, lines.length]);
    expect(found.sort()).toEqual([['-', 2], ...labels.map((label) => [label, 1])]);
  });

  test('a repair stands above the image that it was made on, and below every change to come', async () => {
    const bucket = new MemoryBucket(Date.UTC(2026, 10, 27));
    const label = '2026-11-23T08:00:00.000';
    bucket.store(keyOf('a'), streamImage('a', 1, label));
    const { position } = readHeader({ ...streamImage('a', 1, label), storedAtMs: 2 });
    const repair = repairImage(item('a', 9), position, bucket.clockMs);
    expect(await imagesIntoJournal(placeIn(bucket), 'repair').putIf(keyOf('a'), repair, { IfNoneMatch: '*' })).toBe(
      'written',
    );
    expect((await newestOf(bucket, keyOf('a')))?.body).toBe(repair.body);
    const next = streamImage('a', 2, label);
    bucket.store(keyOf('a'), next);
    expect((await newestOf(bucket, keyOf('a')))?.body).toBe(next.body);
  });
});

describe('a backfill into the journal', () => {
  async function backfill(
    bucket: MemoryBucket,
    ids: readonly string[],
    bytes?: JournalPlace['bytes'],
    known: string[] = [],
  ) {
    const counts: BackfillCounts = { read: 0, written: 0, alreadyThere: 0, failed: 0 };
    const failed: FailedItem[] = [];
    const pages = (async function* () {
      yield await Promise.resolve([
        ...ids.map((id) => ({ item: item(id, 1), readAtMs: bucket.clockMs })),
        { unreadable: 'no JSON' },
      ]);
    })();
    await backfillJournal(
      {
        ...{ table: USERS, pages, known: new Set(known), signal: NEVER, pause: () => Promise.resolve() },
        journal: placeIn(bucket, bytes),
        watch: { onFailed: (one) => failed.push(one) },
      },
      counts,
    );
    return { counts, failed };
  }

  test('gives each item without an image a line that is below every change, however late it is stored', async () => {
    const bucket = new MemoryBucket(Date.UTC(2026, 10, 27));
    const captured = streamImage('a', 7, '2026-11-23T08:00:00.000');
    await putInJournal(placeIn(bucket), 'redrive', [{ objectKey: keyOf('a'), image: captured }]);
    const { counts, failed } = await backfill(bucket, ['a', 'b', 'c'], undefined, [keyOf('c')]);
    expect(counts).toEqual({ read: 4, written: 2, alreadyThere: 1, failed: 1 });
    expect(failed).toEqual([{ keys: {}, reason: 'no JSON' }]);
    expect((await newestOf(bucket, keyOf('a')))?.body).toBe(captured.body);
    expect((await newestOf(bucket, keyOf('b')))?.body).toBe(backfillImage(item('b', 1), 0).body);
  });

  test('holds at most 10,000 items an object', async () => {
    const bucket = new MemoryBucket(Date.UTC(2026, 10, 27));
    const ids = Array.from({ length: 10_001 }, (_, n) => `u${n}`);
    expect((await backfill(bucket, ids)).counts.written).toBe(10_001);
    expect((await journalOf(bucket)).map(({ lines }) => lines.length).sort()).toEqual([1, 10_000]);
  });

  test('counts as failed what could not be stored, and names each item', async () => {
    let calls = 0;
    const putOnce = () => Promise.reject(new S3Error('InternalError', ++calls && 500, 'simulated', {}));
    const { counts, failed } = await backfill(new MemoryBucket(), ['a', 'b'], { putOnce });
    expect(counts).toEqual({ read: 3, written: 0, alreadyThere: 0, failed: 3 });
    expect(failed.map(({ keys }) => keys)).toEqual([{}, { id: { S: 'a' } }, { id: { S: 'b' } }]);
    expect(calls).toBeGreaterThan(1);
  });
});

test('a redrive into the journal stores what can be read as one object, and marks what is whole', async () => {
  const bucket = new MemoryBucket(Date.UTC(2026, 10, 27));
  const batch = (name: string) => `aws/lambda/mapping/shardId-1/2026/01/01/${name}`;
  const record = (id: string, n: number) => userRecord({ id, sequenceNumber: sequenceNumber(n), to: {} });
  const parked = (...records: object[]) =>
    JSON.stringify({
      DDBStreamBatchInfo: { streamArn: USERS_STREAM_ARN, batchSize: records.length },
      payload: JSON.stringify({ Records: records }),
    });
  await bucket.write(batch('a'), parked(record('a', 1), record('b', 2)));
  await bucket.write(batch('b'), parked(record('c', 3), { ...record('d', 4), eventName: 'MERGE' }));
  const redrive = (dryRun = false) =>
    redriveBatches({
      ...{ lister: bucket.versionLister, source: bucket, images: bucket, texts: bucket, nowMs: bucket.nowMs, dryRun },
      ...{ onlyTables: [], signal: NEVER, tableOf: () => USERS, journalOf: () => bucket.bytes },
    });
  expect(await redrive(true)).toMatchObject({ applied: 3, done: 0, left: 1 });
  expect(await journalOf(bucket)).toEqual([]);
  expect(await redrive()).toMatchObject({ applied: 3, done: 1, left: 1 });
  expect((await journalOf(bucket)).map(({ kind, lines }) => [kind, lines.length])).toEqual([
    ['redrive', 2],
    ['redrive', 1],
  ]);
  expect([batch('a'), batch('b')].map((key) => bucket.keys().includes(redrivenMarkerKey(key)))).toEqual([true, false]);
  expect(await redrive()).toMatchObject({ doneBefore: 1, applied: 0, alreadyThere: 1, left: 1 });
});

test('a redrive that cannot write the journal leaves each change of its batch, unless it is told to stop', async () => {
  const bucket = new MemoryBucket(Date.UTC(2026, 10, 27));
  const records = ['a', 'b'].map((id, n) => userRecord({ id, sequenceNumber: sequenceNumber(n), to: {} }));
  await bucket.write(
    'aws/lambda/mapping/shardId-1/2026/01/01/a',
    JSON.stringify({
      DDBStreamBatchInfo: { streamArn: USERS_STREAM_ARN, batchSize: 2 },
      payload: JSON.stringify({ Records: records }),
    }),
  );
  const stop = new AbortController();
  const left: LeftRecord[] = [];
  const redrive = (fail: () => void) =>
    redriveBatches({
      ...{ lister: bucket.versionLister, source: bucket, images: bucket, texts: bucket, nowMs: bucket.nowMs },
      ...{
        dryRun: false,
        onlyTables: [],
        signal: stop.signal,
        tableOf: () => USERS,
        watch: { onLeft: (one) => left.push(one) },
      },
      journalOf: () => ({
        putOnce: () => {
          fail();
          return Promise.reject(new S3Error('AccessDenied', 403, 'simulated', {}));
        },
      }),
    });
  expect(await redrive(() => undefined)).toMatchObject({ applied: 0, done: 0, left: 1 });
  expect(left.map(({ objectKey, sequenceNumber: number }) => [objectKey, number])).toEqual([
    [keyOf('a'), sequenceNumber(0)],
    [keyOf('b'), sequenceNumber(1)],
  ]);
  expect(left[0]?.reason).toBe('simulated');
  await expect(redrive(() => stop.abort(new Error('stopped')))).rejects.toThrow('stopped');
});

/** Batches of a table's stream, each delivered once or more by a function of either layout. */
const traffic = fc.array(
  fc.record({
    ids: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }),
    layouts: fc.array(fc.constantFrom('images', 'journal'), { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 6 },
);

test('law: however the layout changes while capture runs, every change is there, and the newest is what the table says', async () => {
  await fc.assert(
    fc.asyncProperty(traffic, async (batches) => {
      const bucket = new MemoryBucket(Date.UTC(2026, 10, 27));
      const common = { table: USERS, nowMs: bucket.nowMs, onFailure: () => undefined };
      const made = new Map<string, string[]>();
      let changes = 0;
      for (const { ids, layouts } of batches) {
        const records = ids.map((id): StreamRecord => {
          const n = changes++;
          const before = made.get(keyOf(id));
          made.set(keyOf(id), [...(before ?? []), sequenceNumber(n)]);
          return userRecord({ id, sequenceNumber: sequenceNumber(n), to: item(id, n), ...(before && { from: {} }) });
        });
        for (const layout of layouts) {
          const newestWritten = new NewestWritten(10); // Each time another instance of the function.
          const { batchItemFailures } =
            layout === 'journal'
              ? await captureJournal({ ...common, journal: bucket.bytes }, records, NEVER)
              : await captureBatch({ ...common, images: bucket, newestWritten, parallelism: 2 }, records, NEVER);
          expect(batchItemFailures).toEqual([]);
        }
        expect(records.map((record) => recordObjectKey(USERS, record))).toEqual(ids.map(keyOf));
      }
      for (const [objectKey, numbers] of made) {
        const images = await imagesOf(bucket, objectKey);
        const found = new Set(images.map(({ metadata }) => metadata['dcs-sequence-number']));
        expect(found).toEqual(new Set(numbers));
        const newest = await newestOf(bucket, objectKey);
        expect(newest?.metadata['dcs-sequence-number']).toBe(numbers.at(-1));
        const { item: state } = readImage({ ...newest!, storedAtMs: Number.MAX_SAFE_INTEGER });
        expect(sequenceNumber(Number((state!.n as { N: string }).N))).toBe(numbers.at(-1));
      }
    }),
    { numRuns: 60 },
  );
});

import { gzipSync } from 'node:zlib';
import { COVERED_TAG } from '../../../../core/journal/coveredTag';
import { journalKey } from '../../../../core/journal/journalKeys';
import { digestOf } from '../../../../core/digest';
import { LARGEST_JOURNAL_TEXT_BYTES } from '../../../../core/journal/journalObject';
import { tableDefinitionKey } from '../../../../core/tableDefinition';
import { compactTable } from '../../../../operations/journal/compact/compactTable';
import { inTurn } from '../../../../operations/journal/compact/journalListing';
import { catalogOf } from '../../../../operations/journal/runs/catalog';
import { itemsOfBase } from '../../../../operations/journal/runs/itemsOfBase';
import { itemsOfRun } from '../../../../operations/journal/runs/itemsOfRun';
import { MemoryBucket } from '../../../support/memoryBucket';
import { changesFound, changesGiven, keyOf, requestOf, START_MS, store, table, tagged, type Batch } from './journals';

const LATER_MS = START_MS + 86_400_000;
const TIME = '2026-11-23T08:00:00.000Z';
const reads = (bucket: MemoryBucket) => ({ lister: bucket.versionLister, bytes: bucket.bytes });
const all = { limits: {}, tasks: { base: true } };

const batch = (second: number): Batch => ({
  ...{ kind: 'capture', label: '2026-11-23T08:00:00.000', storedAfter: [second] },
  changes: ['a', 'b'].map((id, n) => ({
    id,
    sequenceNumber: second + n,
    state: `${id}${second}`,
    changedAfter: second,
  })),
});

/** Whoever has taken over the source account may store any text whose digest its key tells. */
function plant(
  bucket: MemoryBucket,
  lines: readonly string[],
  { label = '-', kind = 'backfill', storedAtMs = LATER_MS } = {},
): string {
  const head = ['#dcs-journal', '1', table.tableName, label, kind, lines.length].join('\t');
  const text = `${[head, ...lines].join('\n')}\n`;
  const named = { firstSequenceNumber: '', lines: lines.length, digest: digestOf(text) };
  const objectKey = journalKey(table, LATER_MS, named);
  bucket.store(objectKey, { body: gzipSync(text).toString('latin1'), metadata: {} }, storedAtMs);
  return objectKey;
}

const lineOf = (id: string, time: string, body = `{"Item":{"id":{"S":"${id}"}}}`) =>
  [keyOf(id), 'BACKFILL', '-', time, '-', '-', body].join('\t');

/** What is folded beside it and after it is whole. */
async function requireGoesOn(bucket: MemoryBucket): Promise<void> {
  store(bucket, batch(30_000));
  const { isFinished } = await compactTable(requestOf(bucket, all));
  expect(isFinished).toBe(true);
  const { runs, bases, unreadableRuns, unreadableBases } = await catalogOf(reads(bucket), table);
  expect([unreadableRuns, unreadableBases]).toEqual([[], []]);
  for (const run of runs) for await (const item of itemsOfRun(reads(bucket), run)) expect(item).toBeDefined();
  for (const base of bases) for await (const item of itemsOfBase(reads(bucket), base)) expect(item).toBeDefined();
}

describe('what somebody has planted in a journal does not stop the compactor', () => {
  test('many objects that nobody can read, for which there is no time: what is good and came last is folded', async () => {
    const bucket = new MemoryBucket(LATER_MS);
    for (let n = 0; n < 300; n += 1) plant(bucket, [lineOf('c', 'no time', `{"Item":{"n":{"N":"${n}"}}}`)]);
    bucket.clockMs = LATER_MS + 10 * 3_600_000;
    const good = plant(bucket, [lineOf('d', TIME)], { storedAtMs: bucket.clockMs });
    let gets = 0;
    const get: typeof bucket.bytes.get = (...args) => {
      gets += 1;
      return bucket.bytes.get(...args);
    };
    const timeLeftMs = () => (gets > 150 ? 0 : Infinity);
    const reads = { lister: bucket.versionLister, bytes: { get } };
    const result = await compactTable(requestOf(bucket, { ...all, reads, timeLeftMs }));
    expect(result).toMatchObject({ runs: 1, covered: 1, unfolded: 300, isFinished: false });
    expect(tagged(bucket, COVERED_TAG)).toEqual([good]);
  });

  test('what was there for longer is looked at from another one on every hour, each of them in the end', () => {
    const histories = Array.from({ length: 10 }, (_, n) => ({ objectKey: `${n}`, versions: [] }));
    const first = new Set<string>();
    for (let hour = 0; hour < 10; hour += 1) {
      const turn = inTurn(histories, LATER_MS + hour * 3_600_000);
      expect(turn.map(({ objectKey }) => objectKey).sort()).toEqual(histories.map(({ objectKey }) => objectKey));
      first.add(turn[0]!.objectKey);
    }
    expect(first.size).toBe(10);
  });

  test('an object without a line, which is named', async () => {
    const bucket = new MemoryBucket(LATER_MS);
    const planted = plant(bucket, []);
    const told: string[] = [];
    const watch = { onUnreadable: (objectKey: string) => void told.push(objectKey) };
    expect(await compactTable(requestOf(bucket, all), watch)).toMatchObject({ runs: 0, unreadable: 1 });
    expect(told).toEqual([planted]);
    await requireGoesOn(bucket);
  });

  test('one that claims more lines than any batch has', async () => {
    const bucket = new MemoryBucket(LATER_MS);
    plant(
      bucket,
      Array.from({ length: 100_000 }, () => lineOf('c', TIME)),
    );
    expect(await compactTable(requestOf(bucket, all))).toMatchObject({ runs: 0, unreadable: 1 });
    await requireGoesOn(bucket);
  });

  test('a change of before our era', async () => {
    const bucket = new MemoryBucket(LATER_MS);
    plant(bucket, [lineOf('c', '-000001-01-01T00:00:00.000Z')]);
    expect(await compactTable(requestOf(bucket, all))).toMatchObject({ runs: 1, bases: 1, unreadable: 0 });
    expect(await changesFound(bucket)).toEqual(await changesGiven(bucket));
    await requireGoesOn(bucket);
  });

  test('a stream label that each line of a run would repeat', async () => {
    const bucket = new MemoryBucket(LATER_MS);
    const label = '9'.repeat(65);
    plant(bucket, [lineOf('c', TIME)], { label });
    expect(await compactTable(requestOf(bucket, all))).toMatchObject({ runs: 0, unreadable: 1 });
    await requireGoesOn(bucket);
  });

  test('a line that is as large as any is read from the run and the base as from the journal', async () => {
    const bucket = new MemoryBucket(LATER_MS);
    const [kind, label] = ['backfill', '9'.repeat(64)];
    const head = ['#dcs-journal', '1', table.tableName, label, kind, 1].join('\t').length + 2;
    const line = lineOf('c', TIME, '{"Item":{}}');
    const room = LARGEST_JOURNAL_TEXT_BYTES - head - line.length;
    plant(bucket, [line.replace('{}}', `{${' '.repeat(room)}}}`)], { label });
    store(bucket, batch(10));
    expect(await compactTable(requestOf(bucket, all))).toMatchObject({ runs: 1, bases: 1, unreadable: 0 });
    await requireGoesOn(bucket);
  });

  test('an item that changes all the time: what is read back as a whole does not grow with it', async () => {
    const bucket = new MemoryBucket(LATER_MS);
    for (let n = 0; n < 24; n += 1) plant(bucket, [lineOf('c', TIME, `{"Item":{"n":{"N":"${n}"}}}`)]);
    const limits = { memoryCharacters: 0, hashPartCharacters: 500 };
    expect(await compactTable(requestOf(bucket, { limits }))).toMatchObject({ runs: 3, unfolded: 0, unreadable: 0 });
    expect(Object.keys(await changesFound(bucket))).toHaveLength(24);
  });

  test('one that is too large to be read at all: nobody asks for it', async () => {
    const bucket = new MemoryBucket(LATER_MS);
    const planted = plant(bucket, [lineOf('c', TIME)]);
    const asked: string[] = [];
    const page: typeof bucket.versionLister.page = async (...args) => {
      const found = await bucket.versionLister.page(...args);
      const versions = found.versions.map((version) =>
        version.objectKey === planted ? { ...version, sizeBytes: 5 * 2 ** 40 } : version,
      );
      return { ...found, versions };
    };
    const get: typeof bucket.bytes.get = (objectKey, options) => {
      asked.push(objectKey);
      return bucket.bytes.get(objectKey, options);
    };
    const large = { lister: { ...bucket.versionLister, page }, bytes: { get } };
    const result = await compactTable(requestOf(bucket, { ...all, reads: large }));
    expect(result).toMatchObject({ runs: 0, unreadable: 1 });
    expect(asked).not.toContain(planted);
    expect(tagged(bucket, COVERED_TAG)).toEqual([]);
  });

  test.each(['+100000-01-01T00:00:00.000Z', '-000001-01-01T00:00:00.000Z', '2026-11-25T08:00:00.000Z'])(
    'a definition of a table that was created in %s',
    async (createdAt) => {
      const bucket = new MemoryBucket(LATER_MS);
      store(bucket, batch(10));
      const createTable = {
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      };
      for (const life of [{ tableId: '1' }, { tableId: '2', createdAt }]) {
        const body = JSON.stringify({ format: '1', tableName: table.tableName, createTable, ...life });
        bucket.store(tableDefinitionKey(table), { body, metadata: {} }, LATER_MS);
      }
      expect(await compactTable(requestOf(bucket, all))).toMatchObject({ runs: 1, bases: 1 });
      const [base] = (await catalogOf(reads(bucket), table)).bases;
      expect(base?.manifest).toMatchObject({ tableCreatedAt: null, items: 2 });
      await requireGoesOn(bucket);
    },
  );
});

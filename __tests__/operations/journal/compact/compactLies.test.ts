import { UnreadableImageError } from '../../../../core/errors';
import { COVERED_TAG, SUPERSEDED_TAG } from '../../../../core/journal/coveredTag';
import { backfillImage } from '../../../../core/image';
import { encodeJournal } from '../../../../core/journal/journalObject';
import { runsPrefix } from '../../../../core/journal/journalKeys';
import { compactTable } from '../../../../operations/journal/compact/compactTable';
import { catalogOf } from '../../../../operations/journal/runs/catalog';
import { itemsOfBase } from '../../../../operations/journal/runs/itemsOfBase';
import { itemsOfRun } from '../../../../operations/journal/runs/itemsOfRun';
import { tableDefinitionKey } from '../../../../core/tableDefinition';
import { MemoryBucket } from '../../../support/memoryBucket';
import { changesFound, changesGiven, keyOf, requestOf, START_MS, store, table, tagged, type Batch } from './journals';

const LATER_MS = START_MS + 86_400_000;
const DAY_MS = 86_400_000;
const batch = (ids: string, second: number, kind: Batch['kind'] = 'capture'): Batch => ({
  ...{ kind, label: '2026-11-23T08:00:00.000', storedAfter: [second] },
  changes: ids
    .split('')
    .map((id, n) => ({ id, sequenceNumber: second + n, state: `${id}${second}`, changedAfter: second })),
});
const roomy = { limits: {} };

async function compacted(...given: Batch[]): Promise<MemoryBucket> {
  const bucket = new MemoryBucket(LATER_MS);
  for (const one of given) {
    store(bucket, one);
    await compactTable(requestOf(bucket, { ...roomy, tasks: { base: true } }));
  }
  return bucket;
}

const readsOf = (bucket: MemoryBucket) => ({ lister: bucket.versionLister, bytes: bucket.bytes });
const catalogIn = (bucket: MemoryBucket) => catalogOf(readsOf(bucket), table);
const keyEnding = (bucket: MemoryBucket, end: RegExp) => bucket.keys().find((key) => end.test(key))!;

/** Puts another body in the place of an object's. */
function falsify(bucket: MemoryBucket, objectKey: string, body: (before: string) => string): void {
  const [before] = bucket.stored(objectKey);
  bucket.deleteVersion(objectKey, before!.versionId);
  bucket.store(objectKey, { body: body(before!.body), metadata: {} }, before!.storedAtMs);
}

const flipped = (body: string) =>
  body.slice(0, 30) + String.fromCharCode((body.charCodeAt(30) + 1) % 256) + body.slice(31);

async function all(items: AsyncIterable<unknown>): Promise<void> {
  for await (const item of items) expect(item).toBeDefined();
}

/** A journal object of which one line has an event that there is not. */
function storeOdd(bucket: MemoryBucket): string {
  const good = backfillImage({ id: { S: 'c' } }, START_MS);
  const odd = { ...good, metadata: { ...good.metadata, 'dcs-event': 'EXPLODE' } };
  const entries = [good, odd].map((image) => ({ objectKey: keyOf('c'), image }));
  const { objectKey, body } = encodeJournal({ table, kind: 'backfill', writtenAtMs: LATER_MS, entries });
  bucket.store(objectKey, { body: body.toString('latin1'), metadata: {} }, LATER_MS);
  return objectKey;
}

describe('a lie is told:', () => {
  test.each([
    ['a byte of a part of a run', /runs\/.*part-0000\.tsv\.gz$/],
    ['a byte of an index', /runs\/.*part-0000\.index\.gz$/],
  ])('%s', async (_, end) => {
    const bucket = await compacted(batch('abcdef', 10));
    falsify(bucket, keyEnding(bucket, end), flipped);
    const [run] = (await catalogIn(bucket)).runs;
    await expect(all(itemsOfRun(readsOf(bucket), run!))).rejects.toThrow(UnreadableImageError);
  });

  test.each([
    ['the items', /base\/.*items\/part-0000/],
    ['the marks', /base\/.*marks\/part-0000/],
  ])('a byte of %s of a base; the next one is made of all runs', async (_, end) => {
    const bucket = await compacted(batch('abcdef', 10));
    falsify(bucket, keyEnding(bucket, end), flipped);
    const [base] = (await catalogIn(bucket)).bases;
    await expect(all(itemsOfBase(readsOf(bucket), base!))).rejects.toThrow(UnreadableImageError);
    store(bucket, batch('gh', 20));
    const told: string[] = [];
    const watch = { onUnreadable: (objectKey: string) => void told.push(objectKey) };
    await compactTable(requestOf(bucket, { ...roomy, tasks: { base: true } }), watch);
    expect(told).toEqual([base!.prefix]);
    const [newest] = (await catalogIn(bucket)).bases.filter(({ name }) => name !== base!.name);
    expect(newest?.manifest.items).toBe(8);
    await all(itemsOfBase(readsOf(bucket), newest!));
  });

  test('a manifest with a line less: what it has consumed is folded again, and it is named', async () => {
    const bucket = await compacted(batch('abcdef', 10));
    const objectKey = keyEnding(bucket, /runs\/.*manifest\.json$/);
    falsify(bucket, objectKey, (text) => text.replace('"linesOut":6', '"linesOut":5'));
    const { runs, consumed, unreadableRuns } = await catalogIn(bucket);
    expect([runs, consumed.size]).toEqual([[], 0]);
    expect(unreadableRuns).toMatchObject([{ objectKey, reason: expect.stringContaining('linesOut 5') as unknown }]);
    expect(await changesFound(bucket)).toEqual(await changesGiven(bucket));
  });

  test('other bytes where a part is to be: nothing is finished, nothing is tagged', async () => {
    const once = await compacted(batch('abcdef', 10));
    const bucket = new MemoryBucket(LATER_MS);
    const [journalKey] = store(bucket, batch('abcdef', 10));
    const objectKey = keyEnding(once, /runs\/.*part-0000\.tsv\.gz$/);
    bucket.store(objectKey, { body: 'something else', metadata: {} });
    await expect(compactTable(requestOf(bucket, roomy))).rejects.toThrow(/other bytes than/);
    expect(bucket.keys().sort()).toEqual([journalKey!, objectKey].sort());
    expect(tagged(bucket, COVERED_TAG)).toEqual([]);
  });

  test('a store that says written and has other bytes: nothing is tagged', async () => {
    const bucket = new MemoryBucket(LATER_MS);
    store(bucket, batch('abcdef', 10));
    const bytes = {
      putOnce: (...[key, object]: Parameters<typeof bucket.bytes.putOnce>) =>
        bucket.bytes.putOnce(key, {
          ...object,
          bytes: Buffer.from(flipped(object.bytes.toString('latin1')), 'latin1'),
        }),
    };
    await expect(compactTable(requestOf(bucket, { ...roomy, bytes }))).rejects.toThrow(/other bytes than/);
    expect(tagged(bucket, COVERED_TAG)).toEqual([]);
  });
});

describe('what is left alone, and what is given up', () => {
  test('a journal object that cannot be read, or has a line that is no image, is named and in no run', async () => {
    const bucket = new MemoryBucket(LATER_MS);
    const [damaged] = store(bucket, batch('ab', 10));
    const odd = storeOdd(bucket);
    store(bucket, batch('ef', 30));
    falsify(bucket, damaged!, flipped);
    const told: string[] = [];
    const result = await compactTable(requestOf(bucket, roomy), { onUnreadable: (key) => void told.push(key) });
    expect(told.sort()).toEqual([damaged, odd].sort());
    expect(result).toMatchObject({ runs: 1, unfolded: 2, unreadable: 2, isFinished: true });
    expect(result.oldestUnfoldedAtMs).toBe(bucket.stored(damaged!)[0]?.storedAtMs);
    expect(tagged(bucket, COVERED_TAG)).not.toContain(damaged);
  });

  test('without time nothing is begun, and what is left is told', async () => {
    const bucket = new MemoryBucket(LATER_MS);
    store(bucket, batch('ab', 10));
    const result = await compactTable(requestOf(bucket, { timeLeftMs: () => 1_000 }));
    expect(result).toMatchObject({ runs: 0, unfolded: 1, isFinished: false });
    expect(bucket.keys()).toHaveLength(1);
  });

  test('what is more together than is to be merged is left as it is', async () => {
    const bucket = new MemoryBucket(LATER_MS);
    for (const hour of [0, 1, 2, 3]) {
      const before = await compactTable(requestOf(bucket, { ...roomy, timeLeftMs: () => 20_000 }));
      expect(before.isFinished).toBe(true);
      store(bucket, batch('abc', hour * 10));
    }
    const enough = { ...roomy, timeLeftMs: () => 20_000 };
    const { runs } = await catalogIn(bucket);
    expect(runs).toHaveLength(3);
    expect(await compactTable(requestOf(bucket, { ...enough, limits: { mergeBytes: 1 } }))).toMatchObject({
      merges: 0,
    });
    expect(await compactTable(requestOf(bucket, enough))).toMatchObject({ merges: 1 });
  });

  test('four runs become one, and sixteen one of the next level; what they were is tagged', async () => {
    const bucket = new MemoryBucket(LATER_MS);
    for (let hour = 0; hour < 17; hour += 1) {
      store(bucket, batch('abc', hour * 10));
      await compactTable(requestOf(bucket, roomy));
    }
    const { runs, superseded } = await catalogIn(bucket);
    expect(runs.map(({ manifest }) => manifest.level).sort()).toEqual([0, 2]);
    expect(superseded).toHaveLength(20);
    const folders = new Set(tagged(bucket, SUPERSEDED_TAG).map((key) => key.split('/').at(-2)));
    expect(folders).toEqual(new Set(superseded.map(({ name }) => name)));
    expect(await changesFound(bucket)).toEqual(await changesGiven(bucket));
  });

  test('runs that the newest base has are not merged with others, and the newest two bases are kept', async () => {
    const bucket = await compacted(batch('ab', 10), batch('cd', 20), batch('ef', 30));
    store(bucket, batch('gh', 40));
    await compactTable(requestOf(bucket, roomy));
    const { runs, bases } = await catalogIn(bucket);
    expect(runs).toHaveLength(4);
    const covered = bases.map(({ prefix }) => tagged(bucket, COVERED_TAG).some((key) => key.startsWith(prefix)));
    expect(covered).toEqual([false, false, true]);
    expect(tagged(bucket, COVERED_TAG).filter((key) => key.startsWith(runs.at(-1)!.prefix))).toEqual([]);
  });

  test('what was begun a day ago and never finished is tagged, and nothing is built on it', async () => {
    const bucket = new MemoryBucket(LATER_MS);
    store(bucket, batch('ab', 10));
    let puts = 0;
    const bytes = {
      putOnce: (...args: Parameters<typeof bucket.bytes.putOnce>) =>
        puts++ < 1 ? bucket.bytes.putOnce(...args) : Promise.reject(new Error('stopped')),
    };
    await expect(compactTable(requestOf(bucket, { ...roomy, bytes }))).rejects.toThrow('stopped');
    const [left] = bucket.keys().filter((key) => key.startsWith(runsPrefix(table)));
    bucket.clockMs += DAY_MS / 2 + 60_000;
    await compactTable(requestOf(bucket, roomy));
    expect(tagged(bucket, SUPERSEDED_TAG)).toEqual([]);
    const [run] = (await catalogIn(bucket)).runs;
    expect([left!.startsWith(run!.prefix), run!.manifest.attempt]).toEqual([false, 1]);
    bucket.clockMs += DAY_MS;
    await compactTable(requestOf(bucket, roomy));
    expect(tagged(bucket, SUPERSEDED_TAG)).toEqual([left]);
    expect(await changesFound(bucket)).toEqual(await changesGiven(bucket));
  });

  test('a base has nothing of a former table of the name', async () => {
    const bucket = new MemoryBucket(LATER_MS);
    store(bucket, { ...batch('ab', 10), label: '2026-11-20T08:00:00.000' });
    store(bucket, batch('bc', 20));
    const definition = (tableId: string, createdAt: string) => ({
      body: JSON.stringify({
        ...{ format: '1', tableName: 'users', tableId, createdAt },
        createTable: {
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        },
      }),
      metadata: {},
    });
    const createdAt = '2026-11-23T08:00:00.000Z';
    bucket.store(tableDefinitionKey(table), definition('1', '2026-11-20T08:00:00.000Z'), START_MS - DAY_MS);
    bucket.store(tableDefinitionKey(table), definition('2', createdAt), START_MS);
    await compactTable(requestOf(bucket, { ...roomy, tasks: { base: true } }));
    const [base] = (await catalogIn(bucket)).bases;
    expect(base!.manifest).toMatchObject({ tableCreatedAt: createdAt, items: 2 });
    const found: string[] = [];
    for await (const { objectKey } of itemsOfBase(readsOf(bucket), base!)) found.push(objectKey);
    expect(found.sort()).toEqual([keyOf('b'), keyOf('c')]);
  });
});

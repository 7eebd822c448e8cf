import fc from 'fast-check';
import { newestOf } from '../../../../core/newest';
import { COVERED_TAG, SUPERSEDED_TAG } from '../../../../core/journal/coveredTag';
import { journalPrefix } from '../../../../core/journal/journalKeys';
import { imageOfRunLine, readRunLine } from '../../../../core/journal/runLine';
import { compactTable, type CompactRequest } from '../../../../operations/journal/compact/compactTable';
import { catalogOf } from '../../../../operations/journal/runs/catalog';
import { itemsOfBase } from '../../../../operations/journal/runs/itemsOfBase';
import { itemOfRun, itemsOfRun } from '../../../../operations/journal/runs/itemsOfRun';
import { MemoryBucket } from '../../../support/memoryBucket';
import {
  batches,
  changesFound,
  changesGiven,
  everything,
  linesInRuns,
  requestOf,
  START_MS,
  store,
  table,
  tagged,
  type Batch,
} from './journals';

const readsOf = (bucket: MemoryBucket) => ({ lister: bucket.versionLister, bytes: bucket.bytes });
const bucketWith = (given: readonly Batch[]) => {
  const bucket = new MemoryBucket(START_MS + 86_400_000);
  for (const batch of given) store(bucket, batch);
  return bucket;
};

/** Batches that come one after another, and whether the compactor is at work in between. */
const rounds = fc.array(fc.record({ given: batches, makesBase: fc.boolean() }), { minLength: 1, maxLength: 4 });

/** The promises that hold whatever happens, at any time. */
async function requirePromises(bucket: MemoryBucket): Promise<void> {
  expect(await changesFound(bucket)).toEqual(await changesGiven(bucket));
  const catalog = await catalogOf(readsOf(bucket), table);
  const { runs, superseded, consumed, unreadableRuns, unreadableBases } = catalog;
  expect([unreadableRuns, unreadableBases]).toEqual([[], []]);
  const below = journalPrefix(table);
  for (const key of tagged(bucket, COVERED_TAG)) expect(!key.startsWith(below) || consumed.has(key)).toBe(true);
  const replaced = new Set(superseded.map(({ prefix }) => prefix));
  for (const key of tagged(bucket, SUPERSEDED_TAG)) {
    expect(replaced).toContain(`${key.split('/').slice(0, -1).join('/')}/`);
  }
  for (const { manifest } of [...runs, ...superseded]) {
    expect(manifest.linesIn).toBe(manifest.linesOut + manifest.duplicates);
  }
  await requireBases(bucket);
}

/** Each base has the newest change of each item in the runs that it covers, and nothing else. */
async function requireBases(bucket: MemoryBucket): Promise<void> {
  const { runs, superseded, bases } = await catalogOf(readsOf(bucket), table);
  for (const base of bases) {
    const covers = new Set(base.manifest.covers);
    const newest: Record<string, unknown> = {};
    const lines = new Map<string, string[]>();
    for (const run of [...runs, ...superseded].filter(({ name }) => covers.has(name))) {
      for await (const item of itemsOfRun(readsOf(bucket), run)) {
        lines.set(item.objectKey, [...(lines.get(item.objectKey) ?? []), ...item.lines]);
      }
    }
    const meaning = (line: string) => {
      const { image, header } = imageOfRunLine(readRunLine(line));
      return { header, digest: image.bodySha256, position: header.position };
    };
    const placeOf = ({ position }: ReturnType<typeof meaning>) => position;
    for (const [key, of] of lines) newest[key] = placeOf(newestOf(of.map(meaning))!);
    const found: Record<string, unknown> = {};
    let [items, tombstones, last] = [0, 0, ''];
    for await (const {
      hash,
      objectKey,
      lines: [line = ''],
    } of itemsOfBase(readsOf(bucket), base)) {
      expect(hash > last).toBe(true);
      last = hash;
      found[objectKey] = placeOf(meaning(line));
      expect(lines.get(objectKey)).toContain(line);
      if (line.split('\t')[6] === '{}') tombstones += 1;
      else items += 1;
    }
    expect(found).toEqual(newest);
    expect(base.manifest).toMatchObject({ items, tombstones });
  }
}

/** A bucket whose writer is stopped before the call of that number, counted from 0. */
function stoppedBefore({ bytes, tags }: MemoryBucket, call: number): Pick<CompactRequest, 'bytes' | 'tags'> {
  let calls = 0;
  const counted = <Answer>(does: () => Promise<Answer>) => {
    calls += 1;
    return calls > call ? Promise.reject(new Error('stopped')) : does();
  };
  return {
    bytes: { putOnce: (...args) => counted(() => bytes.putOnce(...args)) },
    tags: { put: (...args) => counted(() => tags.put(...args)) },
  };
}

describe('the compactor', () => {
  test('law: whatever comes in whatever order, the runs and what is in none have every change once', async () => {
    await fc.assert(
      fc.asyncProperty(rounds, async (given) => {
        const bucket = new MemoryBucket(START_MS + 86_400_000);
        for (const { given: some, makesBase } of given) {
          for (const batch of some) store(bucket, batch);
          const result = await compactTable(requestOf(bucket, { tasks: { base: makesBase } }));
          expect(result).toMatchObject({ unfolded: 0, unreadable: 0, isFinished: true });
          await requirePromises(bucket);
          const lines = await linesInRuns(bucket);
          expect(Object.keys(await changesGiven(bucket)).length).toBeLessThanOrEqual(lines.length);
        }
        const journal = bucket.keys().filter((key) => key.startsWith(journalPrefix(table)));
        expect(tagged(bucket, COVERED_TAG)).toEqual(expect.arrayContaining(journal));
      }),
      { numRuns: 15 },
    );
  });

  test('law: stopped before any call, and run again, it leaves what it would have left', async () => {
    await fc.assert(
      fc.asyncProperty(batches, batches, fc.array(fc.nat(40), { maxLength: 6 }), async (before, given, stops) => {
        const bucket = bucketWith(before);
        await compactTable(requestOf(bucket, { tasks: { base: true } }));
        for (const batch of given) store(bucket, batch);
        for (const stop of stops) {
          const work = compactTable(requestOf(bucket, { ...stoppedBefore(bucket, stop), tasks: { base: true } }));
          await work.catch((error: unknown) => expect(error).toEqual(new Error('stopped')));
          await requirePromises(bucket);
          bucket.clockMs += 60_000;
        }
        await compactTable(requestOf(bucket, { tasks: { base: true } }));
        await requirePromises(bucket);
        expect(await compactTable(requestOf(bucket, { tasks: { base: true } }))).toMatchObject({
          covered: 0,
          runs: 0,
          merges: 0,
        });
        await requirePromises(bucket);
      }),
      { numRuns: 10 },
    );
  });

  test('law: what a version that cuts its parts elsewhere has left unfinished stops nobody', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(20), async (given, stop) => {
        const bucket = bucketWith(given);
        const before = requestOf(bucket, { ...stoppedBefore(bucket, stop), tasks: { base: true } });
        await compactTable(before).catch((error: unknown) => expect(error).toEqual(new Error('stopped')));
        const limits = { ...before.limits, partBytes: 200, basePartTextBytes: 100 };
        const result = await compactTable(requestOf(bucket, { limits, tasks: { base: true } }));
        expect(result).toMatchObject({ isFinished: true, unfolded: 0 });
        await requirePromises(bucket);
      }),
      { numRuns: 15 },
    );
  });

  test('law: two at a time do no harm, and nothing that was there is changed or deleted', async () => {
    await fc.assert(
      fc.asyncProperty(batches, batches, async (before, given) => {
        const bucket = bucketWith(before);
        await compactTable(requestOf(bucket));
        for (const batch of given) store(bucket, batch);
        const there = everything(bucket);
        const tasks = { base: true };
        await Promise.all([compactTable(requestOf(bucket, { tasks })), compactTable(requestOf(bucket, { tasks }))]);
        await requirePromises(bucket);
        const now = everything(bucket);
        for (const [key, versions] of there) expect(now.get(key)).toEqual(versions);
        for (const [, versions] of now) expect(versions).toHaveLength(1);
      }),
      { numRuns: 15 },
    );
  });

  test('law: when all that was tagged has gone, every change is still there', async () => {
    await fc.assert(
      fc.asyncProperty(rounds, async (given) => {
        const [bucket, kept] = [new MemoryBucket(START_MS + 86_400_000), new MemoryBucket()];
        for (const { given: some, makesBase } of given) {
          for (const batch of some) for (const each of [bucket, kept]) store(each, batch);
          await compactTable(requestOf(bucket, { tasks: { base: makesBase } }));
          for (const tag of [COVERED_TAG, SUPERSEDED_TAG]) {
            for (const key of tagged(bucket, tag)) {
              for (const { versionId } of [...bucket.stored(key)]) bucket.deleteVersion(key, versionId);
            }
          }
          expect(await changesFound(bucket)).toEqual(await changesGiven(kept));
          bucket.clockMs += 86_400_000;
        }
      }),
      { numRuns: 15 },
    );
  });

  test('law: an item is found by itself as it is among all', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (given) => {
        const bucket = bucketWith(given);
        await compactTable(requestOf(bucket, { limits: { memberTextBytes: 400, partBytes: 300 } }));
        for (const run of (await catalogOf(readsOf(bucket), table)).runs) {
          for await (const { objectKey, hash, lines } of itemsOfRun(readsOf(bucket), run)) {
            expect(await itemOfRun(readsOf(bucket), run, objectKey)).toEqual(lines);
            const alone: unknown[] = [];
            const range = { fromHash: hash, toHash: hash };
            for await (const item of itemsOfRun(readsOf(bucket), run, range)) alone.push(item);
            expect(alone).toEqual([{ objectKey, hash, lines }]);
          }
          expect(await itemOfRun(readsOf(bucket), run, 'eu/users/nobody/image.json')).toEqual([]);
        }
      }),
      { numRuns: 15 },
    );
  });
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { S3Error } from '../../../aws/s3Error';
import type { AttributeMap } from '../../../core/attributeValue';
import { backfillItems, type BackfillCounts, type FailedItem } from '../../../operations/backfill/backfillItems';
import { collectBackfill } from '../../../operations/engine/backfill/collectBackfill';
import { planBackfill } from '../../../operations/engine/backfill/planBackfill';
import { NO_ITEMS } from '../../../operations/engine/backfill/backfillTasks';
import { PLACES } from '../../../operations/engine/run';
import type { MemoryBucket } from '../../support/memoryBucket';
import { backfillParts, backfillTasksOf, folder, runBackfill, type BackfillOptions } from './support/backfillRun';
import { bucketOf, itemOf, table, type Written } from './support/engineRun';
import { MemoryStore } from './support/memoryStore';
import { exportFolder, putExport } from './support/verifyRun';

const HOUR_MS = 3_600_000;
const MOMENT_MS = 50 * HOUR_MS;

/** So long that a piece of an unpacked file, which is 16 KB, holds two or three items: then a worker looks at its time. */
const large = (id: string, value: number): AttributeMap => ({ ...itemOf(id, value), text: { S: 'x'.repeat(6_000) } });

/** What its objects say, whoever wrote them. */
async function stored(bucket: MemoryBucket): Promise<object[]> {
  const found = [];
  for await (const { objectKey, versions } of bucket.histories('users/')) {
    if (objectKey.endsWith('/table.json')) continue;
    for (const { versionId } of versions) {
      const { body, metadata } = await bucket.images.get(objectKey, versionId);
      const said = Object.entries(metadata).filter(([name]) => name !== 'dcs-write-id');
      found.push({ objectKey, body, ...Object.fromEntries(said) });
    }
  }
  return found;
}

async function byOneMachine(bucket: MemoryBucket, items: readonly AttributeMap[], createdAtMs?: number) {
  const counts: BackfillCounts = { ...NO_ITEMS };
  const failed: FailedItem[] = [];
  async function* pages() {
    yield await Promise.resolve(
      items.map((item) =>
        typeof item === 'string' ? { unreadable: 'no item' } : { item, readAtMs: MOMENT_MS, place: 'there' },
      ),
    );
  }
  await backfillItems(
    {
      ...{ table, pages: pages(), images: bucket, source: bucket, known: new Set(), createdAtMs },
      ...{ signal: new AbortController().signal, pause: () => Promise.resolve() },
      watch: { onFailed: (one) => failed.push(one) },
    },
    counts,
  );
  return { counts, failed };
}

const leftOf = (store: MemoryStore, files: readonly string[]) =>
  files
    .flatMap((file) => String(store.objects.get(file)).trimEnd().split('\n'))
    .map((line) => JSON.parse(line) as FailedItem);

const ids = fc.oneof(fc.stringMatching(/^[ab0-3]{1,3}$/), fc.constantFrom('é', 'a/b', 'Z', '~'));
const captured: fc.Arbitrary<Written[]> = fc
  .array(fc.record({ id: ids, value: fc.option(fc.nat({ max: 9 }), { nil: undefined }), hours: fc.nat({ max: 40 }) }), {
    maxLength: 10,
  })
  .map((changes) =>
    changes
      .sort((a, b) => a.hours - b.hours)
      .map(({ hours, ...change }, n) => ({ ...change, sequence: n + 1, changedAtMs: hours * HOUR_MS })),
  );
const junk = fc.constantFrom('no item' as unknown as AttributeMap, { other: { S: 'no key' } });

test('however it is cut, handed back and done again: the images of one machine, and every item counts once', async () => {
  await fc.assert(
    fc.asyncProperty(
      captured,
      fc.uniqueArray(fc.tuple(ids, fc.nat({ max: 9 })), { selector: ([id]) => id, maxLength: 25 }),
      fc.array(junk, { maxLength: 3 }),
      fc.record({
        files: fc.integer({ min: 1, max: 4 }),
        createdAtMs: fc.option(fc.constant(25 * HOUR_MS), { nil: undefined }),
      }),
      fc.infiniteStream(fc.boolean()),
      async (changes, found, unreadable, { files, createdAtMs }, times) => {
        const next = () => times.next().value as boolean;
        const items = [...found.map(([id, value]) => large(id, value)), ...unreadable];
        const [store, bucket, other] = [new MemoryStore(), bucketOf(changes), bucketOf(changes)];
        putExport(store, items, MOMENT_MS, { files });
        for (const each of [bucket, other]) each.clockMs = MOMENT_MS + HOUR_MS;
        const end = await runBackfill({
          ...{ bucket, store, momentMs: MOMENT_MS, itemCount: items.length, createdAtMs, isOver: next },
          async work(_, perform) {
            // A worker that dies may have written anything.
            store.beforeWrite = (objectKey) => {
              if (objectKey.includes('/results/') && next()) throw new Error('died');
            };
            await perform().catch(() => undefined);
            store.beforeWrite = () => undefined;
            return perform();
          },
        });
        const { counts, failed } = await byOneMachine(other, items, createdAtMs);
        expect(await stored(bucket)).toEqual(await stored(other));
        const { read, written, alreadyThere } = end.counts;
        expect({ read, failed: end.counts.failed }).toEqual({ read: items.length, failed: counts.failed });
        // What a worker that died has written is there already for the next one.
        expect(written + alreadyThere).toBe(counts.written + counts.alreadyThere);
        expect(leftOf(store, end.leftFiles)).toHaveLength(failed.length);
      },
    ),
    { numRuns: 60 },
  );
});

const items = Array.from({ length: 12 }, (_, n) => large(`user-${n}`, n));

function world(options: Partial<BackfillOptions> = {}, files = 1) {
  const [store, bucket] = [new MemoryStore(), bucketOf([])];
  putExport(store, items, MOMENT_MS, { files });
  return { store, bucket, options: { store, bucket, momentMs: MOMENT_MS, itemCount: items.length, ...options } };
}

test('a file that takes longer than a worker has is done in rounds, each of which goes on where the last one stopped', async () => {
  const { store, bucket, options } = world({ isOver: () => true });
  const end = await runBackfill(options);
  expect(end.rounds).toBeGreaterThan(2);
  expect(end.counts).toEqual({ read: 12, written: 12, alreadyThere: 0, failed: 0 });
  const [second] = await backfillTasksOf(store, 1);
  expect(second?.skip).toBeGreaterThan(0);
  expect(await stored(bucket)).toHaveLength(12);
});

test('what is left is named with its place, and its keys as far as they can be read', async () => {
  const store = new MemoryStore();
  putExport(store, [large('a', 1), { other: { S: 'no key' } }, 'no item' as unknown as AttributeMap], MOMENT_MS, {
    files: 1,
  });
  const end = await runBackfill({ store, bucket: bucketOf([]), momentMs: MOMENT_MS, itemCount: 3 });
  expect(end.counts).toEqual({ read: 3, written: 1, alreadyThere: 0, failed: 2 });
  expect(leftOf(store, end.leftFiles)).toEqual([
    { keys: {}, reason: expect.stringContaining(`item 2 of ${exportFolder}/data/f0.json.gz: `) as string },
    { keys: {}, reason: expect.stringContaining(`item 3 of ${exportFolder}/data/f0.json.gz is "no item"`) as string },
  ]);
});

test('a file with another number of items than its manifest says fails the run by its name, and nothing of it is written', async () => {
  const store = new MemoryStore();
  putExport(store, items, MOMENT_MS, { files: 1 });
  const lying = String(store.objects.get(`${exportFolder}/manifest-files.json`)).replace(
    '"itemCount":12',
    '"itemCount":13',
  );
  putLie(store, lying);
  const bucket = bucketOf([]);
  const failed = runBackfill({ store, bucket, momentMs: MOMENT_MS, itemCount: 13 });
  await expect(failed).rejects.toThrow(
    `of 1 file 1 have no result: 0-0 (${exportFolder}/data/f0.json.gz): ${exportFolder}/data/f0.json.gz has 12 items, its manifest says 13`,
  );
  expect(await stored(bucket)).toEqual([]);
});

/** The manifest and its checksum are whole, and it lies. */
function putLie(store: MemoryStore, files: string): void {
  const summary = String(store.objects.get(`${exportFolder}/manifest-summary.json`)).replace(
    '"itemCount":12',
    '"itemCount":13',
  );
  for (const [name, text] of Object.entries({ files, summary })) {
    store.objects.set(`${exportFolder}/manifest-${name}.json`, Buffer.from(text));
    store.objects.set(`${exportFolder}/manifest-${name}.md5`, Buffer.from(md5(text)));
  }
}
const md5 = (text: string) => createHash('md5').update(text).digest('base64');

test('bytes that are not those of the manifest fail the run, and nothing of the file is written', async () => {
  const { store, bucket, options } = world();
  const other = new MemoryStore();
  putExport(
    other,
    items.map((item, n) => (n === 3 ? large('user-3', 99) : item)),
    MOMENT_MS,
    { files: 1 },
  );
  const file = `${exportFolder}/data/f0.json.gz`;
  store.objects.set(file, other.objects.get(file)!);
  await expect(runBackfill(options)).rejects.toThrow(`${file} has the MD5 `);
  expect(await stored(bucket)).toEqual([]);
});

test('while S3 throttles, the task fails and is done again: nothing of it becomes a list that somebody has to read', async () => {
  const { bucket, store, options } = world();
  let refusals = 100;
  const putIf: MemoryBucket['putIf'] = (...put) => {
    if (refusals-- > 0) throw new S3Error('SlowDown', 503, 'SlowDown', {});
    return bucket.putIf(...put);
  };
  const slow = { putIf, history: bucket.history, images: bucket.images };
  await expect(runBackfill({ ...options, bucket: slow })).rejects.toThrow('SlowDown');
  refusals = 0;
  const end = await runBackfill({ ...options, bucket: slow });
  expect(end).toMatchObject({ counts: { read: 12, failed: 0 }, leftFiles: [] });
  expect(await stored(bucket)).toHaveLength(12);
  expect(store.keys(`${folder}parts/`)).toEqual([]);
});

const RESULT = PLACES.result(folder, '0-0');
const result = (counts: object, more: object = {}) =>
  JSON.stringify({ format: '1', id: '0-0', counts: { ...NO_ITEMS, ...counts }, leftFiles: [], rest: [], ...more });

test.each<[string, string | undefined, string]>([
  ['is missing', undefined, 'no worker has said why'],
  ['is null', 'null', 'its result is damaged'],
  ['is of another task', result({}, { id: '0-1' }), 'its result is that of 0-1'],
  ['does not add up', result({ read: 12, written: 11 }), 'says 12 items were read, and 11 written'],
  ['counts less than the file has', result({ read: 11, written: 11 }), `has 12 items by its manifest, 0-0 has read 11`],
  [
    'hands back what it has counted',
    result(
      { read: 12, written: 12 },
      { rest: [{ file: { objectKey: `${exportFolder}/data/f0.json.gz`, itemCount: 12, md5: '' }, skip: 6 }] },
    ),
    '0-0 has read 12, from item 1 up to 6',
  ],
  [
    'hands back another file',
    result(
      { read: 6, written: 6 },
      { rest: [{ file: { objectKey: 'exports/other', itemCount: 12, md5: '' }, skip: 6 }] },
    ),
    'hands back exports/other',
  ],
  [
    'names a file of another run',
    result({ read: 12, failed: 12 }, { leftFiles: ['backfills/users/other/left'] }),
    'which is no file of the run',
  ],
])('a result that %s fails the run', async (_, text, words) => {
  const { store, options } = world();
  const { run } = backfillParts(options);
  await planBackfill({ store, folder, run });
  if (text !== undefined) store.objects.set(RESULT, Buffer.from(text));
  const collected = collectBackfill({ store, folder, round: 0, run });
  await expect(collected).rejects.toThrow(words);
  expect(await store.read(PLACES.outcome(folder))).toBeUndefined();
});

test('files that are not all that the manifest of the whole export says fail the run before it begins', async () => {
  const { options } = world({ itemCount: 13 });
  await expect(runBackfill(options)).rejects.toThrow(`${exportFolder} is another export now`);
});

test('an export without items is over at once', async () => {
  const store = new MemoryStore();
  putExport(store, [], MOMENT_MS, { files: 0 });
  const end = await runBackfill({ store, bucket: bucketOf([]), momentMs: MOMENT_MS, itemCount: 0 });
  expect(end).toEqual({ format: '1', rounds: 1, counts: NO_ITEMS, leftFiles: [] });
});

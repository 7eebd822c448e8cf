import fc from 'fast-check';
import { encodeImage, imageBody, itemDigest } from '../../../core/image';
import { collectVerify } from '../../../operations/engine/verify/collectVerify';
import { planVerify } from '../../../operations/engine/verify/planVerify';
import { PLACES } from '../../../operations/engine/run';
import type { DifferenceLine } from '../../../operations/engine/verify/verifyTasks';
import { journalRanges } from '../../../operations/engine/journalRanges';
import { bucketOf, itemOf, keyOf, table, type Written } from './support/engineRun';
import { journalBucket, journalStories } from './support/journalBucket';
import { MemoryStore } from './support/memoryStore';
import {
  exportFolder,
  folder,
  putExport,
  runVerify,
  verifyParts,
  verifyTasksOf,
  type VerifyOptions,
} from './support/verifyRun';

const HOUR_MS = 3_600_000;
const SECOND_MS = 1_000;
/** Half an hour from every change. */
const MOMENT_MS = 20.5 * HOUR_MS;

type State = ReadonlyMap<string, number>;

/** What the table had at the moment, told from the changes alone. */
function tableAt(changes: readonly Written[], momentMs: number): Map<string, number> {
  const state = new Map<string, number>();
  for (const { id, value, changedAtMs } of changes) {
    if (changedAtMs > momentMs) continue;
    if (value === undefined) state.delete(id);
    else state.set(id, value);
  }
  return state;
}

const itemsOf = (state: State) => [...state].map(([id, value]) => itemOf(id, value));

async function verified(changes: readonly Written[], inExport: State, more: Partial<VerifyOptions> = {}) {
  const [store, momentMs] = [more.store ?? new MemoryStore(), more.momentMs ?? MOMENT_MS];
  putExport(store, itemsOf(inExport), momentMs);
  const end = await runVerify({ bucket: bucketOf(changes), store, momentMs, itemCount: inExport.size, ...more });
  const lines = end.differenceFiles.flatMap((file) => String(store.objects.get(file)).trimEnd().split('\n'));
  return { end, lines: lines.map((line) => JSON.parse(line) as DifferenceLine) };
}

const ids = fc.oneof(fc.stringMatching(/^[ab0-3]{1,3}$/), fc.constantFrom('é', 'a/b', 'Z', '~'));
const histories: fc.Arbitrary<Written[]> = fc
  .array(
    fc.record({
      id: ids,
      value: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
      hours: fc.integer({ min: 0, max: 40 }),
    }),
    { maxLength: 30 },
  )
  .map((changes) =>
    changes
      .sort((a, b) => a.hours - b.hours)
      .map(({ hours, ...change }, n) => ({ ...change, sequence: n + 1, changedAtMs: hours * HOUR_MS })),
  );

test('however it is cut, handed back and done again: exactly the items that differ are told, and each key counts once', async () => {
  await fc.assert(
    fc.asyncProperty(
      histories,
      // What is another in the export than the copy says, or is not in it.
      fc.array(fc.record({ id: ids, value: fc.option(fc.integer({ min: 0, max: 99 }), { nil: undefined }) }), {
        maxLength: 6,
      }),
      fc.record({
        partitions: fc.integer({ min: 1, max: 7 }),
        ranges: fc.integer({ min: 1, max: 5 }),
        parallelism: fc.integer({ min: 1, max: 4 }),
        fileEntries: fc.integer({ min: 1, max: 9 }),
      }),
      fc.infiniteStream(fc.boolean()),
      async (changes, lies, options, times) => {
        const next = () => times.next().value as boolean;
        const inTable = tableAt(changes, MOMENT_MS);
        const inExport = new Map(inTable);
        for (const { id, value } of lies) {
          if (value === undefined) inExport.delete(id);
          else inExport.set(id, value);
        }
        const store = new MemoryStore();
        const { end, lines } = await verified(changes, inExport, {
          ...{ ...options, store, isOver: next },
          async work(_, perform) {
            let writes = next() ? 1 : Infinity;
            store.beforeWrite = (objectKey) => {
              if (objectKey.startsWith(`${folder}parts/`) && writes-- <= 0) throw new Error('died');
            };
            await perform().catch(() => undefined);
            store.beforeWrite = () => undefined;
            return perform();
          },
        });
        const all = [...new Set([...inTable.keys(), ...inExport.keys()])];
        const wanted = all.filter((id) => inTable.get(id) !== inExport.get(id));
        expect(lines.map(({ objectKey }) => objectKey).sort()).toEqual(wanted.map(keyOf).sort());
        expect(end.counts).toEqual({
          ...{ inExport: inExport.size, inCopy: inTable.size, compared: all.length, same: all.length - wanted.length },
          ...{ late: 0, near: 0, differences: wanted.length },
        });
        const touched = new Set(changes.map(({ id }) => id));
        for (const { objectKey, class: name } of lines) {
          const id = all.find((each) => keyOf(each) === objectKey) ?? '';
          expect(name).toBe(!inExport.has(id) ? 'extra' : touched.has(id) ? 'stale' : 'missing');
        }
      },
    ),
    { numRuns: 60 },
  );
});

const changes = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id, i): Written => ({
  id,
  sequence: i + 1,
  value: i,
  changedAtMs: HOUR_MS,
}));
const asItWas = tableAt(changes, MOMENT_MS);

describe('no race with traffic', () => {
  const changed = (offsetMs: number, value?: number): Written[] => [
    ...changes,
    { id: 'a', sequence: 20, value, changedAtMs: MOMENT_MS + offsetMs },
  ];

  test.each([
    ['before', -3 * SECOND_MS],
    ['after', 3 * SECOND_MS],
  ])('a change made seconds %s the moment may be in the export or not', async (_, offsetMs) => {
    for (const value of [77, undefined]) {
      for (const inExport of [asItWas, tableAt(changed(0, value), MOMENT_MS)]) {
        const bucket = underKms(bucketOf(changed(offsetMs, value)));
        const { end } = await verified([], inExport, { bucket });
        expect(end.counts).toMatchObject({ differences: 0, late: 0 });
        expect(end.counts.compared).toBeGreaterThanOrEqual(6);
      }
    }
  });

  test('a lie: within the same seconds, a state that the item never had is a difference', async () => {
    for (const offsetMs of [-3 * SECOND_MS, 3 * SECOND_MS]) {
      const { lines } = await verified(changed(offsetMs, 77), new Map(asItWas).set('a', 78));
      expect(lines).toMatchObject([{ objectKey: keyOf('a'), class: 'stale' }]);
    }
  });

  test('a lie: within the same seconds, an image that only says of itself that it is so is a difference', async () => {
    const bucket = bucketOf(changes);
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: '30' } as const;
    const changedAtMs = MOMENT_MS + 3 * SECOND_MS;
    const header = { event: 'MODIFY', changedAtMs, position, previousDigest: itemDigest(itemOf('a', 0)) } as const;
    const planted = { ...encodeImage(header, itemOf('a', 78)), body: imageBody(itemOf('a', 79)) };
    bucket.store(keyOf('a'), planted, changedAtMs);
    const { lines } = await verified([], new Map(asItWas).set('a', 78), { bucket });
    expect(lines).toMatchObject([{ objectKey: keyOf('a'), class: 'stale' }]);
  });

  test('a change made a minute before counts, and one made a minute after does not', async () => {
    const missed = await verified(changed(-60 * SECOND_MS, 77), asItWas);
    expect(missed.lines).toMatchObject([{ objectKey: keyOf('a'), class: 'stale' }]);
    const later = await verified(changed(60 * SECOND_MS, 77), asItWas);
    expect(later.end.counts).toMatchObject({ same: 7, near: 0, differences: 0 });
  });

  test('an image that comes while the copy is read is late, and no difference', async () => {
    const bucket = bucketOf(changes);
    const inExport = new Map(asItWas).set('a', 5).set('new', 1);
    const late = (id: string, value: number, before?: number) =>
      bucket.store(
        keyOf(id),
        encodeImage(
          {
            ...{ event: before === undefined ? 'INSERT' : 'MODIFY', changedAtMs: MOMENT_MS - HOUR_MS },
            position: { source: 'stream', streamLabel: 'L', sequenceNumber: '30' },
            previousDigest: itemDigest(before === undefined ? undefined : itemOf(id, before)),
          },
          itemOf(id, value),
        ),
        MOMENT_MS + HOUR_MS,
      );
    late('a', 5, 0);
    late('new', 1);
    const { end } = await verified([], inExport, { bucket, storedByMs: MOMENT_MS });
    expect(end.counts).toMatchObject({ compared: 8, same: 6, late: 2, differences: 0 });
  });
});

/** Under SSE-KMS an ETag looks like an MD5, and is that of no body (S3 API reference, Object, ETag). */
function underKms(bucket: ReturnType<typeof bucketOf>): typeof bucket {
  for (const key of bucket.keys()) {
    for (const version of bucket.stored(key))
      Object.assign(version, { etag: version.etag.split('').reverse().join('') });
  }
  return bucket;
}

test.each([
  ['under the keys of S3', (bucket: ReturnType<typeof bucketOf>) => bucket],
  ['under a KMS key', underKms],
])('archived images are compared by their digests, and none is asked back: %s', async (_, encrypted) => {
  const bucket = encrypted(bucketOf(changes.map((change) => ({ ...change, storageClass: 'DEEP_ARCHIVE' }))));
  const refuse = () => Promise.reject(new Error('an archived version was read'));
  Object.assign(bucket.images, { get: refuse });
  const archived = Object.assign(Object.create(bucket) as typeof bucket, {
    archive: { state: () => Promise.resolve('archived'), thaw: refuse },
  });
  const { end, lines } = await verified([], new Map(asItWas).set('b', 9), { bucket: archived });
  expect(end.counts).toMatchObject({ same: 6, differences: 1 });
  expect(lines).toMatchObject([{ objectKey: keyOf('b'), class: 'stale' }]);
});

test.each(['STANDARD', 'DEEP_ARCHIVE'])(
  'in %s, an image of a later time than it was stored is a difference',
  async (storageClass) => {
    const bucket = bucketOf(changes);
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: '30' } as const;
    const forged = {
      event: 'MODIFY',
      changedAtMs: 300 * HOUR_MS,
      position,
      previousDigest: itemDigest(itemOf('a', 0)),
    } as const;
    bucket.store(keyOf('a'), encodeImage(forged, itemOf('a', 5)), 10 * HOUR_MS, storageClass);
    const archive = { state: () => Promise.resolve('archived'), thaw: () => Promise.reject(new Error('asked back')) };
    const archived = Object.assign(Object.create(bucket) as typeof bucket, { archive });
    const { end } = await verified([], new Map(asItWas).set('a', 5), { bucket: archived });
    expect(end.classes).toEqual({ ahead: 1 });
  },
);

test('what cannot be read is a difference, and what nothing is known of at the moment is missing', async () => {
  const bucket = bucketOf(changes);
  const position = { source: 'stream', streamLabel: 'L', sequenceNumber: '30' } as const;
  const later = { event: 'MODIFY', changedAtMs: 30 * HOUR_MS, previousDigest: 'f'.repeat(64), position } as const;
  const damaged = { ...encodeImage({ ...later, changedAtMs: 10 * HOUR_MS }, itemOf('b', 2)), body: 'no JSON' };
  bucket.store(keyOf('b'), damaged, 10 * HOUR_MS);
  for (const id of ['h', 'i']) bucket.store(keyOf(id), encodeImage(later, itemOf(id, 1)), 30 * HOUR_MS);
  const { end, lines } = await verified([], new Map(asItWas).set('h', 1), { bucket });
  expect(end.classes).toEqual({ unreadable: 1, missing: 1 });
  expect(lines.find(({ class: name }) => name === 'missing')).toMatchObject({
    objectKey: keyOf('h'),
    reason: expect.stringContaining('its history begins later') as string,
  });
  // Of the other one neither side says that there was an item.
  expect(end.counts).toMatchObject({ compared: 9, same: 7, differences: 2 });
});

describe('never silently partial', () => {
  const NOTHING_READ = { format: '1', is: 'copy', entries: 0, files: [], rest: [] };
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const options = (store: MemoryStore): VerifyOptions => ({
    ...{ store, bucket: bucketOf(changes), momentMs: MOMENT_MS, itemCount: asItWas.size },
  });

  test.each<[string, (store: MemoryStore, place: string) => void, string]>([
    ['nothing: a worker that ended well without it', () => undefined, 'no worker has said why'],
    ['null', (store, place) => store.objects.set(place, json(null)), 'its result is damaged'],
    [
      "another task's",
      (store, place) => store.objects.set(place, json({ ...NOTHING_READ, id: '9-9' })),
      'its result is that of 9-9',
    ],
  ])('a result that is missing or none fails the run, reading or comparing: %s', async (_, fail, words) => {
    for (const failing of ['copy', 'export', 'compare'] as const) {
      const store = new MemoryStore();
      putExport(store, itemsOf(asItWas), MOMENT_MS);
      let failed: string | undefined;
      const work: VerifyOptions['work'] = async ({ id, is }, perform) => {
        if (is !== failing || failed !== undefined) return perform();
        failed = id;
        fail(store, PLACES.result(folder, id));
        return undefined;
      };
      const running = runVerify({ ...options(store), work });
      const { message } = (await running.catch((error: unknown) => error)) as Error;
      expect(message).toMatch(new RegExp(`1 have no result: ${failed ?? 'none'} \\(.*${words}`));
      expect(store.objects.has(PLACES.outcome(folder))).toBe(false);
      // The same command does it, and the run ends as if nothing had been.
      expect((await runVerify(options(store))).counts).toMatchObject({ compared: 7, same: 7, differences: 0 });
    }
  });

  test('a worker that fails says why', async () => {
    const store = new MemoryStore();
    putExport(store, itemsOf(asItWas), MOMENT_MS);
    store.objects.set(`${exportFolder}/data/f1.json.gz`, Buffer.from('damaged'));
    await expect(runVerify(options(store))).rejects.toThrow('f1.json.gz cannot be unpacked');
  });

  test.each([
    ['entries of a file', { entries: 1 }, 'entries, and its files have'],
    ['an item that is in no file', { entries: 0, files: [] }, 'of 7 items of the export'],
  ])('a wrong count: %s', async (_, lie, words) => {
    const store = new MemoryStore();
    putExport(store, itemsOf(asItWas), MOMENT_MS);
    const running = runVerify({
      ...options(store),
      async work({ id, is }, perform) {
        await perform();
        const place = PLACES.result(folder, id);
        const result = JSON.parse(String(store.objects.get(place))) as object;
        if (is === 'export') store.objects.set(place, json({ ...result, ...lie }));
      },
    });
    await expect(running).rejects.toThrow(words);
  });

  test("another run's result, of which the counts add up", async () => {
    const store = new MemoryStore();
    putExport(store, itemsOf(new Map(asItWas).set('a', 99)), MOMENT_MS);
    const running = runVerify({
      ...options(store),
      async work({ id, is }, perform) {
        await perform();
        if (is !== 'export') return;
        const place = PLACES.result(folder, id);
        const text = String(store.objects.get(place)).replaceAll(folder, folder.replace('verify-1', 'verify-0'));
        store.objects.set(place, Buffer.from(text));
      },
    });
    await expect(running).rejects.toThrow(/the result of 0-\d+ names .*verify-0.*, which is no file of the run/);
  });

  test('a part that leaves out what was read, or counts a key nowhere', async () => {
    for (const [lie, words] of [
      [{ inExport: 0 }, 'items of the export and 7 of the copy were read, and'],
      [{ inCopy: 0 }, 'items of the export and 7 of the copy were read, and'],
      [{ same: 0 }, 'its result is damaged'],
      [{ compared: 99 }, 'keys it says'],
    ] as const) {
      const store = new MemoryStore();
      putExport(store, itemsOf(asItWas), MOMENT_MS);
      const running = runVerify({
        ...{ ...options(store), partitions: 1 },
        async work({ id, is }, perform) {
          await perform();
          if (is !== 'compare') return;
          const place = PLACES.result(folder, id);
          const result = JSON.parse(String(store.objects.get(place))) as { counts: object };
          store.objects.set(place, json({ ...result, counts: { ...result.counts, ...lie } }));
        },
      });
      await expect(running).rejects.toThrow(words === 'its result is damaged' ? 'keys it says' : words);
    }
  });

  test('an export that has an item twice, and one that was made anew in its place', async () => {
    const store = new MemoryStore();
    const twice = [...itemsOf(asItWas), itemOf('a', 0)];
    putExport(store, twice, MOMENT_MS);
    await expect(runVerify({ ...options(store), itemCount: twice.length })).rejects.toThrow('twice');
    const other = new MemoryStore();
    putExport(other, itemsOf(asItWas), MOMENT_MS + 1);
    await expect(runVerify(options(other))).rejects.toThrow('is another export now');
    putExport(other, itemsOf(asItWas), MOMENT_MS, { tableName: 'orders' });
    await expect(runVerify(options(other))).rejects.toThrow('is of the table orders, not of users');
  });

  test('a run that is continued does only what has no result', async () => {
    const store = new MemoryStore();
    putExport(store, itemsOf(asItWas), MOMENT_MS);
    const bucket = bucketOf(changes);
    const first = await runVerify({ ...options(store), bucket });
    bucket.reads = 0;
    expect(await runVerify({ ...options(store), bucket })).toEqual(first);
    expect(bucket.reads).toBe(0);
  });

  test('comparing begins when everything is read, and not before', async () => {
    const store = new MemoryStore();
    putExport(store, itemsOf(asItWas), MOMENT_MS);
    const { run, source, perform } = verifyParts({ ...options(store), isOver: () => true, ranges: 1 });
    await planVerify({ store, folder, run, source });
    for (const task of await verifyTasksOf(store, 0)) await perform(task);
    const { round } = await collectVerify({ store, folder, round: 0, run });
    const kinds = new Set((await verifyTasksOf(store, round)).map(({ is }) => is));
    expect(kinds.has('compare')).toBe(false);
  });
});

test('a copy that is a journal: from bases, runs and what is in none, exactly the items that differ are told', async () => {
  await fc.assert(
    fc.asyncProperty(
      journalStories,
      fc.array(fc.record({ id: fc.constantFrom('a', 'b', '0', '01'), value: fc.option(fc.nat({ max: 99 })) }), {
        maxLength: 4,
      }),
      fc.integer({ min: 1, max: 5 }),
      async (story, lies, partitions) => {
        const { bucket } = journalBucket(story);
        const inTable = tableAt(
          story.changes.map(({ id, value }, n) => ({ id, value, sequence: n, changedAtMs: n })),
          Infinity,
        );
        const inExport = new Map(inTable);
        for (const { id, value } of lies) {
          if (value === null) inExport.delete(id);
          else inExport.set(id, value);
        }
        const momentMs = HOUR_MS;
        const reads = { lister: bucket.versionLister, bytes: bucket.bytes };
        const source = journalRanges({ source: bucket, table, momentMs, reads, partStates: 2 });
        const { end, lines } = await verified([], inExport, { bucket, source, momentMs, partitions });
        const all = [...new Set([...inTable.keys(), ...inExport.keys()])];
        const wanted = all.filter((id) => inTable.get(id) !== inExport.get(id));
        expect(lines.map(({ objectKey }) => objectKey).sort()).toEqual(wanted.map(keyOf).sort());
        expect(end.counts).toMatchObject({ compared: all.length, same: all.length - wanted.length, late: 0, near: 0 });
        const touched = new Set(story.changes.map(({ id }) => id));
        for (const { objectKey, class: name } of lines) {
          const id = all.find((each) => keyOf(each) === objectKey) ?? '';
          expect(name).toBe(!inExport.has(id) ? 'extra' : touched.has(id) ? 'stale' : 'missing');
        }
      },
    ),
    { numRuns: 40 },
  );
});

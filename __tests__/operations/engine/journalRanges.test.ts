import fc from 'fast-check';
import { canonicalItem } from '../../../core/canonicalItem';
import { basePrefix, runsPrefix } from '../../../core/journal/journalKeys';
import { engineLayout, requireNoImages } from '../../../operations/engine/engineLayout';
import { dividedHashes, journalRanges } from '../../../operations/engine/journalRanges';
import { PLACES } from '../../../operations/engine/run';
import { stateOfObject } from '../../../operations/images/stateOfObject';
import { withJournals } from '../../../operations/journal/journalImageSource';
import type { MemoryBucket } from '../../support/memoryBucket';
import { bucketOf, folder, keyOf, runEngine, table } from './support/engineRun';
import { BATCHES, journalBucket, journalStories, type JournalStory } from './support/journalBucket';
import { MemoryStore } from './support/memoryStore';

const readsOf = (bucket: MemoryBucket) => ({ lister: bucket.versionLister, bytes: bucket.bytes });
const sourceOf = (bucket: MemoryBucket) => withJournals(bucket, readsOf(bucket), '');

interface Wanted {
  readonly momentMs: number;
  readonly storedByMs: number;
}

/** What one pass of one machine over the whole copy would bring back. */
async function linesOf(bucket: MemoryBucket, wanted: Wanted): Promise<string[]> {
  const source = sourceOf(bucket);
  const lines: string[] = [];
  for await (const history of source.histories('users/')) {
    if (history.objectKey === 'users/table.json') continue;
    const state = await stateOfObject({ source, table, ...wanted }, history);
    if (state.is === 'item') lines.push(`{"Item":${canonicalItem(state.item)}}`);
  }
  await source.close?.();
  return lines.sort();
}

const time = fc.oneof(
  fc.constant(Infinity),
  fc.nat({ max: 60 }).map((seconds) => seconds * 1_000),
);

test('however a journal is folded, cut and handed back, the files hold what one machine would bring back', async () => {
  await fc.assert(
    fc.asyncProperty(
      journalStories,
      fc.record({ momentMs: time, storedByMs: time }),
      fc.record({ ranges: fc.integer({ min: 1, max: 9 }), partStates: fc.integer({ min: 1, max: 3 }) }),
      fc.infiniteStream(fc.boolean()),
      fc.boolean(),
      async (story, wanted, { ranges, partStates }, times, isFoldedMeanwhile) => {
        const { bucket, folder: compactor, unfolded } = journalBucket(story);
        const expected = await linesOf(bucket, wanted);
        const source = journalRanges({
          ...{ ...wanted, table, partStates, reads: readsOf(bucket), source: sourceOf(bucket) },
        });
        const store = new MemoryStore();
        let tasks = 0;
        const { collected } = await runEngine({
          ...{ bucket, store, source, ranges, momentMs: wanted.momentMs, isOver: () => times.next().value as boolean },
          // The compactor goes on while the workers of a run read, and some of them see what others did not.
          async work(_, perform) {
            if (isFoldedMeanwhile && ++tasks === 2 && unfolded.length > 0) compactor.run(unfolded.slice(0, 2));
            await perform();
          },
        });
        expect(store.lines(PLACES.items(folder))).toEqual(expected);
        expect(collected.counts.item).toBe(expected.length);
      },
    ),
    { numRuns: 40 },
  );
});

test('ranges of hashes are all of them, without a gap or an overlap, whatever is divided again', () => {
  const aHash = fc.stringMatching(/^[0-9a-f]{64}$/);
  fc.assert(
    fc.property(
      aHash,
      aHash,
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 1, max: 70 }),
      (a, b, isFirst, isLast, most) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const range = { after: isFirst ? '' : low, ...(isLast ? {} : { upTo: high }) };
        const ranges = dividedHashes(range, most);
        expect(ranges.length).toBeLessThanOrEqual(most);
        expect(ranges[0]?.after).toBe(range.after);
        expect(ranges.at(-1)?.upTo).toBe(range.upTo);
        expect(ranges.slice(1).map(({ after }) => after)).toEqual(ranges.slice(0, -1).map(({ upTo }) => upTo));
        for (const { after, upTo = 'g' } of ranges) expect(after < upTo || low === high).toBe(true);
      },
    ),
  );
  expect(dividedHashes({ after: '' }, 64)).toHaveLength(64);
});

const story: JournalStory = {
  changes: Array.from({ length: 24 }, (_, n) => ({ id: `u${n % 8}`, value: n % 10, batch: n % BATCHES })),
  ...{ runs: [1, 1, 2, 2, 0, 0], baseOf: 1, isMerged: false },
};

async function foldAll(bucket: MemoryBucket): Promise<MemoryStore> {
  const store = new MemoryStore();
  const request = { table, momentMs: Infinity, reads: readsOf(bucket), source: sourceOf(bucket) };
  await runEngine({ bucket, store, source: journalRanges(request), ranges: 4 });
  return store;
}

describe('what cannot be read of a journal fails the run, by name: nobody sees all of what it may hold', () => {
  test('an object that is in no run', async () => {
    const { bucket, unfolded } = journalBucket(story);
    for (const { versionId } of [...bucket.stored(unfolded[0]!)]) bucket.deleteVersion(unfolded[0]!, versionId);
    bucket.store(unfolded[0]!, { body: 'no gzip', metadata: {} });
    await expect(foldAll(bucket)).rejects.toThrow(`${unfolded[0]!} of the journal cannot be read`);
  });

  test('a file of a run whose journal objects are gone', async () => {
    const { bucket, runs } = journalBucket({ ...story, baseOf: 0 });
    const { name, inputs } = runs[1]!.manifest;
    for (const objectKey of bucket.keys()) {
      const isPart = objectKey.startsWith(`${runsPrefix(table)}${name}/part-`);
      const isInput = inputs.some(([key]) => objectKey.endsWith(key));
      if (!isPart && !isInput) continue;
      for (const { versionId } of [...bucket.stored(objectKey)]) bucket.deleteVersion(objectKey, versionId);
      if (isPart) bucket.store(objectKey, { body: 'damaged', metadata: {} });
    }
    await expect(foldAll(bucket)).rejects.toThrow(`${name}/ of the journal cannot be read`);
  });

  test('while those are there they are read in its place, and a damaged base is read around', async () => {
    const { bucket, runs } = journalBucket(story);
    const expected = await linesOf(bucket, { momentMs: Infinity, storedByMs: Infinity });
    const damaged = [`${runsPrefix(table)}${runs[1]!.manifest.name}/part-`, basePrefix(table)];
    for (const objectKey of bucket.keys()) {
      if (!damaged.some((prefix) => objectKey.startsWith(prefix)) || objectKey.endsWith('manifest.json')) continue;
      for (const { versionId } of [...bucket.stored(objectKey)]) bucket.deleteVersion(objectKey, versionId);
      bucket.store(objectKey, { body: 'damaged', metadata: {} });
    }
    expect((await foldAll(bucket)).lines(PLACES.items(folder))).toEqual(expected);
  });
});

describe('before a run begins, it is looked whether the engine can read the copy', () => {
  const layoutOf = (bucket: MemoryBucket, storedByMs = Infinity) => engineLayout(readsOf(bucket), table, storedByMs);

  test('images alone, and a journal alone, with what its base has', async () => {
    const images = bucketOf([{ id: 'a', sequence: 1, value: 1, changedAtMs: 0 }]);
    expect(await layoutOf(images)).toMatchObject({ layout: 'images' });
    const { bucket } = journalBucket(story);
    expect(await layoutOf(bucket)).toEqual({
      layout: 'journal',
      ranges: 1,
      items: expect.any(Number) as number,
    });
  });

  test('both are written by one machine, unless the images came later', async () => {
    const { bucket } = journalBucket(story);
    bucket.store(keyOf('z'), { body: '{}', metadata: {} }, 3_600_000);
    expect(await layoutOf(bucket)).toMatchObject({
      why: expect.stringContaining('has images and a journal') as string,
    });
    expect(await layoutOf(bucket, 1_800_000)).toMatchObject({ layout: 'journal' });
    await expect(requireNoImages(bucket.versionLister, table, Infinity)).rejects.toThrow('has images of users');
    await expect(requireNoImages(bucket.versionLister, table, 1_800_000)).resolves.toBeUndefined();
  });

  test('a run that nobody can read', async () => {
    const { bucket, runs } = journalBucket(story);
    const manifest = `${runsPrefix(table)}${runs[1]!.manifest.name}/manifest.json`;
    for (const { versionId } of [...bucket.stored(manifest)]) bucket.deleteVersion(manifest, versionId);
    bucket.store(manifest, { body: '{}', metadata: {} });
    expect(await layoutOf(bucket)).toMatchObject({
      why: expect.stringContaining(`${manifest} of its journal`) as string,
    });
  });

  test('more in no run than each function should read', async () => {
    const { bucket, unfolded } = journalBucket(story);
    const { lister, bytes } = readsOf(bucket);
    const large = {
      ...lister,
      async page(...args: Parameters<typeof lister.page>) {
        const page = await lister.page(...args);
        const grown = (objectKey: string) => (unfolded.includes(objectKey) ? { sizeBytes: 2 ** 30 } : {});
        return { ...page, versions: page.versions.map((one) => ({ ...one, ...grown(one.objectKey) })) };
      },
    };
    const layout = await engineLayout({ lister: large, bytes }, table, Infinity);
    expect(layout).toMatchObject({ why: expect.stringContaining('are in no run of the compactor yet') as string });
  });
});

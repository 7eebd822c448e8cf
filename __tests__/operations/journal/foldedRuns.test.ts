import fc from 'fast-check';
import type { ObjectHistory } from '../../../aws/objectVersions';
import { encodeImage, itemDigest, NO_ITEM } from '../../../core/image';
import { compareChanges } from '../../../core/changePosition';
import { chainGaps } from '../../../core/chain';
import { encodeJournal, type JournalEntry, type JournalKind } from '../../../core/journal/journalObject';
import { journalPrefix } from '../../../core/journal/journalKeys';
import { readHeader } from '../../../core/readImage';
import type { ImageSource, WantedState } from '../../../operations/images/imageSource';
import { stateOfObject, type ObjectState } from '../../../operations/images/stateOfObject';
import { withJournals } from '../../../operations/journal/journalImageSource';
import { JournalFolder, type Folded } from '../../support/foldJournal';
import { MemoryBucket } from '../../support/memoryBucket';

const table = { prefix: 'eu/', tableName: 'users', keySchema: { partitionKey: 'id' } };
const keyOf = (id: string) => `eu/users/${id}/image.json`;
const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
const [SECOND_MS, HOUR_MS] = [1_000, 3_600_000];

const open: ImageSource[] = [];
const sourceOf = (bucket: MemoryBucket, memoryCharacters?: number): ImageSource => {
  const source = withJournals(bucket, { lister: bucket.versionLister, bytes: bucket.bytes }, 'eu/', memoryCharacters);
  open.push(source);
  return source;
};
afterEach(async () => {
  for (const source of open.splice(0)) await source.close?.();
});

interface Change {
  readonly id: string;
  readonly value?: string;
  /** Of the batch that brings it; a change may be in several. */
  readonly batches: readonly number[];
}

/** Changes one after the other, a second each, in batches that come in any order. */
const stories = fc.record({
  changes: fc.array(
    fc.record({
      id: fc.constantFrom(...IDS),
      value: fc.option(fc.constantFrom('x', 'y', 'z'), { nil: undefined }),
      batches: fc.uniqueArray(fc.nat({ max: 5 }), { minLength: 1, maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 24 },
  ),
  kinds: fc.array(fc.constantFrom<JournalKind>('capture', 'redrive'), { minLength: 6, maxLength: 6 }),
  /** Which run each batch is in; 0 for none. */
  runs: fc.array(fc.nat({ max: 3 }), { minLength: 6, maxLength: 6 }),
  images: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
  isMerged: fc.boolean(),
  baseOf: fc.nat({ max: 4 }),
  areCoveredGone: fc.boolean(),
});

function entriesOf(
  changes: readonly Change[],
): (JournalEntry & { batches: readonly number[]; storedFromMs: number })[] {
  const before = new Map<string, string | undefined>();
  return changes.map(({ id, value, batches }, n) => {
    const item = value === undefined ? undefined : { id: { S: id }, value: { S: value } };
    const last = before.get(id);
    const previousDigest = last === undefined ? NO_ITEM : itemDigest({ id: { S: id }, value: { S: last } });
    before.set(id, value);
    const position = {
      source: 'stream',
      streamLabel: '1970-01-01T00:00:00.000',
      sequenceNumber: String(n + 1),
    } as const;
    const event = value === undefined ? 'REMOVE' : 'MODIFY';
    const changedAtMs = (n + 1) * SECOND_MS;
    return {
      objectKey: keyOf(id),
      image: encodeImage({ event, changedAtMs, previousDigest, position }, item),
      batches,
      storedFromMs: changedAtMs,
    };
  });
}

/** The same changes in a journal that nobody has folded, and in one that somebody has. */
function bothOf({
  changes,
  kinds,
  runs,
  images,
  isMerged,
  baseOf,
  areCoveredGone,
}: typeof stories extends fc.Arbitrary<infer S> ? S : never) {
  const [plain, folded] = [new MemoryBucket(), new MemoryBucket()];
  const entries = entriesOf(changes);
  for (const [n, { objectKey, image, storedFromMs }] of entries.entries()) {
    if (!images[n % images.length]) continue;
    for (const bucket of [plain, folded]) bucket.store(objectKey, image, storedFromMs);
  }
  const stored = kinds.flatMap((kind, batch) => {
    const own = entries.filter(({ batches }) => batches.includes(batch));
    if (own.length === 0) return [];
    const storedAtMs = Math.max(...own.map(({ storedFromMs }) => storedFromMs)) + batch * SECOND_MS;
    const object = encodeJournal({ table, kind, writtenAtMs: storedAtMs, entries: own });
    for (const bucket of [plain, folded]) {
      bucket.store(object.objectKey, { body: object.body.toString('latin1'), metadata: object.metadata }, storedAtMs);
    }
    return [{ objectKey: object.objectKey, run: runs[batch]! }];
  });
  const folder = new JournalFolder(folded, table);
  const made: Folded[] = [1, 2, 3].flatMap((run) => {
    const keys = [...new Set(stored.filter((one) => one.run === run).map(({ objectKey }) => objectKey))];
    return keys.length === 0 ? [] : [folder.run(keys)];
  });
  const covered = made.slice(0, baseOf);
  if (isMerged && covered.length > 1) {
    if (covered.length > 0) folder.base(covered);
    folder.merge(covered);
  } else if (covered.length > 0) folder.base(covered);
  if (areCoveredGone) {
    const inRuns = new Set(stored.filter(({ run }) => run > 0).map(({ objectKey }) => objectKey));
    for (const objectKey of inRuns)
      for (const { versionId } of [...folded.stored(objectKey)]) folded.deleteVersion(objectKey, versionId);
  }
  return { plain, folded };
}

async function all(source: ImageSource, wanted?: WantedState): Promise<Map<string, ObjectHistory>> {
  const found = new Map<string, ObjectHistory>();
  for await (const history of source.histories('eu/users/', undefined, wanted)) {
    expect(found.has(history.objectKey)).toBe(false);
    found.set(history.objectKey, history);
  }
  return found;
}

async function statesIn(source: ImageSource, wanted: WantedState, asWanted: boolean) {
  const histories = await all(source, asWanted ? wanted : undefined);
  const states: [string, ObjectState][] = [];
  for (const [objectKey, history] of histories) {
    states.push([objectKey, await stateOfObject({ source, table, ...wanted }, history)]);
  }
  return Object.fromEntries(states.map(([key, state]) => [key, { ...state, reason: 'reason' in state }]));
}

const distinct = (history: ObjectHistory) => {
  const headers = history.versions.map(({ image, storedAtMs }) => readHeader({ ...image!, storedAtMs }));
  const kept = headers.filter(
    (header, i) => !headers.slice(0, i).some((other) => compareChanges(other.position, header.position) === 0),
  );
  // What brought a change that several have brought, tells nothing of it.
  return kept
    .sort((a, b) => compareChanges(a.position, b.position))
    .map((header) => ({ ...header, writeId: undefined }));
};

describe('a journal of which runs and bases were made', () => {
  test('law: the state at every moment is that of the journal as it was written, asked for alone or with all before', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const { plain, folded } = bothOf(story);
        for (const momentMs of [Infinity, ...story.changes.map((_, n) => (n + 1) * SECOND_MS)]) {
          for (const storedByMs of [undefined, momentMs, momentMs - SECOND_MS]) {
            const wanted = { momentMs, ...(storedByMs !== undefined && { storedByMs }) };
            const expected = await statesIn(sourceOf(plain), wanted, false);
            expect(await statesIn(sourceOf(folded), wanted, true)).toEqual(expected);
          }
        }
      }),
      { numRuns: 10 },
    );
  });

  test('law: the history and its gaps are those of the journal as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const inJournal = { ...story, images: [false] };
        const { plain, folded } = bothOf(inJournal);
        const [expected, one] = [await all(sourceOf(plain)), sourceOf(folded)];
        const onDisk = sourceOf(folded, 0);
        const found = await all(onDisk);
        await onDisk.close?.();
        expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [objectKey, history] of expected) {
          expect(distinct(found.get(objectKey)!)).toEqual(distinct(history));
          expect(distinct((await one.history(objectKey))!)).toEqual(distinct(history));
          expect(chainGaps(distinct(found.get(objectKey)!))).toEqual(chainGaps(distinct(history)));
        }
      }),
      { numRuns: 25 },
    );
  });

  /** Three batches, of which the first two are a run. */
  function threeBatches() {
    const bucket = new MemoryBucket();
    const entries = entriesOf(IDS.map((id) => ({ id, value: 'x', batches: [] })));
    const keys = [0, 2, 4].map((from) => {
      const own = entries.slice(from, from + 2);
      const object = encodeJournal({ table, kind: 'capture', writtenAtMs: 0, entries: own });
      bucket.store(object.objectKey, { body: object.body.toString('latin1'), metadata: object.metadata }, 9_000);
      return object.objectKey;
    });
    const folder = new JournalFolder(bucket, table, 2);
    return { bucket, keys, folder, run: folder.run(keys.slice(0, 2)) };
  }
  const partOf = ({ bucket }: { bucket: MemoryBucket }, ending = '.tsv.gz', which = 1) =>
    bucket.keys().filter((key) => key.includes('/runs/') && key.endsWith(ending))[which]!;
  const damage = (bucket: MemoryBucket, objectKey: string) => {
    for (const { versionId } of [...bucket.stored(objectKey)]) bucket.deleteVersion(objectKey, versionId);
    bucket.store(objectKey, { body: 'damaged', metadata: {} });
  };
  const remove = (bucket: MemoryBucket, objectKey: string) => {
    for (const { versionId } of [...bucket.stored(objectKey)]) bucket.deleteVersion(objectKey, versionId);
  };
  const statesOf = async (source: ImageSource) => {
    const is: Record<string, string> = {};
    for (const [key, state] of Object.entries(await statesIn(source, { momentMs: Infinity }, true))) is[key] = state.is;
    return is;
  };
  const ALL = Object.fromEntries(IDS.map((id) => [keyOf(id), 'item']));

  test('journal objects that a run has are not read again', async () => {
    const { bucket, keys } = threeBatches();
    for (const key of keys.slice(0, 2)) damage(bucket, key);
    expect(await statesOf(sourceOf(bucket))).toEqual(ALL);
  });

  test.each(['.tsv.gz', '.index.gz'])(
    'where a %s of a run is damaged, its journal objects are read, if all are there',
    async (ending) => {
      const made = threeBatches();
      damage(made.bucket, partOf(made, ending));
      expect(await statesOf(sourceOf(made.bucket))).toEqual(ALL);
      expect((await sourceOf(made.bucket).history(keyOf('a')))?.versions).toHaveLength(1);
      expect((await sourceOf(made.bucket).history(keyOf('d')))?.versions).toHaveLength(1);
      remove(made.bucket, made.keys[0]!);
      const states = await statesOf(sourceOf(made.bucket));
      expect(Object.values(states)).toContain('unreadable');
      expect(Object.keys(states).filter((key) => key.includes('=journal/runs/'))).toHaveLength(1);
    },
  );

  test('a batch that an erase has taken into a run, and deleted before it was read, is read from there', async () => {
    const { bucket, folder, keys } = threeBatches();
    const [, , last] = keys;
    const get: typeof bucket.bytes.get = (objectKey, options) => {
      if (objectKey === last && bucket.stored(last).length > 0) {
        folder.run([last]);
        remove(bucket, last);
      }
      return bucket.bytes.get(objectKey, options);
    };
    const source = withJournals(bucket, { lister: bucket.versionLister, bytes: { get } }, 'eu/');
    expect(await statesOf(source)).toEqual(ALL);
    await source.close?.();
    // In no run: nobody has it.
    const gone = threeBatches();
    const lost: typeof bucket.bytes.get = (objectKey, options) => {
      if (objectKey === gone.keys[2]) remove(gone.bucket, objectKey);
      return gone.bucket.bytes.get(objectKey, options);
    };
    const without = withJournals(gone.bucket, { lister: gone.bucket.versionLister, bytes: { get: lost } }, 'eu/');
    expect(Object.values(await statesOf(without))).toContain('unreadable');
    await without.close?.();
  });

  test('a run under a delete marker of which a file has gone is told like any other', async () => {
    const made = threeBatches();
    const part = partOf(made);
    made.bucket.deleteMarker(`${part.slice(0, part.lastIndexOf('/'))}/manifest.json`);
    remove(made.bucket, part);
    expect(await statesOf(sourceOf(made.bucket))).toEqual(ALL);
    for (const key of made.keys.slice(0, 2)) remove(made.bucket, key);
    expect(Object.values(await statesOf(sourceOf(made.bucket)))).toContain('unreadable');
  });

  test('where a run that others were merged into is damaged, those are read', async () => {
    const made = threeBatches();
    const second = made.folder.run(made.keys.slice(2));
    for (const key of made.keys) remove(made.bucket, key);
    const before = new Set(made.bucket.keys());
    made.folder.merge([made.run, second]);
    for (const key of made.bucket.keys()) if (!before.has(key) && key.endsWith('.tsv.gz')) damage(made.bucket, key);
    expect(await statesOf(sourceOf(made.bucket))).toEqual(ALL);
  });

  test('of a change that is stored twice, the first time counts, wherever that is', async () => {
    const bucket = new MemoryBucket();
    const entries = entriesOf([{ id: 'a', value: 'x', batches: [] }]);
    const [first, second] = [2_000, HOUR_MS].map((storedAtMs) => {
      const object = encodeJournal({ table, kind: 'capture', writtenAtMs: storedAtMs, entries });
      const stored = { body: object.body.toString('latin1'), metadata: object.metadata };
      bucket.store(object.objectKey, stored, storedAtMs);
      return object.objectKey;
    });
    const folder = new JournalFolder(bucket, table);
    folder.run([second!]);
    const before = { momentMs: Infinity, storedByMs: 3_000 };
    const there = { [keyOf('a')]: expect.objectContaining({ is: 'item' }) as unknown };
    expect(await statesIn(sourceOf(bucket), before, true)).toEqual(there);
    folder.run([first!]);
    expect(await statesIn(sourceOf(bucket), before, true)).toEqual(there);
  });

  test('where a base is damaged, its runs are read', async () => {
    const made = threeBatches();
    const folder = made.folder.base([made.run]);
    for (const key of made.bucket.keys())
      if (key.startsWith(folder) && !key.endsWith('.json')) damage(made.bucket, key);
    expect(await statesOf(sourceOf(made.bucket))).toEqual(ALL);
  });

  test('what a run had that has expired, the base has', async () => {
    const made = threeBatches();
    made.folder.base([made.run]);
    for (const key of made.bucket.keys()) if (key.includes('/runs/')) remove(made.bucket, key);
    for (const key of made.keys.slice(0, 2)) remove(made.bucket, key);
    expect(await statesOf(sourceOf(made.bucket))).toEqual(ALL);
    expect(Object.keys(Object.fromEntries(await all(sourceOf(made.bucket)))).sort()).toEqual(Object.keys(ALL));
  });

  test('a manifest that nobody can read is told, and never passed over', async () => {
    const made = threeBatches();
    damage(made.bucket, partOf(made, 'manifest.json', 0));
    expect(Object.values(await statesOf(sourceOf(made.bucket))).filter((is) => is === 'unreadable')).toHaveLength(1);
    for (const key of made.keys) remove(made.bucket, key);
    expect(Object.values(await statesOf(sourceOf(made.bucket)))).toEqual(['unreadable']);
  });

  test('a run that nobody can read is told of every moment: what it has may have been there before', async () => {
    const made = threeBatches();
    const manifest = partOf(made, 'manifest.json', 0);
    remove(made.bucket, manifest);
    made.bucket.store(manifest, { body: '{"format":"9"}', metadata: {} }, HOUR_MS);
    for (const key of made.keys) remove(made.bucket, key);
    const statesAt = async (momentMs: number, storedByMs = Infinity) =>
      Object.values(await statesIn(sourceOf(made.bucket), { momentMs, storedByMs }, true)).map(({ is }) => is);
    expect(await statesAt(HOUR_MS - SECOND_MS)).toEqual(['unreadable']);
    expect(await statesAt(9_000)).toEqual(['unreadable']);
    expect(await statesAt(8_999)).toEqual(['unreadable']);
    // Its first change was stored at 9 s.
    expect(await statesAt(8_999, 8_999)).toEqual(['absent']);
    expect(await statesAt(8_999, 9_000)).toEqual(['unreadable']);
  });

  test('a run that was merged and has gone while it was read is looked for again', async () => {
    const made = threeBatches();
    const second = made.folder.run(made.keys.slice(2));
    for (const key of made.keys) remove(made.bucket, key);
    const source = sourceOf(made.bucket);
    const found = new Set<string>();
    for await (const { objectKey } of source.histories('eu/users/')) {
      if (found.size === 0) {
        const old = made.bucket.keys().filter((key) => key.includes('/runs/'));
        made.folder.merge([made.run, second]);
        for (const key of old) remove(made.bucket, key);
      }
      expect(found.has(objectKey)).toBe(false);
      found.add(objectKey);
    }
    expect([...found].sort()).toEqual(Object.keys(ALL));
    expect(made.bucket.keys().filter((key) => key.startsWith(journalPrefix(table)))).toEqual([]);
  });
});

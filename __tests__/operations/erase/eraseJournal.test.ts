import fc from 'fast-check';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { AttributeMap } from '../../../core/attributeValue';
import { RefusedError } from '../../../core/errors';
import { encodeImage, itemDigest } from '../../../core/image';
import { COVERED_TAG } from '../../../core/journal/coveredTag';
import { encodeJournal, type JournalEntry } from '../../../core/journal/journalObject';
import { DAY_MS } from '../../../core/lockRenewal';
import { objectKeyOf } from '../../../core/objectKey';
import type { LeftVersion } from '../../../operations/erase/carryOutErase';
import { eraseItems, type EraseRequest } from '../../../operations/erase/eraseItems';
import type { LeftObject } from '../../../operations/erase/erasePlanRequest';
import type { ErasedBucket } from '../../../operations/erase/places';
import type { ImageSource } from '../../../operations/images/imageSource';
import { stateOfObject } from '../../../operations/images/stateOfObject';
import { withJournals } from '../../../operations/journal/journalImageSource';
import { JournalFolder, type Folded } from '../../support/foldJournal';
import { MemoryBucket } from '../../support/memoryBucket';

const keySchema = { partitionKey: 'pk', sortKey: 'sk' };
const table = { prefix: '', tableName: 'orders', keySchema, keyTypes: { pk: 'S', sk: 'S' } } as const;
const T0 = Date.UTC(2026, 0, 5);
/** So long that the object key has to be shortened. */
const LONG = 'l'.repeat(1_015);
const itemKeys = (pk: string, sk: string): AttributeMap => ({ pk: { S: pk }, sk: { S: sk } });
const keyOf = (pk: string, sk: string) => objectKeyOf(table, keySchema, itemKeys(pk, sk));

interface Change {
  readonly pk: string;
  readonly sk: string;
  /** Undefined: a delete. */
  readonly value?: string;
}

/** One change after the other, a second each. */
function entriesOf(changes: readonly Change[]): JournalEntry[] {
  const before = new Map<string, AttributeMap | undefined>();
  return changes.map(({ pk, sk, value }, n) => {
    const item = value === undefined ? undefined : { ...itemKeys(pk, sk), value: { S: value } };
    const objectKey = keyOf(pk, sk);
    const last = before.get(objectKey);
    before.set(objectKey, item);
    const event = item ? (last ? 'MODIFY' : 'INSERT') : 'REMOVE';
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String(n + 1) } as const;
    const header = { event, position, changedAtMs: T0 + n * 1_000, previousDigest: itemDigest(last) } as const;
    return { objectKey, image: encodeImage(header, item) };
  });
}

const put = (bucket: MemoryBucket, entries: readonly JournalEntry[], storedAtMs: number) => {
  const { objectKey, body, metadata } = encodeJournal({ table, kind: 'capture', writtenAtMs: storedAtMs, entries });
  bucket.store(objectKey, { body: body.toString('latin1'), metadata }, storedAtMs);
  return objectKey;
};

const open: ImageSource[] = [];
afterEach(async () => {
  for (const source of open.splice(0)) await source.close?.();
});
const sourceOf = (bucket: MemoryBucket): ImageSource => {
  const source = withJournals(bucket, { lister: bucket.versionLister, bytes: bucket.bytes }, '');
  open.push(source);
  return source;
};

interface World {
  readonly source: MemoryBucket;
  readonly destination: MemoryBucket;
}
const worldOf = (): World => ({ source: new MemoryBucket(T0 + DAY_MS), destination: new MemoryBucket(T0 + DAY_MS) });

async function erase({ source, destination }: World, more: Partial<EraseRequest> = {}) {
  const left: LeftVersion[] = [];
  const held: LeftObject[] = [];
  const bucketOf = (side: ErasedBucket['side'], bucket: MemoryBucket): ErasedBucket => ({
    ...{ side, source: sourceOf(bucket), lister: bucket.versionLister, bytes: bucket.bytes },
    deletes: {
      deleteAll(versions) {
        for (const { objectKey, versionId } of versions) bucket.deleteVersion(objectKey, versionId);
        return Promise.resolve([]);
      },
    },
    ...(side === 'destination' && { locks: bucket.locks }),
  });
  const outcome = await eraseItems({
    ...{ table, buckets: [bucketOf('source', source), bucketOf('destination', destination)] },
    selection: { partition: { S: 'person' } },
    journalLifecycle: { sourceExpirationDays: 30 },
    reports: { lister: destination.lister, texts: destination },
    batches: { lister: source.versionLister, texts: source },
    header: { tableName: 'orders', sourceBucket: 's', destinationBucket: 'd' },
    ...{ dryRun: false, bypassGovernance: false, nowMs: () => T0 + DAY_MS, signal: new AbortController().signal },
    mayDo: () => Promise.resolve(true),
    ...{ onPlan: () => undefined, onUnclear: (one) => held.push(one), onLeft: (one) => left.push(one) },
    ...more,
  });
  return { ...outcome, left, held };
}

/** Every version below `=dcs/` whose text has the partition key of the person, however it is packed. */
function versionsThatName(world: World, pk: string): string[] {
  return (['source', 'destination'] as const).flatMap((side) =>
    world[side].keys().flatMap((objectKey) =>
      world[side].stored(objectKey).flatMap(({ versionId, body }) => {
        if (!objectKey.startsWith('=dcs/') || !objectKey.endsWith('.gz')) return [];
        const text = gunzipSync(Buffer.from(body, 'latin1')).toString('utf8');
        const names = [`orders/${pk}/`, `"pk":{"S":"${pk}"}`, keyOf(pk, LONG)];
        return names.some((name) => text.includes(name)) ? [`${side} ${objectKey} ${versionId}`] : [];
      }),
    ),
  );
}

async function statesIn(bucket: MemoryBucket) {
  const source = sourceOf(bucket);
  const states: Record<string, unknown> = {};
  for await (const history of source.histories('orders/')) {
    const state = await stateOfObject({ source, table, momentMs: Infinity }, history);
    states[history.objectKey] = state.is === 'item' ? state.item : state.is;
  }
  return states;
}

const stories = fc.record({
  changes: fc.array(
    fc.record({
      pk: fc.constantFrom('person', 'person2', 'other'),
      sk: fc.constantFrom('a', 'b', LONG),
      value: fc.constantFrom('x', 'y', undefined),
      batch: fc.nat({ max: 4 }),
      isImage: fc.boolean(),
    }),
    { minLength: 1, maxLength: 16 },
  ),
  /** Which run each batch is in; 0 for none. */
  runs: fc.array(fc.nat({ max: 2 }), { minLength: 5, maxLength: 5 }),
  hasBase: fc.boolean(),
});

describe('erasing one person whose changes are in a journal', () => {
  test('law: every version that has a line of theirs is told, no other, and nobody comes back or is lost', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async ({ changes: story, runs, hasBase }) => {
        const world = worldOf();
        const seen = new Set<string>();
        // Of a shortened key with deletes alone nobody knows whose it is.
        const changes = story.map((one) => {
          const isFirst = !seen.has(keyOf(one.pk, one.sk));
          seen.add(keyOf(one.pk, one.sk));
          return isFirst ? { ...one, value: 'first' } : one;
        });
        const deletes = changes.flatMap(({ pk, sk }) => (pk === 'person' ? [{ pk, sk, batch: 4, isImage: true }] : []));
        const all = [...changes, ...deletes];
        const entries = entriesOf(all).map((entry, n) => ({ ...all[n]!, ...entry, at: T0 + n * 1_000 }));
        for (const bucket of [world.source, world.destination])
          for (const { objectKey, image, isImage, at } of entries) if (isImage) bucket.store(objectKey, image, at);
        const folder = new JournalFolder(world.destination, table);
        const folded = new Map<number, string[]>();
        for (let batch = 0; batch < 5; batch += 1) {
          const own = entries.filter((entry) => entry.batch === batch && !entry.isImage);
          if (own.length === 0) continue;
          const [key = ''] = [world.source, world.destination].map((bucket) => put(bucket, own, T0 + 3_600_000));
          const run = runs[batch]!;
          if (run > 0) folded.set(run, [...(folded.get(run) ?? []), key]);
        }
        const made: Folded[] = [...folded.values()].map((keys) => folder.run(keys));
        if (hasBase && made.length > 0) folder.base(made);
        const before = [await statesIn(world.source), await statesIn(world.destination)];
        const named = versionsThatName(world, 'person').sort();

        const dry = await erase(world, { dryRun: true });
        const told = dry.held.map(({ in: side, objectKey, versionId }) => `${side} ${objectKey} ${versionId}`);
        expect(told.sort()).toEqual(named);
        expect(dry).toMatchObject({ unclear: 0, journalVersions: named.length });
        expect([await statesIn(world.source), await statesIn(world.destination)]).toEqual(before);

        await erase(world);
        expect(versionsThatName(world, 'person').sort()).toEqual(named);
        const after = [await statesIn(world.source), await statesIn(world.destination)];
        const others = (states: Record<string, unknown>) =>
          Object.entries(states).filter(([, state]) => state !== 'absent');
        expect(after.map(others)).toEqual(before.map(others));
        // Of the images nothing is left that holds anything of the person.
        const isOfPerson = (key: string) => deletes.some(({ pk, sk }) => keyOf(pk, sk) === key);
        for (const bucket of [world.source, world.destination]) {
          const kept = bucket.keys().filter((key) => isOfPerson(key));
          expect(
            kept.flatMap((key) => bucket.stored(key).map(({ body }) => body)).filter((body) => body !== '{}'),
          ).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('what is told says how many lines, of whom, until when it is locked, and when lifecycle removes it', async () => {
    const world = worldOf();
    const changes = [
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'other', sk: 'a', value: 'x' },
      { pk: 'person', sk: 'a' },
    ];
    const [key = ''] = [world.source, world.destination].map((bucket) => put(bucket, entriesOf(changes), T0));
    const folder = new JournalFolder(world.destination, table, 9);
    const run = folder.run([key]);
    const untilMs = T0 + 90 * DAY_MS;
    await world.destination.locks.lock(key, 'v0', { mode: 'COMPLIANCE', untilMs });
    await world.destination.tags.put(key, 'v0', COVERED_TAG);
    const { held } = await erase(world, { dryRun: true });
    const common = { why: 'journal', items: [keyOf('person', 'a')], lines: 2, otherLines: 1 };
    expect(held.map((one) => ({ ...one, reason: undefined }))).toEqual([
      { ...common, in: 'destination', objectKey: key, versionId: 'v0', untilMs, expiresAtMs: untilMs },
      {
        ...{ ...common, in: 'destination', versionId: 'v0', expiresAtMs: null },
        objectKey: `=dcs/orders/runs/${run.manifest.name}/part-0000.tsv.gz`,
      },
      { ...common, in: 'source', objectKey: key, versionId: 'v0', expiresAtMs: T0 + 37 * DAY_MS },
    ]);
    expect(held.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(
        /^2 lines of what is named and 1 of other items; .* until 2026-04-05.*COMPLIANCE.*removes it/,
      ),
      expect.stringContaining('Lifecycle never removes it: a run is the history of its items'),
      expect.stringContaining('Lifecycle removes it at 2026-02-11'),
    ]);
    const former = await erase(world, { dryRun: true, journalLifecycle: undefined });
    expect(former.held.map(({ expiresAtMs }) => expiresAtMs)).toEqual([null, null, null]);
  });

  test('what lies under another version, and what cannot be read, is told, and keeps the tombstone', async () => {
    const world = worldOf();
    const [insert, remove] = entriesOf([
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'person', sk: 'a' },
    ]);
    for (const { objectKey, image } of [insert!, remove!]) world.destination.store(objectKey, image, T0);
    const key = put(world.destination, [insert!], T0);
    world.destination.store(key, { body: 'no gzip', metadata: {} }, T0 + 1_000);
    world.destination.deleteMarker(key);
    const { held, left, done } = await erase(world);
    expect(held.map(({ why, versionId }) => [why, versionId])).toEqual([
      ['journal', 'v0'],
      ['unclear', 'v1'],
    ]);
    expect(left.map(({ objectKey, why }) => [objectKey, why])).toEqual([[keyOf('person', 'a'), 'tombstone']]);
    expect(done).toEqual({ erased: 1, left: 1 });
    expect(await statesIn(world.destination)).toMatchObject({ [keyOf('person', 'a')]: 'absent' });
  });

  test('deletes of nobody knows whom are told as such', async () => {
    const world = worldOf();
    put(world.destination, entriesOf([{ pk: 'other', sk: LONG }]), T0);
    const { held, journalVersions } = await erase(world, { dryRun: true });
    expect([held.map(({ why }) => why), journalVersions]).toEqual([['unclear'], 0]);
    expect(held[0]?.reason).toContain(keyOf('other', LONG));
  });

  test('a kept plan is looked at anew: what the journal has got since is told', async () => {
    const world = worldOf();
    const planFile = path.join(mkdtempSync(path.join(tmpdir(), 'dcs-erase-')), 'plan');
    const entries = entriesOf([
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'person', sk: 'a' },
    ]);
    put(world.destination, entries, T0);
    const first = await erase(world, { dryRun: true, planFile });
    const later = put(world.destination, entries, T0 + 3_600_000);
    const second = await erase(world, { planFile, selection: {} });
    expect([first, second].map(({ journalVersions }) => journalVersions)).toEqual([1, 2]);
    expect(second.held.map(({ objectKey }) => objectKey)).toContain(later);
  });

  test('a delete that the source bucket does not have any more is believed where the destination has it, and only then', async () => {
    const world = worldOf();
    const [insert, remove] = entriesOf([
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'person', sk: 'a' },
    ]);
    for (const bucket of [world.source, world.destination]) bucket.store(insert!.objectKey, insert!.image, T0);
    const live = { getBatch: () => Promise.resolve([]) };
    await expect(erase(world, { live })).rejects.toThrow(RefusedError);
    put(world.destination, [remove!], T0 + 1_000);
    expect((await erase(world, { live })).done).toEqual({ erased: 2, left: 0 });
  });
});

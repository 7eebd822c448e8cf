import fc from 'fast-check';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { AttributeMap } from '../../../core/attributeValue';
import { RefusedError } from '../../../core/errors';
import { encodeImage, itemDigest } from '../../../core/image';
import { COVERED_TAG, SUPERSEDED_TAG } from '../../../core/journal/coveredTag';
import { encodeJournal, type JournalEntry } from '../../../core/journal/journalObject';
import { DAY_MS } from '../../../core/lockRenewal';
import { objectKeyOf } from '../../../core/objectKey';
import type { LeftVersion } from '../../../operations/erase/carryOutErase';
import { compactTable, type CompactRequest } from '../../../operations/journal/compact/compactTable';
import { eraseItems, type EraseRequest } from '../../../operations/erase/eraseItems';
import type { LeftObject } from '../../../operations/erase/erasePlanRequest';
import type { ErasedBucket } from '../../../operations/erase/places';
import type { ImageSource } from '../../../operations/images/imageSource';
import { stateOfObject } from '../../../operations/images/stateOfObject';
import { whyUnreadable } from '../../../operations/images/whyUnreadable';
import { withJournals } from '../../../operations/journal/journalImageSource';
import { catalogOf } from '../../../operations/journal/runs/catalog';
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

/** @param stopBefore the call that changes anything, counted from 0; Infinity for none */
async function erase(
  { source, destination }: World,
  more: Partial<EraseRequest> = {},
  stopBefore = Infinity,
  beforeCall: (call: number) => Promise<void> = () => Promise.resolve(),
) {
  const left: LeftVersion[] = [];
  const held: LeftObject[] = [];
  let calls = 0;
  const counted = async <Answer>(does: () => Promise<Answer>) => {
    calls += 1;
    if (calls > stopBefore) throw new Error('stopped');
    await beforeCall(calls);
    return does();
  };
  const bucketOf = (side: ErasedBucket['side'], bucket: MemoryBucket): ErasedBucket => ({
    ...{ side, source: sourceOf(bucket), lister: bucket.versionLister },
    bytes: {
      get: (...args) => bucket.bytes.get(...args),
      putOnce: (...args) => counted(() => bucket.bytes.putOnce(...args)),
    },
    deletes: {
      deleteAll: (versions, bypassGovernance) =>
        counted(() => {
          const { clockMs } = bucket;
          if (bypassGovernance) bucket.clockMs = Infinity;
          for (const { objectKey, versionId } of versions) bucket.deleteVersion(objectKey, versionId);
          bucket.clockMs = clockMs;
          return Promise.resolve([]);
        }),
    },
    ...(side === 'destination' && { locks: bucket.locks }),
  });
  const outcome = await eraseItems({
    ...{ table, buckets: [bucketOf('source', source), bucketOf('destination', destination)] },
    selection: { partition: { S: 'person' } },
    journalLifecycle: { sourceExpirationDays: 30 },
    sourceForgets: true,
    reports: { lister: destination.lister, texts: destination },
    batches: { lister: source.versionLister, texts: source },
    header: { tableName: 'orders', sourceBucket: 's', destinationBucket: 'd' },
    ...{ dryRun: false, bypassGovernance: false, nowMs: () => T0 + DAY_MS, signal: new AbortController().signal },
    mayDo: () => Promise.resolve(true),
    ...{ onPlan: () => undefined, onUnclear: (one) => held.push(one), onLeft: (one) => left.push(one) },
    onJournal: (one) => held.push(one),
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
        if (!body.startsWith('\x1f\x8b')) return [];
        const text = gunzipSync(Buffer.from(body, 'latin1')).toString('utf8');
        const names = [`orders/${pk}/`, `"pk":{"S":"${pk}"}`, keyOf(pk, LONG)];
        return names.some((name) => text.includes(name)) ? [`${side} ${objectKey} ${versionId}`] : [];
      }),
    ),
  );
}

const everythingIn = (bucket: MemoryBucket) => bucket.keys().map((key) => [key, bucket.stored(key)]);

async function statesIn(bucket: MemoryBucket) {
  const source = sourceOf(bucket);
  const states: Record<string, unknown> = {};
  for await (const history of source.histories('orders/')) {
    const state = await stateOfObject({ source, table, momentMs: Infinity }, history);
    states[history.objectKey] = state.is === 'item' ? state.item : state.is;
  }
  return states;
}

/** As {@link statesIn}, by a base where there is one: as a restore of the newest state reads. */
async function newestIn(bucket: MemoryBucket) {
  const source = sourceOf(bucket);
  const states: Record<string, unknown> = {};
  for await (const history of source.histories('orders/', undefined, { momentMs: Infinity })) {
    const state = await stateOfObject({ source, table, momentMs: Infinity }, history);
    if (state.is !== 'absent') states[history.objectKey] = state.is === 'item' ? state.item : state.is;
  }
  return states;
}

/** Everything that a reader of the destination bucket finds of the items of others: histories, and the state at each moment. */
async function othersIn(bucket: MemoryBucket) {
  const source = sourceOf(bucket);
  const found: Record<string, unknown> = {};
  for await (const history of source.histories('orders/')) {
    if (!history.objectKey.startsWith('orders/other/') && !history.objectKey.startsWith('orders/person2/')) continue;
    const states: unknown[] = [];
    for (let momentMs = T0; momentMs < T0 + 40_000; momentMs += 1_000) {
      const state = await stateOfObject({ source, table, momentMs }, history);
      states.push(state.is === 'item' ? state.item : state.is);
    }
    const versions = await Promise.all(
      history.versions.map(async ({ objectKey, versionId, storedAtMs }) => {
        const { body, metadata } = await source.images.get(objectKey, versionId);
        return JSON.stringify([body, metadata, storedAtMs]);
      }),
    );
    found[history.objectKey] = { states, versions: versions.sort() };
  }
  const isOfOthers = ([key]: [string, unknown]) => key in found;
  return { found, newest: Object.fromEntries(Object.entries(await newestIn(bucket)).filter(isOfOthers)) };
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
  isMerged: fc.boolean(),
  /** Whether the deletes of the person are in the journal, too. */
  hasJournalDeletes: fc.boolean(),
  /** Where an erase is stopped, one after the other, and whether the compactor is at work then, or in the middle of the next. */
  stops: fc.array(fc.record({ before: fc.nat({ max: 14 }), compacts: fc.boolean() }), { maxLength: 5 }),
  /** The call of an erase before which a compactor, which has read everything by then, puts what it has made. */
  beside: fc.option(fc.nat({ max: 8 }), { nil: undefined }),
});

interface Told extends World {
  readonly deletes: readonly Change[];
}

function tell({ changes: story, runs, hasBase, isMerged, hasJournalDeletes }: StoryOf<typeof stories>): Told {
  const world = worldOf();
  const seen = new Set<string>();
  // Of a shortened key with deletes alone nobody knows whose it is.
  const changes = story.map((one) => {
    const isFirst = !seen.has(keyOf(one.pk, one.sk));
    seen.add(keyOf(one.pk, one.sk));
    return isFirst ? { ...one, value: 'first' } : one;
  });
  const deletes = changes.flatMap(({ pk, sk }) =>
    pk === 'person' ? [{ pk, sk, batch: 4, isImage: !hasJournalDeletes }] : [],
  );
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
  if (isMerged && made.length > 1) folder.merge(made);
  return { ...world, deletes };
}

type StoryOf<Stories> = Stories extends fc.Arbitrary<infer Story> ? Story : never;

const compact = ({ destination }: World, bytes: CompactRequest['bytes'] = destination.bytes) =>
  compactTable({
    ...{ table, reads: { lister: destination.versionLister, bytes: destination.bytes }, bytes },
    ...{ tags: destination.tags, nowMs: () => T0 + DAY_MS, timeLeftMs: () => Infinity, tasks: { base: true } },
    signal: new AbortController().signal,
  });

/** By their keys: of what is left of an item whose key had to be shortened, it may be that nothing else tells whose it is. */
function named({ deletes }: Told): Pick<EraseRequest, 'selection'> {
  async function* keys() {
    await Promise.resolve();
    for (const { pk, sk } of deletes) yield itemKeys(pk, sk);
  }
  return { selection: { keys: keys() } };
}

/** An erase, and a compactor that has read everything before, and puts it before one of the erase's calls, or when that is over. */
async function eraseBesideCompactor(world: Told, call: number | undefined) {
  const events = new EventTarget();
  const gate = once(events, 'go');
  const hasRead = once(events, 'read');
  const { bytes } = world.destination;
  const waiting: CompactRequest['bytes'] = {
    async putOnce(...args) {
      events.dispatchEvent(new Event('read'));
      await gate;
      return bytes.putOnce(...args);
    },
  };
  const work =
    call === undefined
      ? Promise.resolve()
      : compact(world, waiting).then(
          () => undefined,
          // What it was reading has gone: whoever comes next begins anew.
          (error: unknown) => expect(whyUnreadable(error)).toBeDefined(),
        );
  // Where there is nothing to compact, there is nobody beside.
  await Promise.race([work, hasRead]);
  const isOver = { before: call === undefined };
  const outcome = await erase(world, named(world), Infinity, async (n) => {
    if (n !== call) return;
    isOver.before = true;
    events.dispatchEvent(new Event('go'));
    await work;
  });
  events.dispatchEvent(new Event('go'));
  await work;
  return { ...outcome, isOver: isOver.before };
}

/** Of the person there is nothing now. */
async function requireNotBack({ source, destination, deletes }: Told): Promise<void> {
  const isOfPerson = new Set(deletes.map(({ pk, sk }) => keyOf(pk, sk)));
  for (const bucket of [source, destination]) {
    for (const [key, state] of Object.entries(await statesIn(bucket)))
      if (isOfPerson.has(key)) expect([key, state]).toEqual([key, 'absent']);
    expect(Object.keys(await newestIn(bucket)).filter((key) => isOfPerson.has(key))).toEqual([]);
  }
}

describe('erasing one person whose changes are in a journal', () => {
  test('law: a dry run tells every version that has a line of theirs, no other, and changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const world = tell(story);
        const named = versionsThatName(world, 'person').sort();
        const before = JSON.stringify([everythingIn(world.source), everythingIn(world.destination)]);
        const dry = await erase(world, { dryRun: true }, 0);
        const told = dry.held.map(({ in: side, objectKey, versionId }) => `${side} ${objectKey} ${versionId}`);
        expect(told.sort()).toEqual(named);
        expect(dry).toMatchObject({ unclear: 0, journal: { versions: named.length, kept: 0 } });
        expect(JSON.stringify([everythingIn(world.source), everythingIn(world.destination)])).toEqual(before);
      }),
      { numRuns: 25 },
    );
  });

  test('law: stopped before any call, with the compactor at work in between or beside it, nothing of others is lost, nobody comes back, and in the end nothing of theirs is left', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const world = tell(story);
        const before = await othersIn(world.destination);
        for (const { before: call, compacts } of story.stops) {
          await erase(world, named(world), call).catch((error: unknown) => expect(error).toEqual(new Error('stopped')));
          expect(await othersIn(world.destination)).toEqual(before);
          await requireNotBack(world);
          if (!compacts) continue;
          await compact(world);
          expect(await othersIn(world.destination)).toEqual(before);
          await requireNotBack(world);
        }
        const { left, held, unclear, isOver } = await eraseBesideCompactor(world, story.beside);
        expect(unclear).toBe(0);
        if (held.length === 0) expect(left).toEqual([]);
        for (const { why } of left) expect(why).toBe('tombstone');
        const parts = versionsThatName(world, 'person');
        // What the compactor had read is in parts without a manifest, which no reader knows: told, or not there yet.
        if (story.beside === undefined) expect({ held, parts }).toEqual({ held: [], parts: [] });
        for (const { reason } of held) expect(reason).toContain('a compactor may be at work on it');
        expect(isOver || held.length === 0).toBe(true);
        const keys = world.destination.keys();
        for (const part of parts) {
          const folder = part.split(' ')[1]!.split('/').slice(0, 4).join('/');
          expect(keys).not.toContain(`${folder}/manifest.json`);
        }
        expect(await othersIn(world.destination)).toEqual(before);
        await requireNotBack(world);
        await compact(world);
        expect(await othersIn(world.destination)).toEqual(before);
        await requireNotBack(world);
      }),
      {
        numRuns: 60,
        // A base that is out of use is not gone on with.
        examples: [
          [
            {
              changes: [{ pk: 'person', sk: 'a', value: 'x', batch: 0, isImage: false }],
              ...{ runs: [1, 0, 0, 0, 0], hasBase: false, isMerged: false, hasJournalDeletes: false, beside: 0 },
              stops: [0, 1].map((call) => ({ before: call, compacts: true })),
            },
          ],
          // A compactor that has read all before, and puts it when all is over, puts no manifest.
          [
            {
              changes: [{ pk: 'person', sk: 'a', value: 'x', batch: 0, isImage: false }],
              ...{ runs: [0, 0, 0, 0, 0], hasBase: false, isMerged: false, hasJournalDeletes: true, beside: 0 },
              stops: [],
            },
          ],
        ],
      },
    );
  }, 120_000);

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
      expect.stringContaining('a run without these lines takes its place, and it goes'),
      expect.stringContaining('Lifecycle removes it at 2026-02-11'),
    ]);
    const former = await erase(world, { dryRun: true, journalLifecycle: undefined });
    expect(former.held.map(({ expiresAtMs }) => expiresAtMs)).toEqual([null, null, null]);
  });

  test('what lies under another version goes; what cannot be read is told, and keeps the tombstone', async () => {
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
    expect(held.map(({ why, versionId }) => [why, versionId])).toEqual([['unclear', 'v1']]);
    expect(left.map(({ objectKey, why }) => [objectKey, why])).toEqual([[keyOf('person', 'a'), 'tombstone']]);
    expect(done).toEqual({ erased: 2, left: 1 });
    expect(versionsThatName(world, 'person')).toEqual([]);
    expect(await statesIn(world.destination)).toMatchObject({ [keyOf('person', 'a')]: 'absent' });
  });

  test('what somebody has put on top of a batch, or beside the parts of a run, goes without a line of others', async () => {
    const world = worldOf();
    const entries = entriesOf([
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'other', sk: 'a', value: 'x' },
      { pk: 'other', sk: 'b', value: 'y' },
    ]);
    const [planted] = entries;
    const [batch = ''] = [world.source, world.destination].map((bucket) => put(bucket, entries.slice(1, 2), T0));
    const { lines, manifest } = new JournalFolder(world.destination, table).run([
      put(world.destination, entries.slice(2), T0),
    ]);
    const before = await othersIn(world.destination);
    const alone = worldOf();
    const packed = alone.source.stored(put(alone.source, [planted!], T0))[0]!.body;
    world.destination.store(batch, { body: packed, metadata: {} }, T0 + 1_000);
    const text = lines[0]!.replaceAll('other', 'person');
    const stray = `=dcs/orders/runs/${manifest.name}/part-0009.tsv.gz`;
    world.destination.store(stray, { body: gzipSync(`${text}\n`).toString('latin1'), metadata: {} }, T0);
    expect(versionsThatName(world, 'person')).toHaveLength(2);
    const { held } = await erase(world);
    expect(held).toEqual([]);
    expect(versionsThatName(world, 'person')).toEqual([]);
    expect(await othersIn(world.destination)).toEqual(before);
    await compact(world);
    expect(await othersIn(world.destination)).toEqual(before);
  });

  test('what a compactor may be at work on stays until nobody can be any more, and is told', async () => {
    const world = worldOf();
    const [entry] = entriesOf([{ pk: 'person', sk: 'a', value: 'x' }]);
    const { lines } = new JournalFolder(world.source, table).run([put(world.source, [entry!], T0)]);
    for (const key of world.source.keys())
      for (const { versionId } of world.source.stored(key)) world.source.deleteVersion(key, versionId);
    const part = '=dcs/orders/runs/20260105T000000Z-20260105T000000Z-0123456789abcdef/part-0000.tsv.gz';
    const body = gzipSync(lines.map((line) => `${line}\n`).join('')).toString('latin1');
    world.destination.store(part, { body, metadata: {} }, T0);
    const early = await erase(world, named({ ...world, deletes: [{ pk: 'person', sk: 'a' }] }));
    expect(early.held.map(({ objectKey, reason }) => [objectKey, reason])).toEqual([
      [part, expect.stringContaining('a compactor may be at work on it')],
    ]);
    expect(world.destination.keys()).toEqual([part]);
    const nowMs = () => T0 + 3 * DAY_MS;
    const late = await erase(world, { ...named({ ...world, deletes: [{ pk: 'person', sk: 'a' }] }), nowMs });
    expect([late.held, world.destination.keys()]).toEqual([[], []]);
  });

  test('a run that is finished between two looks of an erase is made anew, too; after the last, it is told', async () => {
    const told: string[] = [];
    let isOver = false;
    for (let listing = 1; !isOver; listing += 1) {
      const { world, folder, batch } = halfFolded();
      const lister = world.destination.versionLister;
      const unhurried = { ...lister };
      const before = await newestIn(world.destination);
      let listings = 0;
      isOver = true;
      const page: typeof lister.page = (prefix, options) => {
        const isNext = prefix === '=dcs/orders/runs/' && !options?.after && ++listings === listing;
        // A compactor that has read the batch before.
        if (isNext && world.destination.stored(batch).length > 0) {
          folder.run([batch]);
          isOver = false;
        }
        return unhurried.page(prefix, options);
      };
      Object.assign(lister, { page });
      const { held } = await erase(world);
      told.push(...held.map(({ reason }) => reason));
      if (held.length > 0) expect((await erase(world)).held).toEqual([]);
      expect(versionsThatName(world, 'person')).toEqual([]);
      expect(await newestIn(world.destination)).toEqual(before);
    }
    expect(told).toEqual([expect.stringContaining('or it came meanwhile: erase again')]);
  });

  test('deletes of nobody knows whom are told as such', async () => {
    const world = worldOf();
    put(world.destination, entriesOf([{ pk: 'other', sk: LONG }]), T0);
    const { held, journal } = await erase(world, { dryRun: true });
    expect([held.map(({ why }) => why), journal.versions]).toEqual([['unclear'], 0]);
    expect(held[0]?.reason).toContain(keyOf('other', LONG));
  });

  test('a kept plan names the items: what the journal has got of them since goes, too', async () => {
    const world = worldOf();
    const planFile = path.join(mkdtempSync(path.join(tmpdir(), 'dcs-erase-')), 'plan');
    const entries = entriesOf([
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'person', sk: 'a' },
    ]);
    put(world.destination, entries, T0);
    const first = await erase(world, { dryRun: true, planFile });
    put(world.destination, entries, T0 + 3_600_000);
    const second = await erase(world, { planFile, selection: {} });
    expect([first, second].map(({ journal }) => journal.versions)).toEqual([1, 2]);
    expect(second.held).toEqual([]);
    expect(versionsThatName(world, 'person')).toEqual([]);
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
    expect((await erase(world, { live })).done).toEqual({ erased: 3, left: 0 });
  });

  /** In a run, in a base, and in a batch, all of them locked but one. */
  async function locked(mode: 'COMPLIANCE' | 'GOVERNANCE') {
    const world = worldOf();
    const changes = [
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'other', sk: 'a', value: 'x' },
      { pk: 'person', sk: 'a' },
    ];
    const [key = ''] = [world.source, world.destination].map((bucket) => put(bucket, entriesOf(changes), T0));
    const folder = new JournalFolder(world.destination, table, 9);
    const run = folder.run([key]);
    folder.base([run]);
    const part = `=dcs/orders/runs/${run.manifest.name}/part-0000.tsv.gz`;
    const untilMs = T0 + 90 * DAY_MS;
    await world.destination.locks.lock(part, 'v0', { mode, untilMs });
    return { world, part, untilMs };
  }

  test('what a lock keeps is read by nobody any more, is told with its time, and goes when that is over', async () => {
    const { world, part, untilMs } = await locked('COMPLIANCE');
    const before = await othersIn(world.destination);
    const dry = await erase(world, { dryRun: true });
    expect(dry.journal).toEqual({ versions: 4, kept: 1 });
    const first = await erase(world);
    expect(first.held).toMatchObject([{ in: 'destination', objectKey: part, untilMs, why: 'journal' }]);
    expect(first.held[0]?.reason).toContain('Object Lock keeps it until 2026-04-05');
    expect(first.done).toEqual({ erased: 3, left: 1 });
    expect(versionsThatName(world, 'person')).toEqual([`destination ${part} v0`]);
    expect(Object.keys(await statesIn(world.destination))).toEqual([keyOf('other', 'a')]);
    // The compactor tells lifecycle, and the renewal of locks.
    await compact(world);
    expect(world.destination.stored(part)[0]?.tags).toEqual({ [SUPERSEDED_TAG.key]: 'yes' });
    world.destination.clockMs = untilMs;
    const later = await erase(world, { nowMs: () => untilMs });
    expect([later.held, later.done]).toEqual([[], { erased: 1, left: 0 }]);
    expect(versionsThatName(world, 'person')).toEqual([]);
    expect(await othersIn(world.destination)).toEqual(before);
  });

  test('a lock of GOVERNANCE mode is passed over where that is asked for', async () => {
    const { world } = await locked('GOVERNANCE');
    expect((await erase(world, { bypassGovernance: true })).held).toEqual([]);
    expect(versionsThatName(world, 'person')).toEqual([]);
  });

  test('a base is made without them when the compactor comes next, of runs that say how many lines are erased', async () => {
    const { world } = await locked('GOVERNANCE');
    await erase(world, { bypassGovernance: true });
    const reads = { lister: world.destination.versionLister, bytes: world.destination.bytes };
    const { runs, bases, retired } = await catalogOf(reads, table);
    expect([bases.length, retired.length]).toEqual([0, 1]);
    expect(runs.map(({ manifest }) => manifest)).toMatchObject([{ linesIn: 3, linesOut: 1, duplicates: 0, erased: 2 }]);
    await compact(world);
    const after = await catalogOf(reads, table);
    expect(after.bases.map(({ manifest }) => [manifest.items, manifest.tombstones])).toEqual([[1, 0]]);
    expect(after.retired[0]?.files.has('retired-tagged')).toBe(true);
  });

  /** One batch in a run, and one in none; both have a line of the person, and one of another. */
  function halfFolded() {
    const world = worldOf();
    const entries = entriesOf([
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'other', sk: 'a', value: 'x' },
      { pk: 'person', sk: 'a' },
      { pk: 'other', sk: 'b', value: 'y' },
    ]);
    const folder = new JournalFolder(world.destination, table, 9);
    const [first = ''] = [world.source, world.destination].map((bucket) => put(bucket, entries.slice(0, 2), T0));
    const run = folder.run([first]);
    const [batch = ''] = [world.source, world.destination].map((bucket) =>
      put(bucket, entries.slice(2), T0 + 3_600_000),
    );
    return { world, folder, run, batch };
  }

  test('a base of runs that an erase has made anew counts no more from that moment on, whoever has made it meanwhile', async () => {
    for (let call = 0; call < 6; call += 1) {
      const { world, folder, run } = halfFolded();
      const before = await newestIn(world.destination);
      expect(Object.keys(before)).toEqual(['a', 'b'].map((sk) => keyOf('other', sk)));
      let base: string | undefined;
      const beforeCall = (n: number) => {
        // A compactor that has begun before the second batch came, and looked just now whether somebody is erased.
        if (n === call) base = folder.base([run]);
        return Promise.resolve();
      };
      for (const stop of [call + 1, call + 2, Infinity]) {
        await erase(world, {}, stop, beforeCall).catch((error: unknown) => expect(error).toEqual(new Error('stopped')));
        if (base === undefined) continue;
        expect(await newestIn(world.destination)).toEqual(before);
        await compact(world);
        expect(await newestIn(world.destination)).toEqual(before);
      }
      expect(versionsThatName(world, 'person')).toEqual([]);
      // The run that says so may be merged, and gone.
      if (base !== undefined) expect(world.destination.keys()).toContain(`${base}retired`);
    }
  });

  test('where the run of an erase is damaged, what it had taken in is read from the batch, and told where that has gone', async () => {
    const { world, batch } = halfFolded();
    const before = await newestIn(world.destination);
    const reads = { lister: world.destination.versionLister, bytes: world.destination.bytes };
    const made = async () =>
      (await catalogOf(reads, table)).runs.find(({ manifest }) => manifest.erasure !== undefined);
    for (let stop = 1; !(await made()); stop += 1)
      await erase(world, {}, stop).catch((error: unknown) => expect(error).toEqual(new Error('stopped')));
    const part = `${(await made())!.prefix}part-0000.tsv.gz`;
    world.destination.deleteVersion(part, world.destination.stored(part)[0]!.versionId);
    world.destination.store(part, { body: 'damaged', metadata: {} });
    expect(await newestIn(world.destination)).toEqual(before);
    world.destination.deleteVersion(batch, world.destination.stored(batch)[0]!.versionId);
    expect(Object.values(await newestIn(world.destination))).toContain('unreadable');
  });

  test('the source bucket that keeps its journal for ever is left alone, and a batch that no run has', async () => {
    const world = worldOf();
    const changes = [
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'other', sk: 'a', value: 'x' },
      { pk: 'person', sk: 'a' },
    ];
    for (const bucket of [world.source, world.destination]) put(bucket, entriesOf(changes), T0);
    const { held } = await erase(world, { sourceForgets: false });
    expect(held).toMatchObject([{ in: 'source', why: 'journal' }]);
    expect(held[0]?.reason).toContain('source.lifecycle.journalExpirationDays');
    // Not replicated yet: it is the only place of what others have in it.
    const alone = worldOf();
    put(alone.source, entriesOf(changes), T0);
    const waiting = await erase(alone);
    expect(waiting.held[0]?.reason).toContain('erase again when it has been replicated');
    expect(versionsThatName(alone, 'person')).toHaveLength(1);
  });

  test('a run in force that is damaged keeps the batches that it was made of', async () => {
    const { world } = await locked('GOVERNANCE');
    await erase(world, { bypassGovernance: true }, 4).catch(() => undefined);
    const [run] = (await catalogOf({ lister: world.destination.versionLister, bytes: world.destination.bytes }, table))
      .runs;
    expect(run?.manifest.erasure).toBeDefined();
    const part = `${run?.prefix}part-0000.tsv.gz`;
    world.destination.deleteVersion(part, world.destination.stored(part)[0]!.versionId);
    world.destination.store(part, { body: gzipSync('').toString('latin1'), metadata: {} }, T0);
    const { held, done } = await erase(world, { bypassGovernance: true });
    expect(held.map(({ in: side, objectKey }) => `${side} ${objectKey.split('/')[2]}`)).toEqual([
      ...['destination journal', 'destination runs', 'source journal'],
    ]);
    expect(done?.left).toBe(3);
  });
});

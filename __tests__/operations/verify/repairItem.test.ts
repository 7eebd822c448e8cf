import fc from 'fast-check';
import type { Places } from '../../../operations/verify/recheck';
import { repairItem } from '../../../operations/verify/repairItem';
import { stateAt } from '../../../core/history';
import { encodeImage, itemDigest, type ImageHeader } from '../../../core/image';
import { readHeader } from '../../../core/readImage';
import { MemoryBucket } from '../../support/memoryBucket';

const TABLE = { prefix: '', tableName: 't', keySchema: { partitionKey: 'id' } };
const OBJECT_KEY = 't/a/image.json';
const KEYS = { id: { S: 'a' } };

type State = number | undefined;
const itemOf = (state: State) => (state === undefined ? undefined : { ...KEYS, state: { N: String(state) } });

/** A change of the item, as capture stores it. */
const change = (number: number, before: State, after: State, atMs: number) => {
  const header: ImageHeader = {
    event: after === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY',
    position: { source: 'stream', streamLabel: 'L', sequenceNumber: String(number) },
    changedAtMs: atMs,
    previousDigest: itemDigest(itemOf(before)),
  };
  return encodeImage(header, itemOf(after));
};

/** One item in a table, with capture that loses or delays changes, and replication that brings what it is told to. */
class World {
  readonly source = new MemoryBucket(1_000);
  readonly destination = new MemoryBucket(1_000);
  private readonly late: ReturnType<typeof change>[] = [];
  private changes = 0;
  state: State;

  write(state: State, capture: 'now' | 'later' | 'never'): void {
    if (state === this.state) return;
    const image = change(++this.changes, this.state, state, (this.source.clockMs += 10));
    this.state = state;
    if (capture === 'now') this.source.store(OBJECT_KEY, image);
    if (capture === 'later') this.late.push(image);
  }

  captureLate(): void {
    for (const image of this.late.splice(0)) this.source.store(OBJECT_KEY, image);
  }

  /** In any order, some of them twice. */
  replicate(order: (count: number) => number[]): void {
    const versions = this.source.stored(OBJECT_KEY);
    for (const at of order(versions.length)) {
      const version = versions[at];
      if (version) this.destination.store(OBJECT_KEY, version, version.storedAtMs);
    }
  }

  places(): Places {
    return {
      table: TABLE,
      items: { getBatch: () => Promise.resolve([itemOf(this.state)].flatMap((item) => (item ? [item] : []))) },
      source: this.source,
      destination: this.destination,
      statusOf: () => Promise.resolve(undefined),
      signal: new AbortController().signal,
      pause: () => Promise.resolve(),
      nowMs: this.source.nowMs,
    };
  }

  repair() {
    return repairItem({ places: this.places(), images: this.source }, { objectKey: OBJECT_KEY, keys: KEYS });
  }

  /** Digest of what a bucket's newest image says. */
  says(bucket: MemoryBucket): string {
    const images = bucket.stored(OBJECT_KEY).map((one) => ({ header: readHeader(one) }));
    const state = stateAt(images);
    if (state.is !== 'known') return itemDigest(undefined);
    const { digest } = state.image.header;
    return digest === readHeader({ ...change(0, 1, undefined, 0), storedAtMs: 0 }).digest
      ? itemDigest(undefined)
      : (digest ?? '');
  }
}

const writes = fc.array(
  fc.record({
    state: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
    capture: fc.constantFrom('now' as const, 'later' as const, 'never' as const),
  }),
  { maxLength: 8 },
);
const orders = fc.infiniteStream(fc.nat({ max: 1_000 })).map((numbers) => (count: number) => {
  const draws = [...numbers.take(count)].map((draw, at) => ({ draw, at }));
  return [...draws.sort((a, b) => a.draw - b.draw), ...draws.slice(0, 2)].map(({ at }) => at);
});

test('law: after a repair both buckets say what the table holds, whatever capture and replication did before', async () => {
  await fc.assert(
    fc.asyncProperty(writes, writes, orders, async (replicated, captured, order) => {
      const world = new World();
      for (const { state, capture } of replicated) world.write(state, capture);
      world.replicate(order);
      for (const { state, capture } of captured) world.write(state, capture);
      await world.repair();
      world.replicate(order);
      expect(world.says(world.source)).toBe(itemDigest(itemOf(world.state)));
      expect(world.says(world.destination)).toBe(itemDigest(itemOf(world.state)));
      // Replicas may have arrived in such an order that the destination shows an older one: a copy of the newest mends that.
      if ((await world.repair()) === 'written') world.replicate((count) => [count - 1]);
      expect(await world.repair()).toBe('right');
    }),
  );
});

test.each(['source', 'destination'] as const)(
  'what lies under a delete marker in the %s comes on top again',
  async (where) => {
    const world = new World();
    world.write(1, 'now');
    world.replicate(() => [0]);
    world[where].deleteMarker(OBJECT_KEY);
    expect(await world.repair()).toBe('written');
    world.replicate((count) => [count - 1]);
    expect(await world.repair()).toBe('right');
    expect(world[where].versions(OBJECT_KEY).at(-1)).toMatchObject({ isLatest: true });
  },
);

test('an older image on top, as a retry after a crash leaves it, is mended by the newest image and no other', async () => {
  const world = new World();
  world.write(1, 'now');
  world.write(undefined, 'now');
  const [first, tombstone] = world.source.stored(OBJECT_KEY);
  world.source.store(OBJECT_KEY, first!);
  world.replicate(() => [0, 2, 1]);
  expect(await world.repair()).toBe('written');
  const last = world.source.stored(OBJECT_KEY).at(-1)!;
  expect(readHeader(last)).toMatchObject({ event: 'REMOVE', position: readHeader(tombstone!).position });
  expect(await world.repair()).toBe('right');
});

test('law: a repair never covers a change that is captured while or after it is made', async () => {
  await fc.assert(
    fc.asyncProperty(writes, writes, fc.nat({ max: 3 }), orders, async (before, during, last, order) => {
      const world = new World();
      for (const { state, capture } of before) world.write(state, capture);
      const left = [...during];
      world.source.beforePut = () => {
        const next = left.shift();
        if (next) world.write(next.state, next.capture === 'later' ? 'later' : 'now');
      };
      await world.repair();
      world.source.beforePut = () => undefined;
      world.captureLate();
      world.write(10 + last, 'now');
      world.replicate(order);
      for (const bucket of [world.source, world.destination])
        expect(world.says(bucket)).toBe(itemDigest(itemOf(10 + last)));
    }),
  );
});

test('a repair whose answer is lost is right the next time, and is not made twice', async () => {
  const world = new World();
  world.write(1, 'now');
  world.write(2, 'never');
  let lost = 0;
  world.source.afterPut = () => {
    if (lost++ === 0) throw new Error('the answer is lost');
  };
  await expect(world.repair()).rejects.toThrow('lost');
  world.replicate((count) => Array.from({ length: count }, (_, at) => at));
  expect(await world.repair()).toBe('right');
  expect(world.source.puts).toBe(1);
});

/** The destination has an image of a later change, which the source bucket lost, or which somebody forged. */
function aheadOfSource(): World {
  const world = new World();
  world.write(1, 'now');
  world.write(2, 'now');
  world.replicate(() => [0, 1]);
  world.source.deleteVersion(OBJECT_KEY, world.source.stored(OBJECT_KEY).at(-1)!.versionId);
  return world;
}

test('nothing is stored above an image that only the destination has: it may be forged, and cover what is to come', async () => {
  const world = aheadOfSource();
  world.write(3, 'never');
  expect(await world.repair()).toMatchObject({ left: expect.stringContaining('later change') as string });
  expect(world.source.puts).toBe(0);
});

test('where such an image is right, the source bucket is mended in its own order', async () => {
  const world = aheadOfSource();
  expect(await world.repair()).toBe('written');
  const repaired = readHeader(world.source.stored(OBJECT_KEY).at(-1)!);
  expect(repaired).toMatchObject({ event: 'REPAIR', position: { sequenceNumber: '1' } });
  world.replicate(() => [1]);
  expect(await world.repair()).toBe('right');
  expect(world.says(world.destination)).toBe(itemDigest(itemOf(2)));
});

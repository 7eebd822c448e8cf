import fc from 'fast-check';
import type { Places } from '../../../operations/verify/recheck';
import { repairItem } from '../../../operations/verify/repairItem';
import { stateAt } from '../../../core/history';
import { backfillImage, encodeImage, itemDigest, type ImageHeader, type StoredImage } from '../../../core/image';
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

  repair(images: Pick<MemoryBucket, 'putIf'> = this.source, places = this.places()) {
    return repairItem({ places, images }, { objectKey: OBJECT_KEY, keys: KEYS });
  }

  /** What the last image in the source bucket says of itself. */
  lastHeader(): ImageHeader {
    return readHeader(this.source.stored(OBJECT_KEY).at(-1)!);
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
    expect(world.lastHeader()).toMatchObject({ event: 'INSERT', position: { source: 'stream' } });
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

test('where the destination lacks the newest image, that image is stored once more', async () => {
  const world = new World();
  world.write(1, 'now');
  expect(await world.repair()).toBe('written');
  expect(world.lastHeader()).toMatchObject({ event: 'INSERT', position: { source: 'stream' } });
  world.replicate(() => [1]);
  expect(await world.repair()).toBe('right');
});

test('an item without any image gets one as a backfill would make it', async () => {
  const world = new World();
  world.write(1, 'never');
  expect(await world.repair()).toBe('written');
  expect(world.lastHeader()).toMatchObject({ event: 'BACKFILL', position: { source: 'backfill' } });
});

test('where S3 refuses, since it had carried out what it was asked already, the repair was written', async () => {
  const world = new World();
  world.write(1, 'never');
  const putIf: MemoryBucket['putIf'] = async (...put) => {
    await world.source.putIf(...put);
    world.replicate(() => [0]);
    return 'refused';
  };
  expect(await world.repair({ putIf })).toBe('written');
});

test('where S3 refuses, since capture came first, it is right without a repair', async () => {
  const world = new World();
  world.write(1, 'later');
  world.source.beforePut = () => {
    world.captureLate();
    world.replicate(() => [0]);
  };
  expect(await world.repair()).toBe('right');
  expect(world.source.puts).toBe(0);
});

test('who is told to stop tells the write that is under way', async () => {
  const world = new World();
  world.write(1, 'never');
  const signals: unknown[] = [];
  const putIf: MemoryBucket['putIf'] = (...put) => {
    signals.push((put as unknown[])[3]);
    return world.source.putIf(...put);
  };
  const places = world.places();
  await world.repair({ putIf }, places);
  expect(signals).toEqual([{ signal: places.signal }]);
});

/** Stores an image in buckets, and the table holds a state or not. */
function worldWith(image: StoredImage, where: readonly ('source' | 'destination')[], state?: number): World {
  const world = new World();
  for (const bucket of where) world[bucket].store(OBJECT_KEY, image);
  world.state = state;
  return world;
}
const aheadImage = change(1, undefined, 1, 1e12);
const foreign = { body: '{}', metadata: { 'dcs-format': '9' } };
const readOnce = backfillImage(itemOf(1)!, 0);
const repaired = encodeImage(
  {
    event: 'REPAIR',
    position: { source: 'repair', streamLabel: 'L', sequenceNumber: '1', readAtMs: 0 },
    changedAtMs: 0,
  },
  itemOf(1),
);
test.each<[string, World, string]>([
  ['an image dated in the future', worldWith(aheadImage, ['source', 'destination'], 1), 'no image can be put above it'],
  ['an item that only the destination has', worldWith(readOnce, ['destination']), 'only the destination has it'],
  [
    'an image of another format',
    worldWith(foreign, ['source'], 1),
    'which image is the newest cannot be told: its format',
  ],
  ['a change that only the destination has', worldWith(change(1, undefined, 1, 0), ['destination'], 2), 'later change'],
  ['a repair that only the destination has', worldWith(repaired, ['destination'], 2), 'later change'],
])('what cannot be mended is left, with the reason: %s', async (_, world, left) => {
  expect(await world.repair()).toMatchObject({ left: expect.stringContaining(left) as string });
  expect(world.source.puts).toBe(0);
});

test('a backfill that only the destination has is no later than what the table holds', async () => {
  const world = worldWith(readOnce, ['destination'], 2);
  expect(await world.repair()).toBe('written');
  expect(world.lastHeader()).toMatchObject({ event: 'BACKFILL', digest: itemDigest(itemOf(2)) });
});

test('an item that others change at each of fifty tries is left, and why is said', async () => {
  const world = new World();
  world.write(1, 'never');
  let tries = 0;
  world.source.beforePut = () => {
    tries += 1;
    world.write(2 * tries, 'now');
    world.write(2 * tries + 1, 'never');
  };
  expect(await world.repair()).toEqual({ left: 'it was changed by others at each of 50 tries; run again' });
  expect(tries).toBe(50);
});

test('what goes wrong with the table is no reason to leave the item', async () => {
  const world = new World();
  const items = { getBatch: () => Promise.reject(new Error('throttled')) };
  await expect(world.repair(world.source, { ...world.places(), items })).rejects.toThrow('throttled');
});

import fc from 'fast-check';
import { Readable } from 'node:stream';
import { encodeImage, itemDigest } from '../../../core/image';
import type { AttributeMap } from '../../../core/attributeValue';
import { timelineOfTable, BARS, type TimelineRequest } from '../../../operations/timeline/timelineOfTable';
import type { SelectedChange, Selection } from '../../../operations/selection';
import { MemoryBucket } from '../../support/memoryBucket';

const table = { prefix: '', tableName: 'users' };
const BEGIN_MS = Date.UTC(2026, 0, 5);

interface Happening {
  readonly id: number;
  readonly atMs: number;
  /** Undefined: deleted. */
  readonly value: number | undefined;
  readonly deletedBy?: string;
}

function bucketOf(happenings: readonly Happening[]): MemoryBucket {
  const bucket = new MemoryBucket();
  const last = new Map<number, AttributeMap | undefined>();
  for (const [n, { id, atMs, value, deletedBy }] of happenings.entries()) {
    const item = value === undefined ? undefined : { id: { S: `u${id}` }, v: { N: String(value) } };
    const event = item ? (last.get(id) ? 'MODIFY' : 'INSERT') : 'REMOVE';
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String(n) } as const;
    const header = { event, position, changedAtMs: atMs, previousDigest: itemDigest(last.get(id)), deletedBy } as const;
    bucket.store(`users/u${id}/image.json`, encodeImage(header, item), atMs);
    last.set(id, item);
  }
  return bucket;
}

const configured = { ...table, keySchema: { partitionKey: 'id' }, keyTypes: { id: 'S' } } as const;

const timelineOf = (source: MemoryBucket, more: Partial<TimelineRequest> = {}) =>
  timelineOfTable({
    ...{ source, table, fromMs: -Infinity, toMs: Infinity, byTimeToLive: false },
    signal: new AbortController().signal,
    ...more,
  });

const happenings = fc
  .array(
    fc.record({
      id: fc.nat(8),
      afterSeconds: fc.integer({ min: 1, max: 40_000 }),
      value: fc.option(fc.nat(50), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((list) => {
    let atMs = BEGIN_MS;
    const last = new Map<number, number | undefined>();
    return list.flatMap(({ id, afterSeconds, value }): Happening[] => {
      if (last.get(id) === value) return []; // a stream shows no change that changes nothing
      last.set(id, value);
      return [{ id, value, atMs: (atMs += afterSeconds * 1_000) }];
    });
  })
  .filter((list) => list.length > 0);

describe('the timeline of a table', () => {
  test('law: every change counts once, as what it was, in the stretch in which it was made', async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (list) => {
        const found = await timelineOf(bucketOf(list));
        const there = new Set<number>();
        const expected = list.map(({ id, atMs, value }) => {
          const kind = value === undefined ? 'delete' : there.has(id) ? 'change' : 'insert';
          if (value === undefined) there.delete(id);
          else there.add(id);
          return { atMs, kind } as const;
        });
        for (const { atMs, ...bucket } of found.buckets) {
          const inside = expected.filter((one) => one.atMs >= atMs && one.atMs < atMs + found.bucketMs);
          const counted = (kind: string) => inside.filter((one) => one.kind === kind).length;
          expect(bucket).toEqual({
            ...{ insert: counted('insert'), change: counted('change'), delete: counted('delete'), timeToLive: 0 },
          });
        }
        const sum = found.buckets.reduce((all, one) => all + one.insert + one.change + one.delete, 0);
        expect(sum).toBe(list.length);
        expect(found.buckets.length).toBeLessThanOrEqual(BARS);
      }),
      { numRuns: 50 },
    );
  });

  test('what was stored twice is one change', async () => {
    const bucket = bucketOf([{ id: 1, atMs: BEGIN_MS, value: 1 }]);
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: '0' } as const;
    const again = encodeImage(
      { event: 'INSERT', position, changedAtMs: BEGIN_MS, previousDigest: 'none' },
      { id: { S: 'u1' }, v: { N: '1' } },
    );
    bucket.store('users/u1/image.json', again, BEGIN_MS + 60_000);
    expect((await timelineOf(bucket)).counts).toMatchObject({ insert: 1, change: 0 });
  });

  test('a window shows what was stored in it alone, and a unit decides how long a stretch is', async () => {
    const list = [0, 1, 2, 3].map((hours) => ({ id: hours, atMs: BEGIN_MS + hours * 3_600_000, value: 1 }));
    const found = await timelineOf(bucketOf(list), {
      ...{ fromMs: BEGIN_MS, toMs: BEGIN_MS + 2 * 3_600_000, resolutionMs: 3_600_000 },
    });
    expect(found.buckets.map(({ atMs, insert }) => [(atMs - BEGIN_MS) / 3_600_000, insert])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    await expect(timelineOf(bucketOf(list), { resolutionMs: 1_000 })).rejects.toThrow('10000 are the most');
  });

  test('deletes by time to live are told where they are asked for, and read no other metadata', async () => {
    const bucket = bucketOf([
      { id: 1, atMs: BEGIN_MS, value: 1 },
      { id: 2, atMs: BEGIN_MS, value: 1 },
      { id: 1, atMs: BEGIN_MS + 1_000, value: undefined, deletedBy: 'dynamodb.amazonaws.com' },
      { id: 2, atMs: BEGIN_MS + 1_000, value: undefined },
    ]);
    expect((await timelineOf(bucket)).counts).toMatchObject({ delete: 2, timeToLive: 0 });
    expect(bucket.reads).toBe(0);
    expect((await timelineOf(bucket, { byTimeToLive: true })).counts).toMatchObject({ delete: 2, timeToLive: 1 });
    expect(bucket.reads).toBe(2);
  });

  test('the burst of a migration is found among good writes', async () => {
    const good = Array.from({ length: 200 }, (_, n) => ({ id: n % 100, atMs: BEGIN_MS + n * 300_000, value: n }));
    const bad = Array.from({ length: 75 }, (_, n) => ({ id: n, atMs: BEGIN_MS + 40_000_000 + n * 1_000, value: -1 }));
    const { bursts } = await timelineOf(bucketOf([...good, ...bad].sort((a, b) => a.atMs - b.atMs)));
    expect(bursts).toHaveLength(1);
    expect(bursts[0]!.changes).toBeGreaterThanOrEqual(75);
    expect(bursts[0]!.fromMs).toBeLessThanOrEqual(BEGIN_MS + 40_000_000);
    expect(bursts[0]!.toMs).toBeGreaterThan(BEGIN_MS + 40_074_000);
  });

  test('a table without images cannot be looked at', async () => {
    await expect(timelineOf(new MemoryBucket())).rejects.toThrow('has no images of users');
  });
});

describe('of what is chosen', () => {
  const minute = (n: number) => BEGIN_MS + n * 60_000;
  const story: Happening[] = [
    { id: 1, atMs: minute(0), value: 1 },
    { id: 2, atMs: minute(1), value: 1 },
    { id: 1, atMs: minute(2), value: 7 },
    { id: 12, atMs: minute(3), value: 7 },
    { id: 2, atMs: minute(4), value: undefined, deletedBy: 'dynamodb.amazonaws.com' },
    { id: 1, atMs: minute(5), value: undefined },
  ];
  const isSeven = (item?: AttributeMap) => item?.v !== undefined && 'N' in item.v && item.v.N === '7';
  async function chosen(selection: Selection, more: Partial<TimelineRequest> = {}, bucket = bucketOf(story)) {
    const unknown: string[] = [];
    const choice = { table: configured, selection, onUnknown: (objectKey: string) => unknown.push(objectKey) };
    const { counts, items } = await timelineOf(bucket, { ...more, choice });
    return { ...counts, items, unknown };
  }
  const keysOf = (...ids: string[]) => Readable.from(ids.map((id) => ({ id: { S: id } })));

  test('an expression is asked of each change, with the item before and after it', async () => {
    const becameSeven = { matches: ({ before, after }: SelectedChange) => isSeven(after) && !isSeven(before) };
    expect(await chosen(becameSeven)).toMatchObject({ insert: 1, change: 1, delete: 0, items: 2, unknown: [] });
    expect(await chosen(becameSeven, { fromMs: minute(2) })).toMatchObject({ insert: 1, change: 0, items: 1 });
  });

  test('a delete has what was there before it, and by whom', async () => {
    const byTimeToLive = { matches: ({ deletedBy }: SelectedChange) => deletedBy === 'dynamodb.amazonaws.com' };
    expect(await chosen(byTimeToLive)).toMatchObject({ insert: 0, change: 0, delete: 1, items: 1 });
    const lostSeven = { matches: ({ before, after }: SelectedChange) => isSeven(before) && !after };
    expect(await chosen(lostSeven)).toMatchObject({ delete: 1, items: 1 });
  });

  test('keys, a partition and a prefix; what is asked for and not there is not known', async () => {
    expect(await chosen({ keyPrefix: 'u1' })).toMatchObject({ insert: 2, change: 1, delete: 1, items: 2 });
    expect(await chosen({ partition: { S: 'u1' } })).toMatchObject({ insert: 1, change: 1, delete: 1, items: 1 });
    expect(await chosen({ keys: keysOf('u2', 'u9') })).toMatchObject({
      ...{ insert: 1, delete: 1, items: 1, unknown: ['users/u9/image.json'] },
    });
  });

  test('of a version that cannot be read it is told that it is not known, and it is not counted', async () => {
    const bucket = bucketOf(story);
    bucket.store('users/u2/image.json', { body: '{"Item":{}', metadata: {} }, minute(6));
    const all = await chosen({ matches: () => true }, {}, bucket);
    expect(all).toMatchObject({ insert: 3, change: 1, delete: 2, unknown: ['users/u2/image.json'] });
  });
});

import { gzipSync } from 'node:zlib';
import { encodeImage, itemDigest, NO_ITEM, type StoredImage } from '../../../core/image';
import { encodeJournal } from '../../../core/journal/journalObject';
import { compactTable } from '../../../operations/journal/compact/compactTable';
import { withJournals } from '../../../operations/journal/journalImageSource';
import { catalogOf } from '../../../operations/journal/runs/catalog';
import type { Bucket } from '../../../operations/verify/digestIndex';
import type { OpenedTable } from '../../../operations/verify/openTable';
import type { Difference } from '../../../operations/verify/recheck';
import { verifyTable } from '../../../operations/verify/verifyTable';
import { MemoryBucket } from '../../support/memoryBucket';

const TABLE = { prefix: '', tableName: 't', keySchema: { partitionKey: 'id' } };
const DAY_MS = 24 * 3_600_000;
const NOW_MS = Date.parse('2026-03-01T00:00:00.000Z');
const RECENTLY_MS = NOW_MS - DAY_MS;
const LONG_AGO_MS = NOW_MS - 40 * DAY_MS;
const BUCKETS = ['source', 'destination'] as const;

const itemOf = (id: string, state: number) => ({ id: { S: id }, state: { N: String(state) } });
type Item = ReturnType<typeof itemOf>;
const objectKeyOf = (id: string) => `t/${id}/image.json`;
interface Entry {
  readonly objectKey: string;
  readonly image: StoredImage;
}

/** The change of an item from one state to another; null for no item. */
function change(id: string, before: number | null, after: number | null, n = after ?? 9): Entry {
  const image = encodeImage(
    {
      event: after === null ? 'REMOVE' : before === null ? 'INSERT' : 'MODIFY',
      position: { source: 'stream', streamLabel: '2026-01-01T00:00:00.000', sequenceNumber: String(100 + n) },
      changedAtMs: LONG_AGO_MS - 2 * DAY_MS,
      previousDigest: before === null ? NO_ITEM : itemDigest(itemOf(id, before)),
    },
    after === null ? undefined : itemOf(id, after),
  );
  return { objectKey: objectKeyOf(id), image };
}

/** Both buckets and the table, which a test puts what it likes into. */
class Scene {
  readonly source = new MemoryBucket(NOW_MS);
  readonly destination = new MemoryBucket(NOW_MS);
  items: Item[] = [];
  covered = new Set<string>();
  expirationDays: number | null = 30;
  statuses = 'COMPLETED';
  onPause: () => void = () => undefined;

  /** @returns the key of the object */
  batch(entries: readonly Entry[], into: readonly Bucket[] = BUCKETS, storedAtMs = RECENTLY_MS): string {
    const { objectKey, body, metadata } = encodeJournal({
      ...{ table: TABLE, kind: 'capture', writtenAtMs: storedAtMs, entries },
    });
    for (const bucket of into) this[bucket].store(objectKey, { body: body.toString('latin1'), metadata }, storedAtMs);
    return objectKey;
  }

  async verify(history = false): Promise<{ named: string[]; verdict: string; counts: Record<string, number> }> {
    const named: string[] = [];
    const tell = ({
      differences,
      others = [],
    }: {
      differences: readonly Difference[];
      others?: readonly Difference[];
    }) => named.push(...[...differences, ...others].map((one) => `${one.class} ${one.in} ${one.objectKey}`));
    const { report } = await verifyTable({
      ...{ opened: this.opened(), settleMs: 0, segments: 1, history },
      reports: { write: () => Promise.resolve('report.json') },
      whoRuns: () => Promise.resolve('arn:aws:iam::222222222222:role/x'),
      watch: { onCompared: tell, onWalked: tell },
    });
    return { named: named.sort(), verdict: report.verdict, counts: { ...report.counts } };
  }

  private async catalog() {
    const reads = { lister: this.destination.versionLister, bytes: this.destination.bytes };
    const { consumed, ...rest } = await catalogOf(reads, TABLE);
    return { ...rest, consumed: new Set([...consumed, ...this.covered]) };
  }

  private opened(): OpenedTable {
    const reads = (bucket: Bucket) => ({ lister: this[bucket].versionLister, bytes: this[bucket].bytes });
    const read = (bucket: Bucket) => withJournals(this[bucket], reads(bucket), '');
    const listers = (bucket: Bucket) => ({ versions: this[bucket].versionLister, current: this[bucket].lister });
    const { items, expirationDays } = this;
    return {
      scanner: { page: () => Promise.resolve({ items, capacityUnits: 1 }) },
      ...{ keyTypes: { id: 'S' }, itemCount: items.length, tableId: 'this' },
      buckets: { source: listers('source'), destination: listers('destination') },
      journals: {
        reads: { source: reads('source'), destination: reads('destination') },
        ...{ expirationDays, catalog: () => this.catalog() },
      },
      places: {
        ...{ table: TABLE, source: read('source'), destination: read('destination') },
        sourceForgets: expirationDays !== null,
        items: {
          getBatch: (keys) =>
            Promise.resolve(items.filter(({ id }) => keys.some((key) => key.id && 'S' in key.id && key.id.S === id.S))),
        },
        statusOf: () => Promise.resolve(this.statuses),
        nowMs: () => NOW_MS,
        pause: async () => {
          await Promise.resolve();
          this.onPause();
        },
        signal: new AbortController().signal,
      },
    };
  }
}

const SAME = { named: [], verdict: 'same' };
let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});

/** Two items, one of which was changed, in two batches. */
function twoBatches(): { first: string; second: string } {
  scene.items = [itemOf('a', 2), itemOf('b', 1)];
  const first = scene.batch([change('a', null, 1), change('b', null, 1)]);
  const second = scene.batch([change('a', 1, 2)]);
  return { first, second };
}

test('what only the journal has is the same, and both buckets of it are counted', async () => {
  twoBatches();
  scene.batch([change('c', null, 1), change('c', 1, null)]);
  expect(await scene.verify()).toEqual({
    ...SAME,
    counts: expect.objectContaining({
      ...{ items: 2, images: 2, replicas: 2, tombstones: 1, same: 3 },
      ...{ journalObjects: 3, journalReplicas: 3 },
    }) as unknown,
  });
});

test('images and journal are one: the newest of both counts', async () => {
  scene.items = [itemOf('a', 2)];
  for (const bucket of BUCKETS) scene[bucket].store(objectKeyOf('a'), change('a', null, 1).image, RECENTLY_MS - DAY_MS);
  scene.batch([change('a', 1, 2)]);
  expect(await scene.verify()).toMatchObject(SAME);
});

test.each([
  ['in any order', false],
  ['under a delete marker', true],
])(
  'what the journal has needs no image on top: a second mapping stored the same changes as images, %s',
  async (_, isHidden) => {
    scene.items = [itemOf('a', 2)];
    const changes = [change('a', null, 1), change('a', 1, 2)];
    scene.batch(changes, BUCKETS, RECENTLY_MS - DAY_MS);
    for (const { image } of changes) scene.source.store(objectKeyOf('a'), image, RECENTLY_MS);
    for (const { image } of changes.toReversed()) scene.destination.store(objectKeyOf('a'), image, RECENTLY_MS);
    if (isHidden) scene.destination.deleteMarker(objectKeyOf('a'));
    expect(await scene.verify()).toMatchObject(SAME);
  },
);

test('lie: the image is as the table, and the journal knows of a later change', async () => {
  scene.items = [itemOf('a', 1)];
  for (const bucket of BUCKETS) scene[bucket].store(objectKeyOf('a'), change('a', null, 1).image, RECENTLY_MS - DAY_MS);
  scene.batch([change('a', 1, 2)]);
  expect(await scene.verify()).toMatchObject({ named: ['stale source t/a/image.json'], verdict: 'differences' });
});

test('lie: the table is as an earlier change that was redriven days later, and no longer as the newest', async () => {
  scene.items = [itemOf('a', 1)];
  const { objectKey, image } = change('a', 1, 2);
  for (const bucket of BUCKETS) scene[bucket].store(objectKey, image, RECENTLY_MS - 5 * DAY_MS);
  scene.batch([change('a', null, 1)], BUCKETS, RECENTLY_MS);
  expect(await scene.verify()).toMatchObject({ named: ['stale source t/a/image.json'], verdict: 'differences' });
});

test('lie: the journal alone has an item that the table has not', async () => {
  twoBatches();
  scene.items = [itemOf('a', 2)];
  expect(await scene.verify()).toMatchObject({ named: ['extra source t/b/image.json'], verdict: 'differences' });
});

test('lie: a line was dropped, and the object that lacks it has the right name', async () => {
  scene.items = [itemOf('a', 2), itemOf('b', 1)];
  scene.batch([change('a', null, 1), change('b', null, 1)]);
  expect(await scene.verify()).toMatchObject({ named: ['stale source t/a/image.json'], verdict: 'differences' });
});

test.each(['notReplicated', 'replicationFailed'])(
  'lie: an object is missing in the destination, and another has brought the same state (%s)',
  async (name) => {
    scene.statuses = name === 'replicationFailed' ? 'FAILED' : 'COMPLETED';
    twoBatches();
    const key = scene.batch([change('a', 2, 3), change('a', 3, 2, 4)], ['source']);
    expect(await scene.verify()).toMatchObject({ named: [`${name} destination ${key}`], verdict: 'differences' });
  },
);

test('an object that a run holds may be gone from the destination', async () => {
  twoBatches();
  scene.covered.add(scene.batch([change('a', 2, 3), change('a', 3, 2, 4)], ['source']));
  expect(await scene.verify()).toMatchObject(SAME);
});

test('an object that is on its way is waited for', async () => {
  twoBatches();
  const entries = [change('a', 2, 3), change('a', 3, 2, 4)];
  scene.batch(entries, ['source']);
  scene.onPause = () => {
    scene.onPause = () => undefined;
    scene.batch(entries, ['destination']);
  };
  expect(await scene.verify()).toMatchObject(SAME);
});

describe.each([...BUCKETS.map((bucket) => [bucket]), [...BUCKETS]] as Bucket[][])('lie in %s %s', (...where) => {
  const bytes = (text: string) => ({ body: gzipSync(text).toString('latin1'), metadata: {} });

  test('a changed body with a right name', async () => {
    const { second } = twoBatches();
    const [head, line] = ['#dcs-journal\t1\tt\t2026-01-01T00:00:00.000\tcapture\t1', change('a', 1, 2).image.body];
    for (const bucket of where) {
      scene[bucket].deleteVersion(second, 'v0');
      scene[bucket].store(second, bytes(`${head}\n${line}\n`), RECENTLY_MS);
    }
    const { named, verdict } = await scene.verify();
    expect(verdict).toBe('differences');
    // Any item may have a change in it.
    for (const bucket of where.slice(0, 1)) expect(named.join()).toContain(`unreadable ${bucket}`);
  });

  test('something else lies on top of an object', async () => {
    const { second } = twoBatches();
    for (const bucket of where) scene[bucket].store(second, bytes('something else'), RECENTLY_MS + 1_000);
    const { named, verdict } = await scene.verify();
    expect({ named, verdict }).toEqual({ named: [`notCurrent ${where[0]!} ${second}`], verdict: 'differences' });
  });

  test('an object lies under a delete marker before its time', async () => {
    const { second } = twoBatches();
    for (const bucket of where) scene[bucket].deleteMarker(second);
    const { named, verdict } = await scene.verify();
    expect({ named, verdict }).toEqual({ named: [`hidden ${where.at(-1)!} ${second}`], verdict: 'differences' });
  });
});

describe('what has been sorted', () => {
  const compact = () =>
    compactTable({
      ...{ table: TABLE, reads: { lister: scene.destination.versionLister, bytes: scene.destination.bytes } },
      ...{ bytes: scene.destination.bytes, tags: scene.destination.tags, nowMs: () => NOW_MS },
      ...{ timeLeftMs: () => 60_000, signal: new AbortController().signal, tasks: { base: true } },
    });

  test('is the same, and its objects may be gone from the destination', async () => {
    const { first, second } = twoBatches();
    expect(await compact()).toMatchObject({ runs: 1, bases: 1, unfolded: 0 });
    expect(await scene.verify()).toMatchObject(SAME);
    for (const key of [first, second]) scene.destination.deleteMarker(key);
    expect(await scene.verify()).toMatchObject(SAME);
  });

  test.each(['runs', 'base'])('lie: a manifest cannot be read (%s)', async (folder) => {
    twoBatches();
    await compact();
    const key = scene.destination.keys().find((one) => one.includes(`/${folder}/`) && one.endsWith('manifest.json'));
    scene.destination.deleteVersion(key!, scene.destination.stored(key!)[0]!.versionId);
    scene.destination.store(key!, { body: '{}', metadata: {} });
    const { named, verdict } = await scene.verify();
    expect(verdict).toBe('differences');
    expect(named).toContain(`unreadable destination ${key!}`);
  });
});

describe('what has expired in the source bucket', () => {
  test('is no difference', async () => {
    scene.items = [itemOf('a', 2), itemOf('b', 1)];
    scene.batch([change('a', null, 1), change('b', null, 1)], ['destination'], LONG_AGO_MS);
    scene.batch([change('a', 1, 2)]);
    expect(await scene.verify()).toMatchObject(SAME);
  });

  test('may have left an older image there', async () => {
    scene.items = [itemOf('a', 2)];
    for (const bucket of BUCKETS)
      scene[bucket].store(objectKeyOf('a'), change('a', null, 1).image, LONG_AGO_MS - DAY_MS);
    scene.batch([change('a', 1, 2)], ['destination'], LONG_AGO_MS);
    expect(await scene.verify()).toMatchObject(SAME);
  });

  test('lie: is wrong in the destination', async () => {
    scene.items = [itemOf('a', 2), itemOf('b', 2)];
    scene.batch([change('a', null, 1), change('b', null, 1)], ['destination'], LONG_AGO_MS);
    scene.batch([change('a', 1, 2)]);
    expect(await scene.verify()).toMatchObject({ named: ['missing source t/b/image.json'], verdict: 'differences' });
  });

  test('lie: has not reached its time', async () => {
    scene.items = [itemOf('a', 1)];
    const key = scene.batch([change('a', null, 1)], ['destination']);
    expect(await scene.verify()).toMatchObject({ named: [`extra destination ${key}`], verdict: 'differences' });
  });

  test('lie: never expires there', async () => {
    scene.expirationDays = null;
    scene.items = [itemOf('a', 1)];
    const key = scene.batch([change('a', null, 1)], ['destination'], LONG_AGO_MS);
    expect(await scene.verify()).toMatchObject({
      named: [`extra destination ${key}`, 'missing source t/a/image.json'],
      verdict: 'differences',
    });
  });
});

describe('the history', () => {
  test('is whole where no line is missing, whatever has expired in the source bucket', async () => {
    scene.items = [itemOf('a', 3), itemOf('b', 1)];
    for (const bucket of BUCKETS)
      scene[bucket].store(objectKeyOf('a'), change('a', null, 1).image, LONG_AGO_MS - DAY_MS);
    scene.batch([change('a', 1, 2), change('b', null, 1)], ['destination'], LONG_AGO_MS);
    scene.batch([change('a', 2, 3)]);
    expect(await scene.verify(true)).toMatchObject(SAME);
  });

  test('lie: a line between two is missing in both buckets', async () => {
    scene.items = [itemOf('a', 3)];
    scene.batch([change('a', null, 1)]);
    scene.batch([change('a', 2, 3)]);
    expect(await scene.verify(true)).toMatchObject({
      named: ['brokenChain destination t/a/image.json'],
      verdict: 'differences',
    });
  });

  test('lie: a line is missing that has expired in the source bucket', async () => {
    scene.items = [itemOf('a', 3)];
    scene.batch([change('a', null, 1)], ['destination'], LONG_AGO_MS - DAY_MS);
    scene.batch([change('a', 2, 3)], ['destination'], LONG_AGO_MS);
    expect(await scene.verify(true)).toMatchObject({
      named: ['brokenChain destination t/a/image.json'],
      verdict: 'differences',
    });
  });

  test('lie: a line is missing in the destination alone, and its object is named too', async () => {
    scene.items = [itemOf('a', 3)];
    scene.batch([change('a', null, 1)]);
    const key = scene.batch([change('a', 1, 2)], ['source']);
    scene.batch([change('a', 2, 3)]);
    const { named, verdict } = await scene.verify(true);
    expect(verdict).toBe('differences');
    expect(named).toEqual(
      expect.arrayContaining([`notReplicated destination ${key}`, 'notReplicated destination t/a/image.json']),
    );
  });
});

import type { TableScanner } from '../../../aws/tableScan';
import { backfillImage } from '../../../core/image';
import type { OpenedTable } from '../../../operations/verify/openTable';
import { verifyTable, type VerifyRequest } from '../../../operations/verify/verifyTable';
import { MemoryBucket } from '../../support/memoryBucket';

const TABLE = { prefix: '', tableName: 't', keySchema: { partitionKey: 'id' } };
const itemOf = (id: string, state: number) => ({ id: { S: id }, state: { N: String(state) } });
const objectKeyOf = (id: string) => `t/${id}/image.json`;

/** A table whose first items are drawn, both buckets, and what the watch was told. */
class Scene {
  readonly told: string[] = [];
  readonly source = new MemoryBucket(1_000_000);
  readonly destination = new MemoryBucket(1_000_000);

  constructor(private readonly items: readonly ReturnType<typeof itemOf>[]) {}

  store(id: string, state: number): void {
    for (const bucket of [this.source, this.destination])
      bucket.store(objectKeyOf(id), backfillImage(itemOf(id, state), 1_000_000));
  }

  verify(more: Partial<VerifyRequest> = {}) {
    return verifyTable({
      ...{ opened: this.opened(), sampleItemCount: 1, settleMs: 0, segments: 1, history: false },
      reports: { write: () => Promise.resolve('report.json') },
      whoRuns: () => Promise.resolve('arn:aws:iam::222222222222:role/x'),
      watch: {
        onStage: (stage, total) => this.told.push(total === undefined ? stage : `${stage} ${total}`),
        onCompared: ({ differences }) => this.told.push(`compared: ${differences.length} differ`),
        onRepaired: ({ written }) => this.told.push(`repaired: ${written} written`),
        onWalked: ({ counts }) => this.told.push(`walked: ${counts.objects} objects`),
      },
      ...more,
    });
  }

  private opened(): OpenedTable {
    const unlisted = (one: MemoryBucket) => Object.assign(one, { histories: () => refuse('a listing') });
    const lister = { bucket: 'memory', page: () => refuse('a listing') };
    const listers = { versions: lister, current: lister };
    const scanner: TableScanner = {
      page: () => Promise.resolve({ items: this.items.slice(0, 1), capacityUnits: 1 }),
    };
    return {
      ...{ scanner, keyTypes: { id: 'S' }, itemCount: this.items.length, tableId: 'this' },
      buckets: { source: listers, destination: listers },
      places: {
        ...{ table: TABLE, source: unlisted(this.source), destination: unlisted(this.destination) },
        items: {
          getBatch: (keys) =>
            Promise.resolve(
              this.items.filter(({ id }) => keys.some((key) => key.id && 'S' in key.id && key.id.S === id.S)),
            ),
        },
        statusOf: () => Promise.resolve(undefined),
        signal: new AbortController().signal,
        nowMs: this.source.nowMs,
        pause: () => Promise.resolve(),
      },
    };
  }
}

function refuse(what: string): never {
  throw new Error(`${what} was asked for`);
}

test('the history of a sample is that of its items: nothing is listed', async () => {
  const scene = new Scene([itemOf('a', 1), itemOf('b', 1)]);
  scene.store('a', 1);
  scene.store('b', 1);
  const { report, stored } = await scene.verify({ history: true });
  expect(scene.told).toEqual(['compared: 0 differ', 'history', 'walked: 1 objects']);
  expect(report).toMatchObject({ verdict: 'same', sample: 1, history: true, historyCounts: { objects: 1 } });
  expect(stored).toEqual({ objectKey: 'report.json' });
});

test('what differs is told before the repair, and again as mended', async () => {
  const scene = new Scene([itemOf('a', 2)]);
  scene.store('a', 1);
  const { source, destination } = scene;
  source.afterPut = (objectKey) => {
    const { body, metadata } = source.stored(objectKey).at(-1)!;
    destination.store(objectKey, { body, metadata });
  };
  const { report } = await scene.verify({ repair: { images: source, allowDeletes: false } });
  expect(scene.told).toEqual(['settle 1', 'compared: 1 differ', 'repair 1', 'repaired: 1 written']);
  expect(report).toMatchObject({ verdict: 'same', differences: 1, repairs: { written: 1, mended: 1, left: 0 } });
});

test('a report that cannot be stored, and an identity that cannot be asked for, change no verdict', async () => {
  const scene = new Scene([itemOf('a', 1)]);
  const outcome = await scene.verify({
    reports: { write: () => Promise.reject(new Error('AccessDenied')) },
    whoRuns: () => Promise.reject(new Error('no STS')),
  });
  expect(outcome.stored).toEqual({ problem: 'AccessDenied' });
  expect(outcome.report).toMatchObject({ verdict: 'differences', ranBy: null, counts: { missing: 1 } });
});

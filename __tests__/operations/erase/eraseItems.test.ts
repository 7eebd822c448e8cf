import fc from 'fast-check';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { VersionDeletes } from '../../../aws/versionDeletes';
import type { AttributeMap } from '../../../core/attributeValue';
import { digestOf } from '../../../core/digest';
import { RefusedError } from '../../../core/errors';
import { encodeImage, itemDigest } from '../../../core/image';
import { DAY_MS } from '../../../core/lockRenewal';
import { objectKeyOf } from '../../../core/objectKey';
import { redrivenMarkerKey } from '../../../core/parkedBatch';
import { reportKey } from '../../../core/serviceKeys';
import { tableDefinitionKey, tableDefinitionText } from '../../../core/tableDefinition';
import { S3Refusal } from '../../../local/simulator/s3';
import type { LeftVersion } from '../../../operations/erase/carryOutErase';
import { eraseItems, type EraseRequest } from '../../../operations/erase/eraseItems';
import type { LeftObject } from '../../../operations/erase/erasePlanRequest';
import type { ErasedBucket } from '../../../operations/erase/places';
import { stateOfObject } from '../../../operations/images/stateOfObject';
import { MemoryBucket } from '../../support/memoryBucket';
import { MemoryTable } from '../../support/memoryTable';

const keySchema = { partitionKey: 'pk', sortKey: 'sk' };
const table = { prefix: '', tableName: 'orders', keySchema, keyTypes: { pk: 'S', sk: 'S' } } as const;
const T0 = Date.UTC(2026, 0, 5);
const keysOf = (pk: string, sk: string): AttributeMap => ({ pk: { S: pk }, sk: { S: sk } });
const keyOf = (pk: string, sk: string) => objectKeyOf(table, keySchema, keysOf(pk, sk));

/** So many states of an item, one after the other, and then its delete. */
function happened(bucket: MemoryBucket, pk: string, sk: string, states: number, isDeleted = true, at = T0): void {
  let last: AttributeMap | undefined;
  for (let n = 0; n < states + Number(isDeleted); n++) {
    const state = n < states ? { ...keysOf(pk, sk), n: { N: String(n) } } : undefined;
    const event = !state ? 'REMOVE' : last ? 'MODIFY' : 'INSERT';
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String(n + 1) } as const;
    const header = { event, position, changedAtMs: at + n * 1_000, previousDigest: itemDigest(last) } as const;
    bucket.store(keyOf(pk, sk), encodeImage(header, state), at + n * 1_000);
    last = state;
  }
}

function deletesOf(bucket: MemoryBucket, asked: boolean[] = []): VersionDeletes {
  return {
    deleteAll(versions, bypassGovernance) {
      asked.push(bypassGovernance);
      const refused = versions.flatMap(({ objectKey, versionId }) => {
        try {
          bucket.deleteVersion(objectKey, versionId);
          return [];
        } catch (error) {
          if (!(error instanceof S3Refusal)) throw error;
          return [{ objectKey, versionId, code: error.code, message: 'no' }];
        }
      });
      return Promise.resolve(refused);
    },
  };
}

interface World {
  readonly source: MemoryBucket;
  readonly destination: MemoryBucket;
  nowMs: number;
}
const worldOf = (): World => {
  const world = { nowMs: T0 + 60_000 } as { -readonly [Name in keyof World]: World[Name] };
  world.source = new MemoryBucket(T0 + 60_000);
  world.destination = new MemoryBucket(T0 + 60_000);
  return world;
};

async function erase({ source, destination, nowMs }: World, more: Partial<EraseRequest> = {}) {
  const left: LeftVersion[] = [];
  const unclear: LeftObject[] = [];
  const bucketOf = (side: ErasedBucket['side'], bucket: MemoryBucket): ErasedBucket => ({
    ...{ side, source: bucket, lister: bucket.versionLister, bytes: bucket.bytes, deletes: deletesOf(bucket) },
    ...(side === 'destination' && { locks: bucket.locks }),
  });
  const outcome = await eraseItems({
    ...{ table, buckets: [bucketOf('source', source), bucketOf('destination', destination)] },
    selection: { partition: { S: 'person' } },
    sourceForgets: true,
    onJournal: () => undefined,
    reports: { lister: destination.lister, texts: destination },
    batches: { lister: source.versionLister, texts: source },
    header: { tableName: 'orders', sourceBucket: 's', destinationBucket: 'd' },
    ...{ dryRun: false, bypassGovernance: false, nowMs: () => nowMs, signal: new AbortController().signal },
    mayDo: () => Promise.resolve(true),
    onPlan: () => undefined,
    onUnclear: (one) => unclear.push(one),
    onLeft: (one) => left.push(one),
    ...more,
  });
  return { ...outcome, counted: outcome.unclear, left, unclear };
}

const storeDefinition = (bucket: MemoryBucket, tableId: string, createdAtMs: number) =>
  bucket.write(
    tableDefinitionKey(table),
    tableDefinitionText({
      ...({ format: '1', tableName: 'orders', tableId, createdAt: new Date(createdAtMs).toISOString() } as const),
      createTable: {
        AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      },
    }),
  );

const newFile = () => path.join(mkdtempSync(path.join(tmpdir(), 'dcs-erase-')), 'plan');

const batchOf = (...keys: AttributeMap[]) =>
  JSON.stringify({
    DDBStreamBatchInfo: {
      streamArn: 'arn:aws:dynamodb:eu-west-1:111111111111:table/orders/stream/2026-01-01T00:00:00.000',
    },
    payload: { Records: keys.map((Keys) => ({ dynamodb: { Keys } })) },
  });

const everything = (bucket: MemoryBucket) =>
  bucket
    .keys()
    .sort()
    .flatMap((key) => bucket.stored(key).map(({ versionId, body }) => `${key} ${versionId} ${body}`));

const story = fc.record({
  pk: fc.constantFrom('person', 'person2', 'perso', 'other'),
  sk: fc.constantFrom('a', 'b', 'image.json', 'a/b'),
  states: fc.integer({ min: 1, max: 6 }),
  isHidden: fc.boolean(),
});

describe('erasing one person', () => {
  test('law: nothing of it is left in either bucket, and everything else is as it was', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(story, { selector: ({ pk, sk }) => `${pk} ${sk}`, maxLength: 10 }),
        async (list) => {
          const world = worldOf();
          for (const bucket of [world.source, world.destination]) {
            for (const { pk, sk, states, isHidden } of list) {
              happened(bucket, pk, sk, states);
              if (isHidden) bucket.deleteMarker(keyOf(pk, sk));
            }
            await bucket.write('orders/table.json', '{}');
          }
          const isTheirs = (line: string) => line.startsWith('orders/person/');
          const kept = [world.source, world.destination].map((bucket) =>
            everything(bucket).filter((line) => !isTheirs(line)),
          );
          const { done, left } = await erase(world);
          expect([world.source, world.destination].map(everything)).toEqual(kept);
          expect({ ...done, left }).toMatchObject({ left: [] });
        },
      ),
      { numRuns: 60 },
    );
  });

  test('more than 1,000 versions go, and a dry run takes none of them', async () => {
    const world = worldOf();
    happened(world.destination, 'person', 'a', 1_100);
    expect((await erase(world, { dryRun: true })).plan[0]?.versions).toHaveLength(1_101);
    expect(everything(world.destination)).toHaveLength(1_101);
    expect((await erase(world)).done).toEqual({ erased: 1_101, left: 0 });
    expect(everything(world.destination)).toEqual([]);
  });

  test.each(['COMPLIANCE', 'GOVERNANCE'] as const)(
    'what is locked (%s) stays with its tombstone, so that no restore brings it back, and goes when the time is over',
    async (mode) => {
      const world = worldOf();
      world.destination.s3.defaultLock = { mode, retentionDays: 30 };
      happened(world.destination, 'person', 'a', 2);
      happened(world.destination, 'person', 'free', 1, true, T0 - 40 * DAY_MS);
      const { done, left } = await erase(world);
      expect(done).toEqual({ erased: 2, left: 3 });
      expect(left.map(({ why, untilMs }) => [why, untilMs]).sort()).toEqual([
        ['locked', T0 + 30 * DAY_MS],
        ['locked', T0 + 30 * DAY_MS + 1_000],
        ['tombstone', undefined],
      ]);
      const history = (await world.destination.history(keyOf('person', 'a')))!;
      const state = await stateOfObject({ source: world.destination, table, momentMs: Infinity }, history);
      expect(state.is).toBe('absent');

      world.nowMs = world.destination.clockMs = T0 + 31 * DAY_MS;
      expect((await erase(world)).done).toEqual({ erased: 3, left: 0 });
    },
  );

  test('locks of GOVERNANCE mode are passed over when that is asked for, and only then', async () => {
    const world = worldOf();
    world.destination.s3.defaultLock = { mode: 'GOVERNANCE', retentionDays: 30 };
    happened(world.destination, 'person', 'a', 1);
    const asked: boolean[] = [];
    const buckets = [
      {
        ...({ side: 'destination', source: world.destination, lister: world.destination.versionLister } as const),
        ...{ locks: world.destination.locks, deletes: deletesOf(world.destination, asked) },
        bytes: world.destination.bytes,
      },
    ];
    await erase(world, { buckets });
    expect(asked).toEqual([]);
    await erase(world, { buckets, bypassGovernance: true });
    expect(asked).toEqual([true]);
  });

  test('what is in the table, or was not seen to be deleted, is not erased', async () => {
    const world = worldOf();
    happened(world.source, 'person', 'a', 2);
    const live = new MemoryTable(keySchema, [keysOf('person', 'a')]);
    await expect(erase(world, { live })).rejects.toThrow('delete it there first');
    const late = worldOf();
    happened(late.source, 'person', 'a', 2, false);
    await expect(erase(late, { live: new MemoryTable(keySchema) })).rejects.toThrow('has not been captured yet');
    expect([everything(world.source), everything(late.source)].map(({ length }) => length)).toEqual([3, 2]);
  });

  test('without a yes nothing is erased', async () => {
    const world = worldOf();
    happened(world.source, 'person', 'a', 2);
    await expect(erase(world, { mayDo: () => Promise.resolve(false) })).rejects.toThrow(RefusedError);
    expect(everything(world.source)).toHaveLength(3);
  });

  test('reports that name it go in both forms, and others stay; so do batches that have been applied', async () => {
    const world = worldOf();
    happened(world.destination, 'person', 'a', 1);
    const [naming, other] = [T0, T0 + 1_000].map((at) => reportKey(table, 'drill', at, 'json'));
    await world.destination.write(
      naming!,
      JSON.stringify({ listedDifferences: [{ objectKey: keyOf('person', 'a') }] }),
    );
    await world.destination.write(naming!.replace('.json', '.html'), '<p>person, a</p>');
    await world.destination.write(
      other!,
      JSON.stringify({ examples: [`x${keyOf('person', 'a')}`, keyOf('person', 'ab')] }),
    );
    const [applied, waiting, others] = ['1', '2', '3'].map((n) => `aws/lambda/m/shard/2026/01/05/${n}`) as [
      string,
      string,
      string,
    ];
    await world.source.write(applied, batchOf(keysOf('person', 'a'), keysOf('other', 'a')));
    await world.source.write(redrivenMarkerKey(applied), '{}');
    await world.source.write(waiting, batchOf(keysOf('person', 'a'), keysOf('other', 'a')));
    await world.source.write(others, batchOf(keysOf('other', 'a')));

    const { unclear, done } = await erase(world);
    expect(done).toMatchObject({ left: 0 });
    expect(world.destination.keys()).toEqual([other]);
    expect(world.source.keys().sort()).toEqual([waiting, others]);
    expect(unclear).toMatchObject([{ objectKey: waiting, why: 'notRedriven' }]);
  });

  test('items of a table that is gone, or was made anew, wait for no delete', async () => {
    const gone = worldOf();
    happened(gone.source, 'person', 'a', 2, false);
    expect((await erase(gone)).done).toEqual({ erased: 2, left: 0 });
    const anew = worldOf();
    happened(anew.source, 'person', 'a', 2, false);
    await storeDefinition(anew.source, 'first', T0 - DAY_MS);
    await storeDefinition(anew.source, 'second', T0 + 30_000);
    expect((await erase(anew, { live: new MemoryTable(keySchema) })).done).toEqual({ erased: 2, left: 0 });
  });

  test('what holds nothing but delete markers is found, too', async () => {
    const world = worldOf();
    for (let n = 0; n < 5; n++) world.destination.deleteMarker(keyOf('person', 'a'));
    expect((await erase(world)).done).toEqual({ erased: 5, left: 0 });
    expect(everything(world.destination)).toEqual([]);
  });

  test('an object among the parked batches that cannot be read is told', async () => {
    const world = worldOf();
    const objectKey = 'aws/lambda/m/shard/2026/01/05/1';
    await world.source.write(objectKey, '{"payload": person');
    const { unclear, counted } = await erase(world);
    expect(unclear).toMatchObject([{ in: 'source', objectKey, why: 'unclear' }]);
    expect(counted).toBe(1);
  });

  test('a parked batch that somebody has deleted may hold it still, applied or not, and is told', async () => {
    const world = worldOf();
    const batches = ['1', '2'].map((name) => `aws/lambda/m/shard/2026/01/05/${name}`);
    for (const batch of batches) await world.source.write(batch, batchOf(keysOf('person', 'a')));
    await world.source.write(redrivenMarkerKey(batches[1]!), '{}');
    for (const batch of batches) world.source.deleteMarker(batch);
    const { unclear, counted } = await erase(world);
    expect(unclear.map(({ objectKey, why }) => [objectKey, why])).toEqual(batches.map((batch) => [batch, 'unclear']));
    expect(counted).toBe(2);
  });

  test.each([
    ['by its key', () => ({ keys: each(keysOf('a person', 'a b')) })],
    ['by its partition', () => ({ partition: { S: 'a person' } })],
  ])("what the predecessor stored of it is told, asked for %s, and another's is not", async (_, selection) => {
    const world = worldOf();
    const former = ['orders/a person/a b/image.json', 'orders/a person/image.json'];
    for (const objectKey of [...former, 'orders/other/image.json'])
      world.destination.store(objectKey, { body: '{"pk":"a person","sk":"a b"}', metadata: {} }, T0);
    happened(world.destination, 'a person', 'a b', 1);
    const { unclear, counted } = await erase(world, { selection: selection() });
    expect(unclear.map(({ objectKey }) => objectKey).sort()).toEqual(former);
    expect(unclear[0]?.reason).toContain('under a former spelling');
    expect([counted, world.destination.keys().length]).toEqual([2, 3]);
  });

  test('a batch that cannot be deleted keeps the marker that it has been applied', async () => {
    const world = worldOf();
    const batch = 'aws/lambda/m/shard/2026/01/05/1';
    await world.source.write(batch, batchOf(keysOf('person', 'a')));
    await world.source.write(redrivenMarkerKey(batch), '{}');
    const deletes = deletesOf(world.source);
    const denying: ErasedBucket = {
      ...{ side: 'source', source: world.source, lister: world.source.versionLister, bytes: world.source.bytes },
      deletes: {
        async deleteAll(versions, bypass) {
          const denied = versions.filter(({ objectKey }) => objectKey === batch);
          const others = versions.filter(({ objectKey }) => objectKey !== batch);
          const refused = denied.map((version) => ({ ...version, code: 'AccessDenied', message: 'no' }));
          return [...refused, ...(await deletes.deleteAll(others, bypass))];
        },
      },
    };
    const selection = { keys: each(keysOf('person', 'a')) };
    const { left } = await erase(world, { selection, buckets: [denying] });
    expect(left.map(({ objectKey, why }) => [objectKey, why])).toEqual([
      [batch, 'denied'],
      [redrivenMarkerKey(batch), 'marker'],
    ]);
    expect(world.source.keys().sort()).toEqual([batch, redrivenMarkerKey(batch)]);
  });

  test('an image that is stored after the plan is told, and not erased, and keeps its tombstone', async () => {
    const world = worldOf();
    happened(world.destination, 'person', 'a', 1);
    const planFile = newFile();
    await erase(world, { dryRun: true, planFile });
    // A late replica: nothing but the tombstone tells that it is not the newest.
    happened(world.destination, 'person', 'a', 1, false, T0 + 10_000);
    const { left, done } = await erase(world, { planFile });
    expect(done).toEqual({ erased: 1, left: 2 });
    expect(left.map(({ why }) => why).sort()).toEqual(['appeared', 'tombstone']);
    const history = (await world.destination.history(keyOf('person', 'a')))!;
    const state = await stateOfObject({ source: world.destination, table, momentMs: Infinity }, history);
    expect(state.is).toBe('absent');
  });
});

describe('a kept plan', () => {
  const waiting = 'aws/lambda/m/shard/2026/01/05/1';

  test('tells and counts what was left when it was made', async () => {
    const world = worldOf();
    happened(world.source, 'person', 'a', 1);
    await world.source.write(waiting, batchOf(keysOf('person', 'a')));
    const planFile = newFile();
    const planned = await erase(world, { dryRun: true, planFile });
    // Even where it is not found again.
    world.source.deleteMarker(waiting);
    const { unclear, done, ...outcome } = await erase(world, { planFile, selection: {} });
    expect(planned.unclear).toMatchObject([{ objectKey: waiting, why: 'notRedriven' }]);
    expect(unclear).toMatchObject(planned.unclear);
    expect([outcome.counted, done]).toEqual([1, { erased: 2, left: 0 }]);
  });

  test('carried out again counts what is still there, asks for that, and asks for nothing where nothing is', async () => {
    const world = worldOf();
    for (const bucket of [world.source, world.destination]) happened(bucket, 'person', 'a', 2);
    const planFile = newFile();
    await erase(world, { dryRun: true, planFile });
    const asked: string[] = [];
    const mayDo = (why: string) => Promise.resolve(asked.push(why) > 0);
    const again = { planFile, selection: {}, mayDo };
    world.source.deleteVersion(keyOf('person', 'a'), world.source.stored(keyOf('person', 'a'))[0]!.versionId);
    expect((await erase(world, again)).done).toEqual({ erased: 5, left: 0 });
    expect((await erase(world, again)).done).toEqual({ erased: 0, left: 0 });
    expect(asked).toEqual(['it erases 5 versions of 2 objects for good: nothing brings them back']);
  });

  test('without what was left is one that somebody has changed', async () => {
    const world = worldOf();
    happened(world.source, 'person', 'a', 1);
    await world.source.write(waiting, batchOf(keysOf('person', 'a')));
    const planFile = newFile();
    await erase(world, { dryRun: true, planFile });
    const lines = readFileSync(planFile, 'utf8').split('\n');
    writeFileSync(planFile, lines.filter((line) => !line.includes('"left"')).join('\n'));
    await expect(erase(world, { planFile, selection: {} })).rejects.toThrow('was changed after it was made');
  });

  test('is refused for an item that is in the table again', async () => {
    const world = worldOf();
    for (const bucket of [world.source, world.destination]) happened(bucket, 'person', 'a', 1);
    const planFile = newFile();
    await erase(world, { dryRun: true, planFile, live: new MemoryTable(keySchema) });
    const before = everything(world.source);
    const live = new MemoryTable(keySchema, [keysOf('person', 'a')]);
    await expect(erase(world, { planFile, selection: {}, live })).rejects.toThrow('delete it there first');
    expect(everything(world.source)).toEqual(before);
  });

  test('tells what names the item since, and erases none of it', async () => {
    const world = worldOf();
    happened(world.source, 'person', 'a', 1);
    const planFile = newFile();
    await erase(world, { dryRun: true, planFile });
    const report = reportKey(table, 'verify', T0, 'json');
    await world.destination.write(report, JSON.stringify({ examples: [keyOf('person', 'a')] }));
    await world.source.write(waiting, batchOf(keysOf('person', 'a')));
    const { unclear, counted } = await erase(world, { planFile, selection: {} });
    expect(unclear.map(({ objectKey, why }) => [objectKey, why])).toEqual([
      [waiting, 'notRedriven'],
      [report, 'appeared'],
    ]);
    expect([counted, world.destination.keys(), world.source.keys()]).toEqual([2, [report], [waiting]]);
  });
});

describe('nothing but what was named is ever erased', () => {
  test('a listing that shows other objects under the name is not believed', async () => {
    const world = worldOf();
    for (const pk of ['person', 'other']) happened(world.source, pk, 'a', 2);
    const lying: ErasedBucket = {
      ...{ side: 'source', source: world.source, bytes: world.source.bytes, deletes: deletesOf(world.source) },
      lister: { bucket: 'lies', page: (_, options) => world.source.versionLister.page('orders/', options) },
    };
    const selection = { keys: each(keysOf('person', 'a')) };
    await erase(world, { selection, buckets: [lying] });
    expect(everything(world.source).filter((line) => line.startsWith(keyOf('other', 'a')))).toHaveLength(3);
    expect(world.source.keys()).toEqual([keyOf('other', 'a')]);
  });

  test.each([
    ['another item', keyOf('other', 'a')],
    ["the table's definition", 'orders/table.json'],
    ['another table', 'users/u1/image.json'],
  ])('a plan that names %s is refused whole', async (_, objectKey) => {
    const world = worldOf();
    happened(world.source, 'person', 'a', 1);
    happened(world.source, 'other', 'a', 1);
    const planFile = newFile();
    await erase(world, { dryRun: true, planFile });
    const lines = readFileSync(planFile, 'utf8').trimEnd().split('\n').slice(0, -1);
    const forged = [...lines, lines[1]!.replaceAll(keyOf('person', 'a'), objectKey)];
    const before = everything(world.source);
    writeFileSync(
      planFile,
      `${forged.join('\n')}\n{"type":"end","objects":2,"digest":"${digestOf(lines.join('\n'))}"}\n`,
    );
    await expect(erase(world, { planFile })).rejects.toThrow('it is not whole, or was changed after it was made');
    writeFileSync(
      planFile,
      `${forged.join('\n')}\n{"type":"end","objects":2,"digest":"${digestOf(forged.join('\n'))}"}\n`,
    );
    await expect(erase(world, { planFile })).rejects.toThrow('so nothing is erased at all');
    const header = { tableName: 'orders', sourceBucket: 's', destinationBucket: 'elsewhere' };
    await expect(erase(world, { planFile, header })).rejects.toThrow('its destinationBucket is d, not elsewhere');
    expect(everything(world.source)).toEqual(before);
  });
});

async function* each<Value>(...values: Value[]): AsyncGenerator<Value> {
  for (const value of values) yield await Promise.resolve(value);
}

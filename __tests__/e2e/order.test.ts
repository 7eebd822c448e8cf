import { dynamoDbTable, type Table } from '../../aws/table';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { encodeImage, NO_ITEM } from '../../core/image';
import { keysOf } from '../../core/objectKey';
import { tableDefinitionKey } from '../../core/tableDefinition';
import { changed, seededRandom, user } from '../../local/demo/workload';
import type { LocalRun } from '../../local/localRun';
import type { LocalBucket, LocalTable } from '../../local/localTable';
import { records } from './support/commandParts';
import type { DcsOnRun } from './support/dcsOnRun';
import { listsWhenReplicated, objectKeyIn } from './support/deployment';
import { eachTestHasItsTable } from './support/ownTable';
import { bucketIn } from './support/twoAccounts';

/* S3's order of versions, by which lifecycle deletes, against the change order; and tables that are made again. */

let run: LocalRun;
let users: LocalTable;
let dcs: DcsOnRun;
eachTestHasItsTable((own) => ({ run, users, dcs } = own));

const name = () => users.deployed.tableName;
const random = seededRandom(7);
const bucketOf = (bucket: LocalBucket) => bucketIn(bucket, bucket.bucket);
const drained = async () => {
  await users.pump.drained();
  await run.replication.drained();
};
async function filled(count: number): Promise<AttributeMap[]> {
  const all = Array.from({ length: count }, (_, n) => user(n, random));
  await users.table.putBatch(all);
  await drained();
  return all;
}
const verify = async (...more: string[]) => {
  if (more.includes('--repair')) listsWhenReplicated(run);
  const { code, stdout } = await dcs.run(['verify', name(), '--json', '--wait', '1s', ...more]);
  const differences = records(stdout).filter(({ type }) => type === 'difference');
  return {
    code,
    report: records(stdout).find(({ type }) => type === 'verify'),
    named: differences.map((one) => `${String(one.class)} ${String(one.in)} ${String(one.objectKey)}`).sort(),
  };
};
const itemsOf = async ({ scan }: Pick<Table, 'scan'>) => {
  const items: AttributeMap[] = [];
  for await (const page of scan()) items.push(...page);
  return items.map(canonicalItem).sort();
};
async function restored(into: string, ...more: string[]): Promise<string[]> {
  const { code, stderr } = await dcs.run(['restore', name(), '--into', into, ...more]);
  expect([code, stderr]).toEqual([0, expect.anything()]);
  return itemsOf(dynamoDbTable(into, { ...users.dynamoDb, region: run.destination.region }));
}

/** What NoncurrentVersionExpiration does in the end. */
async function expireNoncurrent(bucket: LocalBucket): Promise<void> {
  const { versions } = await bucketOf(bucket).versions(`${name()}/`);
  for (const { Key, VersionId, IsLatest } of versions)
    if (!IsLatest && Key) await bucketOf(bucket).delete(Key, VersionId);
}

test('what S3 does not show is named, put on top, and still there when the other versions have expired', async () => {
  const [hidden, hiddenCopy, hiddenInBoth, retried, gone, ended] = (await filled(8)) as [
    AttributeMap,
    AttributeMap,
    AttributeMap,
    AttributeMap,
    AttributeMap,
    AttributeMap,
  ];
  const keyOf = (item: AttributeMap) => objectKeyIn(users, item);
  const olders = await Promise.all([retried, gone].map((item) => bucketOf(run.source).get(keyOf(item))));
  await users.table.put(changed(retried, random));
  for (const item of [gone, ended]) await users.table.delete(keysOf(users.deployed.keySchema, item));
  await drained();
  // A function that crashed and begins anew stores older images on top of newer ones.
  for (const [i, item] of [retried, gone].entries())
    await bucketOf(run.source).put(keyOf(item), olders[i]!.bytes, { Metadata: olders[i]!.Metadata });
  await bucketOf(run.source).delete(keyOf(hidden));
  await bucketOf(run.destination).delete(keyOf(hiddenCopy));
  // Of a tombstone that is the end, which lifecycle brings: it is hidden by nobody.
  for (const item of [hiddenInBoth, ended])
    for (const bucket of [run.source, run.destination]) await bucketOf(bucket).delete(keyOf(item));
  await drained();

  const expected = [
    `hidden destination ${keyOf(hiddenCopy)}`,
    `hidden source ${keyOf(hidden)}`,
    `hidden source ${keyOf(hiddenInBoth)}`,
    `notCurrent source ${keyOf(retried)}`,
    `notCurrent source ${keyOf(gone)}`,
  ].sort();
  const found = await verify();
  expect(found).toMatchObject({ code: 3, named: expected, report: { counts: { hidden: 3, notCurrent: 2 } } });
  const status = await dcs.run(['status', name(), '--json']);
  const states = records(status.stdout).filter(({ type }) => type === 'state');
  for (const id of ['hidden-images', 'hidden-replicas'])
    expect(states.find((state) => state.id === id)).toMatchObject({ verdict: 'problem', hidden: 2 });

  expect((await verify('--repair')).report).toMatchObject({ repairs: { written: 5, mended: 5, left: 0 } });
  await drained();
  expect(await verify()).toMatchObject({ code: 0, named: [] });
  const live = await itemsOf(users.table);
  for (const bucket of [run.source, run.destination]) await expireNoncurrent(bucket);
  expect(await restored(`${name()}-back`)).toEqual(live);
});

test('a table that was made again: what the former one held comes back at a moment before, and not now', async () => {
  await filled(3);
  const location = { prefix: '', tableName: name() };
  const stored = await dcs.run(['backfill', name()]);
  expect(stored.code).toBe(0);
  const definition = JSON.parse(
    Buffer.from((await bucketOf(run.source).get(tableDefinitionKey(location))).bytes).toString(),
  ) as Record<string, unknown>;
  expect(definition).toMatchObject({ tableId: expect.any(String) as string, createdAt: expect.any(String) as string });

  const ghost = { ...user(99, random), id: { S: 'ghost' } };
  const position = { source: 'stream', streamLabel: '2020-01-02T00:00:00.000', sequenceNumber: '1' } as const;
  const changedAtMs = Date.UTC(2021, 0, 1);
  const image = encodeImage({ event: 'INSERT', position, changedAtMs, previousDigest: NO_ITEM }, ghost);
  await bucketOf(run.source).put(objectKeyIn(users, ghost), image.body, { Metadata: { ...image.metadata } });
  const former = { ...definition, tableId: 'former', createdAt: '2020-01-02T00:00:00.000Z' };
  await bucketOf(run.source).put(tableDefinitionKey(location), JSON.stringify(former));
  await drained();

  const table = `otherTable source ${tableDefinitionKey(location)}`;
  expect(await verify()).toMatchObject({ code: 3, named: [`extra source ${objectKeyIn(users, ghost)}`, table] });
  expect((await dcs.run(['backfill', name()])).code).toBe(0);
  await drained();
  expect(await verify()).toMatchObject({ code: 0, named: [] });
  expect(await restored(`${name()}-now`)).toEqual(await itemsOf(users.table));
  expect(await restored(`${name()}-then`, '--as-of', '2021-06-01T00:00:00Z')).toEqual([canonicalItem(ghost)]);
});

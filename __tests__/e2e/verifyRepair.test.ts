import { PutObjectCommand } from '@aws-sdk/client-s3';
import { s3VersionLister } from '../../aws/objectVersions';
import { s3Client } from '../../aws/s3Client';
import { BATCH_WRITE_ITEMS } from '../../aws/table';
import type { AttributeMap } from '../../core/attributeValue';
import { keysOf } from '../../core/objectKey';
import { startBatchEndpoint } from '../../local/batchOperations/endpoint';
import { BatchOperationsStandIn, type TaskAnswer } from '../../local/batchOperations/standIn';
import { changed, seededRandom, user } from '../../local/demo/workload';
import type { LocalRun } from '../../local/localRun';
import type { LocalBucket } from '../../local/localTable';
import type { LocalTable } from '../../local/localTable';
import { ACCESS_DENIED } from '../../local/parts/s3Faults';
import type { S3Request } from '../../local/parts/s3Request';
import { batchReplication } from '../../local/replication/batchReplication';
import { records } from './support/commandParts';
import type { DcsOnRun } from './support/dcsOnRun';
import { expectConverged, listsWhenReplicated, objectKeyIn, versionsIn } from './support/deployment';
import { bucketIn } from './support/twoAccounts';
import { eachTestHasItsTable } from './support/ownTable';
import { underLoad } from './support/underLoad';

let run: LocalRun;
let users: LocalTable;
let dcs: DcsOnRun;
eachTestHasItsTable((own) => ({ run, users, dcs } = own));

const name = () => users.deployed.tableName;
const keyOf = (item: AttributeMap) => objectKeyIn(users, item);
const remove = (item: AttributeMap) => users.table.delete(keysOf(users.deployed.keySchema, item));
const random = seededRandom(5);
const drained = async () => {
  await users.pump.drained();
  await run.replication.drained();
};
async function filled(count: number): Promise<AttributeMap[]> {
  const all = Array.from({ length: count }, (_, n) => user(n, random));
  for (let at = 0; at < count; at += BATCH_WRITE_ITEMS)
    await users.table.putBatch(all.slice(at, at + BATCH_WRITE_ITEMS));
  await drained();
  return all;
}
const verify = async (...more: string[]) => {
  if (more.includes('--repair')) listsWhenReplicated(run);
  const { code, stdout, stderr } = await dcs.run(['verify', name(), '--json', ...more]);
  const all = records(stdout);
  return {
    ...{ code, stderr },
    report: all.find(({ type }) => type === 'verify'),
    of: (wanted: string) => all.filter(({ type }) => type === wanted),
  };
};
const isImagePut = ({ method, objectKey }: S3Request) => method === 'PUT' && objectKey.endsWith('/image.json');
const bucketOf = (bucket: LocalBucket) => bucketIn(bucket, bucket.bucket);

async function refused(bucket: LocalBucket, work: () => Promise<unknown>): Promise<void> {
  bucket.gateway.faults = (request) => (isImagePut(request) ? ACCESS_DENIED : undefined);
  await work();
  await drained();
  bucket.gateway.faults = () => undefined;
}

async function removeVersions(bucket: LocalBucket, objectKey: string): Promise<void> {
  const { versions } = await bucketOf(bucket).versions(objectKey);
  for (const { VersionId } of versions) await bucketOf(bucket).delete(objectKey, VersionId);
}

/** A version with the metadata of the newest one and part of its body, which is not replicated. */
async function damage(bucket: LocalBucket, objectKey: string): Promise<void> {
  const { hooks } = run.source.gateway;
  const { bytes, Metadata } = await bucketOf(bucket).get(objectKey);
  run.source.gateway.hooks = { ...hooks, onNewVersion: undefined };
  const Body = bytes.subarray(0, bytes.length - 3);
  await s3Client(bucket).send(new PutObjectCommand({ Bucket: bucket.bucket, Key: objectKey, Body, Metadata }));
  run.source.gateway.hooks = hooks;
}

test('all that can be mended is mended, and is the same when it is verified again', async () => {
  const all = await filled(20);
  const [missing, stale, gone, failed, damaged, lost, damagedCopy, back, bare] = all as [
    AttributeMap,
    ...AttributeMap[],
  ] &
    Record<number, AttributeMap>;
  await remove(back!);
  await drained();
  await refused(run.source, async () => {
    await users.table.put(changed(stale!, random));
    await users.table.put(back!);
    await remove(gone!);
  });
  await refused(run.destination, () => users.table.put(changed(failed!, random)));
  await removeVersions(run.source, keyOf(missing));
  await removeVersions(run.source, keyOf(bare!));
  await removeVersions(run.destination, keyOf(bare!));
  await removeVersions(run.destination, keyOf(lost!));
  await damage(run.source, keyOf(damaged!));
  await damage(run.destination, keyOf(damagedCopy!));

  const { code, report, of } = await verify('--repair', '--wait', '1s');
  expect(of('left')).toEqual([]);
  expect(code).toBe(0);
  expect(report).toMatchObject({ differences: 9, repairs: { written: 9, mended: 9, left: 0 }, verdict: 'same' });
  await drained();
  // What was damaged is still there, below what mended it.
  for (const [bucket, item] of [
    [run.source, damaged!],
    [run.destination, damagedCopy!],
  ] as const) {
    const { versions } = await bucketOf(bucket).versions(keyOf(item));
    await bucketOf(bucket).delete(keyOf(item), versions[1]?.VersionId);
  }
  await expectConverged(run, users);

  const again = await verify('--wait', '0s');
  expect({ code: again.code, differences: again.of('difference') }).toEqual({ code: 0, differences: [] });
  const events = (await versionsIn(run.destination, keyOf(stale!))).map(({ header }) => header.event);
  expect(events).toEqual(['INSERT', 'REPAIR']);
  expect((await versionsIn(run.destination, keyOf(bare!))).map(({ header }) => header.event)).toEqual(['BACKFILL']);

  // A change after the repair wins over it, in both buckets.
  await users.table.put(changed(stale!, random));
  await drained();
  await expectConverged(run, users);
  expect((await verify('--wait', '0s')).code).toBe(0);
});

test('a repair that races with writes covers none of them', async () => {
  const all = await filled(15);
  await refused(run.source, async () => {
    for (const item of all) await users.table.put(changed(item, random));
  });
  const load = underLoad(10, async (writes) => {
    const item = all[random(10)]!; // The others are left for the repair.
    if (random(4) === 0) await remove(item);
    else await users.table.put(changed(item, random));
    if (writes % 5 === 0) await users.pump.drained(); // as fast as capture can follow
  });
  // Whatever is about to be repaired is changed first, and captured before the repair is stored.
  const toRace = new Map(all.map((item) => [keyOf(item), item]));
  run.source.gateway.faults = (request) => {
    const item = toRace.get(request.objectKey);
    if (!isImagePut(request) || request.headers['if-match'] === undefined || !item) return undefined;
    toRace.delete(request.objectKey);
    return { kind: 'hold', until: users.table.put(changed(item, random)).then(() => users.pump.drained()) };
  };
  let repaired: Awaited<ReturnType<typeof verify>>;
  try {
    repaired = await verify('--repair', '--wait', '20s');
  } finally {
    await load.stop();
    run.source.gateway.faults = () => undefined; // The race is the repair's; held up for too long, a redrive leaves a change.
  }
  expect({ code: repaired.code, left: repaired.of('left') }).toEqual({ code: 0, left: [] });
  await drained();
  // What this machine was too slow to capture is parked too, beside what was refused above.
  const { code, stdout } = await dcs.run(['redrive', name()]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Nothing is left') as string });
  await drained();
  expect(all.slice(10).filter((item) => toRace.has(keyOf(item)))).toEqual([]);
  await expectConverged(run, users);
});

test('a table that was emptied is not taken for the truth', async () => {
  const all = await filled(3);
  await refused(run.source, async () => {
    for (const item of all) await remove(item);
  });
  const { code, stderr } = await verify('--repair', '--wait', '0s');
  expect(code).toBe(5);
  expect(stderr).toContain('--allow-deletes');
  expect((await versionsIn(run.source, keyOf(all[0]!))).length).toBe(1);

  expect((await verify('--repair', '--allow-deletes', '--wait', '1s')).code).toBe(0);
  expect((await versionsIn(run.destination, keyOf(all[0]!))).map(({ header }) => header.event)).toEqual([
    'INSERT',
    'REPAIR',
  ]);
});

test('what only the destination has is told and never touched', async () => {
  const [item] = await filled(2);
  await remove(item!);
  await drained();
  await removeVersions(run.source, keyOf(item!));
  const tombstone = (await bucketOf(run.destination).versions(keyOf(item!))).versions.at(-1);
  await bucketOf(run.destination).delete(keyOf(item!), tombstone?.VersionId);
  const { code, of } = await verify('--repair', '--wait', '0s');
  expect(code).toBe(3);
  expect(of('left')).toEqual([expect.objectContaining({ why: 'extra', in: 'destination' })]);
  expect(await versionsIn(run.destination, keyOf(item!))).toHaveLength(1);
  expect(await versionsIn(run.source, keyOf(item!))).toEqual([]);
});

test('--history finds a change that is missing, a version that did not replicate, and one that is damaged', async () => {
  const all = await filled(6);
  for (const item of [...all, ...all]) await users.table.put(changed(item, random));
  await drained();
  const whole = await verify('--history', '--wait', '5m');
  expect({ code: whole.code, differences: whole.of('difference') }).toEqual({ code: 0, differences: [] });
  expect(whole.report).toMatchObject({
    history: true,
    historyCounts: { objects: 6, sourceVersions: 18, destinationVersions: 18 },
  });

  const alone = await verify('--in', 'destination', '--wait', '5m');
  expect(alone).toMatchObject({ code: 0, report: { historyCounts: { objects: 6, destinationVersions: 18 } } });

  const [hole, behind, damaged] = all as [AttributeMap, AttributeMap, AttributeMap];
  const removed = async (bucket: LocalBucket, item: AttributeMap) => {
    const { VersionId } = (await bucketOf(bucket).versions(keyOf(item))).versions[1]!;
    await bucketOf(bucket).delete(keyOf(item), VersionId);
    return VersionId;
  };
  await removed(run.source, hole);
  await removed(run.destination, behind);
  await damage(run.destination, keyOf(damaged));
  // The newest again, so that only the history shows the damage.
  await users.table.put(changed(damaged, random));
  await drained();

  expect((await verify('--wait', '0s')).code).toBe(0);
  const { code, of } = await verify('--history', '--wait', '0s');
  expect(code).toBe(3);
  const found = of('difference').map(
    ({ class: is, in: where, objectKey }) => `${String(is)} ${String(where)} ${String(objectKey)}`,
  );
  expect(found.sort()).toEqual(
    [
      `brokenChain source ${keyOf(hole)}`,
      `notReplicated destination ${keyOf(behind)}`,
      `unreadable destination ${keyOf(damaged)}`,
    ].sort(),
  );

  // With the destination alone: the version that did not replicate is a hole there.
  run.source.gateway.faults = () => ACCESS_DENIED;
  const left = await verify('--in', 'destination', '--wait', '0s');
  expect(left.code).toBe(3);
  expect(
    left
      .of('difference')
      .map(({ class: is, objectKey }) => `${String(is)} ${String(objectKey)}`)
      .sort(),
  ).toEqual([`brokenChain ${keyOf(behind)}`, `unreadable ${keyOf(damaged)}`].sort());
});

/** Jobs of S3 Batch Replication of the run's source account. @param changed what becomes of a task, instead of what it is */
async function withReplicationJobs<T>(work: (endpoint: string) => Promise<T>, asIf?: TaskAnswer): Promise<T> {
  const { replication, source } = run;
  const buckets = batchReplication({ lister: s3VersionLister(source), replication });
  const perform = asIf && (() => Promise.resolve(asIf));
  const { endpoint, ...server } = await startBatchEndpoint(
    new BatchOperationsStandIn({ ...buckets, ...(perform && { perform }) }),
  );
  try {
    return await work(endpoint);
  } finally {
    await server.stop();
  }
}

test('--replicate has S3 copy what did not replicate, older versions too, and says so only after another look', async () => {
  const [item, whole] = (await filled(2)) as [AttributeMap, AttributeMap];
  await refused(run.destination, async () => {
    await users.table.put(changed(item, random));
    await users.table.put(changed(item, random));
  });
  await users.table.put(changed(whole, random));
  await drained();
  listsWhenReplicated(run);
  const { endpoint: s3 } = run.source;
  const others = [`s3=${s3}`, `sts=${s3}`, `dynamodb=${users.dynamoDb.endpoint}`];
  const replicate = (jobs: string) =>
    verify(
      ...['--history', '--replicate', '--wait', '0s'],
      ...[...others, `s3control=${jobs}`].flatMap((endpoint) => ['--source-endpoint', endpoint]),
    );

  // A job that says it has replicated what has not arrived.
  const lied = await withReplicationJobs(replicate, { status: 200 });
  expect(lied.of('replicated')).toMatchObject([{ versions: 2, succeeded: 2, failed: 0 }]);
  expect(lied.of('verify')).toMatchObject([{ verdict: 'differences' }, { verdict: 'differences' }]);
  expect(lied.code).toBe(3);

  // Refused again.
  run.destination.gateway.faults = (request) => (isImagePut(request) ? ACCESS_DENIED : undefined);
  const again = await withReplicationJobs(replicate);
  expect(again.of('replicated')).toMatchObject([{ versions: 2, succeeded: 0, failed: 2 }]);
  expect(again.code).toBe(3);
  run.destination.gateway.faults = () => undefined;

  const mended = await withReplicationJobs(replicate);
  expect(mended.of('replicated')).toMatchObject([{ versions: 2, succeeded: 2, failed: 0 }]);
  expect(mended.of('verify')).toMatchObject([
    { differences: 2, verdict: 'differences' },
    { differences: 0, verdict: 'same' },
  ]);
  expect(mended.code).toBe(0);
  expect(await versionsIn(run.destination, keyOf(item))).toHaveLength(3);
  await expectConverged(run, users);

  // Nothing is lacking: no job.
  const nothing = await withReplicationJobs(replicate);
  expect({ code: nothing.code, replicated: nothing.of('replicated') }).toEqual({ code: 0, replicated: [] });
});

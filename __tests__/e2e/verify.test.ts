import { PutObjectCommand } from '@aws-sdk/client-s3';
import { s3ReportStore } from '../../aws/reports';
import { s3Client } from '../../aws/s3Client';
import { BATCH_WRITE_ITEMS } from '../../aws/table';
import type { AttributeMap } from '../../core/attributeValue';
import { encodeImage, itemDigest } from '../../core/image';
import { keysOf } from '../../core/objectKey';
import { changed, seededRandom, user } from '../../local/demo/workload';
import type { LocalRun } from '../../local/localRun';
import type { LocalBucket } from '../../local/localTable';
import type { LocalTable } from '../../local/localTable';
import { ACCESS_DENIED, RESET_BEFORE, SLOW_DOWN, type Fault } from '../../local/parts/s3Faults';
import type { S3Request } from '../../local/parts/s3Request';
import { records } from './support/commandParts';
import { dcsOnRun, startTableLike, type DcsOnRun } from './support/dcsOnRun';
import { objectKeyIn, startDeploymentForOwnTables } from './support/deployment';
import { bucketIn } from './support/twoAccounts';
import { underLoad, type Load } from './support/underLoad';

let run: LocalRun;
beforeAll(async () => {
  run = await startDeploymentForOwnTables();
});
afterAll(() => run.stop());

let users: LocalTable;
let dcs: DcsOnRun;
let tables = 0;
async function startTable(): Promise<void> {
  users = await startTableLike(run, 'users', `users${++tables}`);
  dcs = await dcsOnRun(run, users);
}
async function stopTable(): Promise<void> {
  await users.stop();
  await dcs.remove();
}
afterEach(() => {
  for (const { gateway } of [run.source, run.destination]) gateway.faults = () => undefined;
});

const name = () => users.deployed.tableName;
const random = seededRandom(5);
const items = (count: number) => Array.from({ length: count }, (_, n) => user(n, random));
const drained = async () => {
  await users.pump.drained();
  await run.replication.drained();
};
async function filled(count: number): Promise<AttributeMap[]> {
  const all = items(count);
  for (let at = 0; at < count; at += BATCH_WRITE_ITEMS)
    await users.table.putBatch(all.slice(at, at + BATCH_WRITE_ITEMS));
  await drained();
  return all;
}
const verify = async (...more: string[]) => {
  const wait = more.includes('--wait') ? [] : ['--wait', '0s'];
  const { code, stdout, stderr } = await dcs.run(['verify', name(), '--json', ...wait, ...more]);
  const all = records(stdout);
  return {
    ...{ code, stderr },
    report: all.find(({ type }) => type === 'verify'),
    differences: all.filter(({ type }) => type === 'difference'),
  };
};
const isImagePut = ({ method, objectKey }: S3Request) => method === 'PUT' && objectKey.endsWith('/image.json');
const bucketOf = (bucket: LocalBucket) => bucketIn(bucket, bucket.bucket);

/** Does something while one account's S3 refuses images: capture parks the batch, or replication fails. */
async function refused(bucket: LocalBucket, work: () => Promise<unknown>): Promise<void> {
  bucket.gateway.faults = (request) => (isImagePut(request) ? ACCESS_DENIED : undefined);
  await work();
  await drained();
  bucket.gateway.faults = () => undefined;
}

async function removeVersions(bucket: LocalBucket, objectKey: string, keep = 0): Promise<void> {
  const { versions } = await bucketOf(bucket).versions(objectKey);
  for (const { VersionId } of versions.slice(keep)) await bucketOf(bucket).delete(objectKey, VersionId);
}

describe('on a table that stays as it is', () => {
  beforeAll(async () => {
    await startTable();
    await filled(40);
  });
  afterAll(stopTable);

  test('what is right is not read: no object of a table whose items were written once', async () => {
    const reads: string[] = [];
    const watch = ({ method, objectKey }: S3Request) => {
      if (method !== 'PUT' && objectKey.endsWith('image.json')) reads.push(`${method} ${objectKey}`);
      return undefined;
    };
    run.source.gateway.faults = watch;
    run.destination.gateway.faults = watch;
    expect((await verify()).code).toBe(0);
    // One in each bucket: whether ETags are digests there.
    expect(reads).toHaveLength(2);
  });

  test('a sample draws as many items as it was asked for', async () => {
    const some = await verify('--sample', '6');
    expect(some.code).toBe(0);
    expect(some.report).toMatchObject({ sample: 6, counts: { items: 6, same: 6 }, sampled: { ofSegments: 10 } });
  });

  test('a report that cannot be stored is said, and the verdict stands', async () => {
    run.destination.gateway.faults = ({ objectKey }) => (objectKey.startsWith('=dcs/') ? ACCESS_DENIED : undefined);
    const { code, report, stderr } = await verify();
    expect({ code, report: report?.report }).toEqual({ code: 0, report: null });
    expect(stderr).toContain('could not be stored');
  });

  const EXPIRED: Fault = { kind: 'error', statusCode: 400, code: 'ExpiredToken' };

  test.each([
    ['the source bucket is denied', 'source', ACCESS_DENIED],
    ['the destination bucket is denied', 'destination', ACCESS_DENIED],
    ['the credentials have expired', 'destination', EXPIRED],
  ] as const)('%s: exit code 4, and no verdict', async (_, side, fault) => {
    run[side].gateway.faults = ({ method }) => (method === 'GET' ? fault : undefined);
    const { code, report } = await verify();
    expect({ code, report }).toEqual({ code: 4, report: undefined });
  });

  test('faults that pass are waited out', async () => {
    let requests = 0;
    const faulty = () => [SLOW_DOWN, RESET_BEFORE, undefined, SLOW_DOWN, undefined, RESET_BEFORE][requests++];
    run.source.gateway.faults = faulty;
    run.destination.gateway.faults = faulty;
    expect((await verify()).code).toBe(0);
    expect(requests).toBeGreaterThan(6);
  });

  test('Ctrl-C: exit code 130; the same command then says what there is', async () => {
    const { child, ended } = dcs.start(['verify', name(), '--json']);
    run.destination.gateway.faults = ({ query }) => {
      if (!query.has('versions')) return undefined;
      child.kill('SIGINT');
      return { kind: 'hold', until: ended };
    };
    expect((await ended).code).toBe(130);
    run.destination.gateway.faults = () => undefined;
    expect((await verify()).code).toBe(0);
  });
});

describe('on a table of its own', () => {
  beforeEach(startTable);
  afterEach(stopTable);

  test('a table that is in both buckets: exit code 0, counts that add up, and a report where status finds it', async () => {
    const all = await filled(60);
    for (const item of all.slice(0, 9)) await users.table.delete(keysOf(users.deployed.keySchema, item));
    for (const item of all.slice(20, 40)) await users.table.put(changed(item, random));
    await drained();
    const { code, report, differences } = await verify();
    expect({ code, differences }).toEqual({ code: 0, differences: [] });
    expect(report).toMatchObject({ verdict: 'same', sample: null, history: false, differences: 0 });
    expect(report?.ranBy).toMatch(/^arn:aws:/);
    expect(report?.counts).toMatchObject({ items: 51, images: 51, tombstones: 9, replicas: 51, replicaTombstones: 9 });
    expect(report?.counts).toMatchObject({ same: 60, late: 0, missing: 0, stale: 0, extra: 0 });

    const stored = await s3ReportStore(run.destination, { prefix: '', tableName: name() }).newest('verify');
    expect(stored?.objectKey).toBe(report?.report);
    expect(JSON.parse(stored?.text ?? '')).toMatchObject({ type: 'verify', table: name(), verdict: 'same' });
  });

  test('each class of difference is found where it was provoked, and nothing else', async () => {
    const all = await filled(30);
    const [missing, stale, gone, failed, damaged, lost, damagedCopy] = all as [
      AttributeMap,
      AttributeMap,
      AttributeMap,
      AttributeMap,
      AttributeMap,
      AttributeMap,
      AttributeMap,
    ];
    const keyOf = (item: AttributeMap) => objectKeyIn(users, item);
    await refused(run.source, async () => {
      await users.table.put(changed(stale, random));
      await users.table.delete(keysOf(users.deployed.keySchema, gone));
    });
    await refused(run.destination, () => users.table.put(changed(failed, random)));
    await removeVersions(run.source, keyOf(missing));
    await removeVersions(run.destination, keyOf(missing));
    await removeVersions(run.destination, keyOf(lost));
    const { hooks } = run.source.gateway;
    // Not replicated, as damage is not: the body is cut, the metadata stays.
    for (const [bucket, item] of [
      [run.source, damaged],
      [run.destination, damagedCopy],
    ] as const) {
      const { bytes, Metadata } = await bucketOf(bucket).get(keyOf(item));
      const Body = bytes.subarray(0, bytes.length - 3);
      run.source.gateway.hooks = { ...hooks, onNewVersion: undefined };
      await s3Client(bucket).send(new PutObjectCommand({ Bucket: bucket.bucket, Key: keyOf(item), Body, Metadata }));
    }
    const foreign = { id: { S: 'nobody' }, name: { S: 'forged' } };
    const header = { event: 'INSERT', changedAtMs: Date.now(), previousDigest: 'none' } as const;
    const position = { source: 'stream', streamLabel: '2026', sequenceNumber: '1' } as const;
    const { body, metadata } = encodeImage({ ...header, position }, foreign);
    await bucketOf(run.destination).put(`${name()}/nobody/image.json`, body, { Metadata: { ...metadata } });
    expect(itemDigest(foreign)).toHaveLength(64);

    run.source.gateway.hooks = hooks;

    const { code, differences, report } = await verify();
    expect(code).toBe(3);
    const found = differences.map(
      ({ class: is, in: where, objectKey }) => `${String(is)} ${String(where)} ${String(objectKey)}`,
    );
    expect(found.sort()).toEqual(
      [
        `missing source ${keyOf(missing)}`,
        `stale source ${keyOf(stale)}`,
        `extra source ${keyOf(gone)}`,
        `replicationFailed destination ${keyOf(failed)}`,
        `unreadable source ${keyOf(damaged)}`,
        `unreadable destination ${keyOf(damagedCopy)}`,
        `notReplicated destination ${keyOf(lost)}`,
        `extra destination ${name()}/nobody/image.json`,
      ].sort(),
    );
    expect(report).toMatchObject({ verdict: 'differences', differences: 8 });
    expect(report?.counts).toMatchObject({ items: 29, same: 23, extra: 2, unreadable: 2, missing: 1, stale: 1 });

    const sampled = await verify('--sample', '29');
    expect(sampled.code).toBe(3);
    expect(sampled.report).toMatchObject({ counts: { items: 29, same: 23, missing: 1, extra: 0 } });

    const text = await dcs.run(['verify', name(), '--wait', '0s']);
    expect(text.code).toBe(3);
    expect(text.stdout).toContain(`such as ${keyOf(missing)}`);
    expect(text.stdout).toContain('8 differences');
  });

  /** Changes, deletes, new items, and one item all the time. */
  function writing(all: readonly AttributeMap[]): Load {
    let changes = 0;
    return underLoad(20, async (writes) => {
      const item = all[writes % 4 === 0 ? 0 : random(all.length)]!;
      if (random(4) === 0) await users.table.delete(keysOf(users.deployed.keySchema, item));
      else await users.table.put(changed(item, random));
      if (++changes % 5 === 0) await users.pump.drained(); // as fast as capture can follow
    });
  }

  test('a table that is written to all the time gives no false alarm', async () => {
    const all = await filled(80);
    const load = writing(all);
    try {
      const { code, report, differences } = await verify('--wait', '5m');
      expect({ code, differences }).toEqual({ code: 0, differences: [] });
      expect(report).toMatchObject({ verdict: 'same' });
    } finally {
      await load.stop();
    }
  });

  test('a sample of an empty table is no success', async () => {
    const { code, stderr } = await verify('--sample', '5');
    expect(code).toBe(4);
    expect(stderr).toContain('a sample of nothing shows nothing');
  });

  test('a table that disappears in the middle: exit code 4', async () => {
    await filled(5);
    let isGone = false;
    run.destination.gateway.faults = ({ query }) => {
      if (!query.has('versions') || isGone) return undefined;
      isGone = true;
      return { kind: 'hold', until: users.table.drop() };
    };
    const { code, report } = await verify();
    expect({ code, report }).toEqual({ code: 4, report: undefined });
  });
});

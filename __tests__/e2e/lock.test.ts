import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PutObjectLockConfigurationCommand } from '@aws-sdk/client-s3';
import { createVersionedBucket } from '../../local/aws/versionedBucket';
import { s3BytesStore } from '../../aws/bytesStore';
import { s3TagStore } from '../../aws/objectTags';
import { s3VersionLister } from '../../aws/objectVersions';
import { compactTable } from '../../operations/journal/compact/compactTable';
import { catalogOf } from '../../operations/journal/runs/catalog';
import { itemsOfRun } from '../../operations/journal/runs/itemsOfRun';
import { dynamoDbTable } from '../../aws/table';
import { s3Client } from '../../aws/s3Client';
import { s3TextStore } from '../../aws/textStore';
import { encodeImage } from '../../core/image';
import { encodeJournal } from '../../core/journal/journalObject';
import type { TableDefinition } from '../../core/tableDefinition';
import { ACCESS_DENIED } from '../../local/parts/s3Faults';
import { expectDamagedRefused, refusedBecause } from './support/damagedPlans';
import { commandPartsOfFile, deploy, records, type Deployment } from './support/commandParts';

const parts = commandPartsOfFile();

const DEFINITION: TableDefinition = {
  format: '1',
  tableName: 'users',
  createTable: {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  },
};
const toArray = async <One>(ones: AsyncIterable<One>) => {
  const all: One[] = [];
  for await (const one of ones) all.push(one);
  return all;
};
const user = (id: string, name: string) => ({ id: { S: id }, name: { S: name } });

/** Two items, one of them changed, and table.json: three versions that stay locked, and none of them is locked yet. */
async function unlocked(name: string): Promise<Deployment> {
  const deployment = await deploy(parts, name);
  const client = s3Client({
    ...{ endpoint: parts.s3.endpoint, region: 'eu-west-1' },
    credentials: { accessKeyId: name, secretAccessKey: 'local' },
  });
  const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' } as const;
  await client.send(new PutObjectLockConfigurationCommand({ Bucket: deployment.bucket, ObjectLockConfiguration }));
  const atMs = Date.UTC(2026, 0, 5);
  await deployment.store([
    { after: user('a', '1'), atMs },
    { before: user('a', '1'), after: user('a', '2'), atMs },
    { after: user('b', '1'), atMs },
  ]);
  await deployment.define(DEFINITION);
  return deployment;
}

async function locked(deployment: Deployment, ...args: string[]) {
  const { code, stdout } = await deployment.run(['lock', '--json', ...args]);
  return { code, records: records(stdout) };
}

/** The record of docs/cli.md, whole. */
const lock = (bucketName: string, counts: Record<string, unknown>) => ({
  ...{ type: 'lock', dryRun: false, bucketName, versions: 3, renewed: 0, foundUnlocked: 0, weaker: 0, left: 0 },
  ...counts,
});

test('dcs lock locks what is current; --dry-run counts what is unlocked, and changes nothing', async () => {
  const deployment = await unlocked('lock');
  const open = { code: 3, records: [lock(deployment.bucket, { dryRun: true, renewed: 3, foundUnlocked: 3 })] };
  expect(await locked(deployment, '--dry-run')).toEqual(open);
  expect(await locked(deployment, '--dry-run')).toEqual(open);
  expect((await deployment.run(['lock', '--dry-run'])).stdout).toBe(
    '3 versions of s3://lock-destination stay locked: 3 would be locked anew, 3 found unlocked\nNothing was changed\n',
  );
  expect(await locked(deployment)).toEqual({
    code: 0,
    records: [lock(deployment.bucket, { renewed: 3, foundUnlocked: 3 })],
  });
  expect(await locked(deployment, '--dry-run')).toEqual({
    code: 0,
    records: [lock(deployment.bucket, { dryRun: true })],
  });
  expect((await deployment.run(['lock'])).stdout).toBe(
    '3 versions of s3://lock-destination stay locked: 0 locked anew, 0 found unlocked\nNothing is left unlocked\n',
  );
});

test('what could not be locked is listed, and the exit code is 3; the same command locks the rest', async () => {
  const deployment = await unlocked('lockleft');
  parts.s3.faults = ({ method, objectKey, query }) =>
    method === 'PUT' && query.has('retention') && objectKey === 'users/b/image.json' ? ACCESS_DENIED : undefined;
  const { code, records: found } = await locked(deployment);
  expect(code).toBe(3);
  expect(found).toEqual([
    {
      ...{ type: 'left', why: 'notLocked', objectKey: 'users/b/image.json' },
      reason: expect.stringContaining('AccessDenied') as string,
    },
    lock(deployment.bucket, { versions: 2, renewed: 2, foundUnlocked: 2, left: 1 }),
  ]);
  expect((await deployment.run(['lock'])).stdout).toMatch(
    /^users\/b\/image\.json {2}not locked: .*\n.*\n1 object is left; listed above\n$/,
  );
  parts.s3.faults = () => undefined;
  expect(await locked(deployment)).toMatchObject({ code: 0, records: [{ renewed: 1, foundUnlocked: 1, left: 0 }] });
});

test('dcs erase passes over a lock of GOVERNANCE mode only when told to, and erases a report that names the item', async () => {
  const deployment = await unlocked('lockerase');
  await change(deployment, { objectLock: { mode: 'GOVERNANCE', retentionDays: 30 } });
  const credentials = { accessKeyId: 'lockerase', secretAccessKey: 'local' };
  const account = { endpoint: parts.s3.endpoint, region: 'eu-west-1', credentials };
  await createVersionedBucket(account, 'lockerase-source');
  const report = '=dcs/users/verify/2026-01-06T00:00:00.000Z.json';
  const texts = s3TextStore({ ...account, bucket: deployment.bucket });
  await texts.write(report, JSON.stringify({ missing: ['users/a/image.json'] }));
  await locked(deployment);
  const erase = async (...more: string[]) => {
    const key = ['--key', '{"id":"a"}', '--yes', '--json'];
    const { code, stdout } = await deployment.run(['erase', 'users', ...key, ...more]);
    return { code, left: records(stdout).filter(({ type }) => type === 'left') };
  };
  expect(await erase()).toMatchObject({ code: 3, left: [{ why: 'locked' }, { why: 'locked' }] });
  expect(await erase('--bypass-governance')).toEqual({ code: 0, left: [] });
  expect(await texts.read(report)).toBeUndefined();

  // A journal has other items' changes, too: they stay, in a run that is made without this one.
  const entries = ['a', 'b'].map((id, n) => {
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String(n + 1) } as const;
    const header = { event: 'INSERT', position, changedAtMs: Date.UTC(2026, 0, 5), previousDigest: 'none' } as const;
    return { objectKey: `users/${id}/image.json`, image: encodeImage(header, user(id, '1')) };
  });
  const batch = {
    table: { prefix: '', tableName: 'users' },
    kind: 'capture',
    writtenAtMs: Date.UTC(2026, 0, 5),
  } as const;
  const { objectKey, body, metadata } = encodeJournal({ ...batch, entries });
  const [bytes, source] = [deployment.bucket, 'lockerase-source'].map((bucket) => s3BytesStore({ ...account, bucket }));
  for (const each of [bytes, source])
    await each!.putOnce(objectKey, { bytes: body, contentType: 'application/gzip', metadata });
  const destination = { ...account, bucket: deployment.bucket };
  const reads = { lister: s3VersionLister(destination), bytes: bytes! };
  const { signal } = new AbortController();
  await compactTable({
    ...{ table: batch.table, reads, bytes: bytes!, tags: s3TagStore(destination), tasks: { base: true }, signal },
    ...{ nowMs: () => Date.now(), timeLeftMs: () => Infinity },
  });
  expect(await erase()).toEqual({ code: 0, left: [] });
  for (const each of [bytes, source]) await expect(each!.get(objectKey)).rejects.toMatchObject({ statusCode: 404 });
  const { runs, bases } = await catalogOf(reads, batch.table);
  expect([runs.length, bases.length]).toEqual([1, 0]);
  const [first, ...others] = await toArray(itemsOfRun(reads, runs[0]!));
  expect([first?.objectKey, others]).toEqual(['users/b/image.json', []]);
});

test('a plan of dcs erase that was altered or cut, or is for something else, erases nothing; what came later stays', async () => {
  const deployment = await unlocked('damagedErase');
  const credentials = { accessKeyId: 'damagedErase', secretAccessKey: 'local' };
  const account = { endpoint: parts.s3.endpoint, region: 'eu-west-1', credentials };
  await createVersionedBucket(account, 'damagederase-source');
  const [users] = deployment.settings.tables;
  const tables = [users, { ...users, name: 'others' }];
  const file = path.join(deployment.folder, 'dcs.config.json');
  await writeFile(file, JSON.stringify({ ...deployment.settings, tables }));
  const plan = path.join(deployment.folder, 'plan.jsonl');
  const key = ['--key', '{"id":"a"}'];
  await deployment.run(['erase', 'users', ...key, '--dry-run', '--plan', plan]);
  const carriedOut = async (file: string, table = 'users') => {
    const { code, stderr } = await deployment.run(['erase', table, '--plan', file, '--yes']);
    return { code, stderr };
  };
  await expectDamagedRefused(plan, carriedOut);
  expect(await carriedOut(plan, 'others')).toEqual(refusedBecause('its tableName is users, not others'));
  for (const verb of ['restore', 'revert']) {
    const outcome = await deployment.run([verb, 'users', '--into', 'users', '--plan', plan, '--yes']);
    expect(outcome).toMatchObject(refusedBecause('is a plan of dcs erase'));
  }
  const live = dynamoDbTable('users', { ...deployment.dynamoDb, region: 'eu-central-1' });
  await live.create({
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  await live.put(user('a', '2'));
  expect(await carriedOut(plan)).toEqual(refusedBecause('delete it there first'));
  await live.drop();
  const versions = async () => (await deployment.run(['history', 'users', ...key, '--json'])).stdout;
  expect(records(await versions()).filter(({ type }) => type === 'version')).toHaveLength(2);

  await deployment.store([{ before: user('a', '2'), after: user('a', '3'), atMs: Date.UTC(2026, 0, 6) }]);
  expect(await carriedOut(plan)).toMatchObject({ code: 3 });
  expect(await versions()).toContain('"3"');
});

/** Other settings of the destination. */
async function change({ folder }: Deployment, of: object): Promise<void> {
  const file = path.join(folder, 'dcs.config.json');
  const settings = JSON.parse(await readFile(file, 'utf8')) as { destination: object };
  await writeFile(file, JSON.stringify({ ...settings, destination: { ...settings.destination, ...of } }));
}

test('where the settings lock nothing, it says so', async () => {
  const deployment = await deploy(parts, 'lockoff');
  await change(deployment, { objectLock: { mode: 'OFF' } });
  expect(await deployment.run(['lock'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('destination.objectLock.mode is "OFF"') as string,
  });
});

import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { s3Client } from '../../aws/s3Client';
import { s3ImageStore } from '../../aws/imageStore';
import { s3TextStore } from '../../aws/textStore';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import type { TableDefinition } from '../../core/tableDefinition';
import { commandPartsOfFile, deploy, itemsOf, records, type Deployment } from './support/commandParts';
import { PATIENT } from './support/patient';
import { sourceSideOf } from './support/sourceSide';

/*
 * What people who do this job met, small enough to read. Of the same kind: events (lambda/capture/fieldEvents), clocks, time to
 * live and a new table that is not ready yet (clocks, restore), items that no call takes together (restore), exports
 * (oddExports), plans (planReview/stream), an item that is changed all the time (bench/hot).
 */
const parts = commandPartsOfFile();
const atMs = Date.UTC(2026, 0, 5, 12);

function definition(keyType: 'S' | 'N'): TableDefinition {
  const index = { IndexName: 'by-email', KeySchema: [{ AttributeName: 'email', KeyType: 'HASH' }] };
  return {
    ...{ format: '1', tableName: 'users' },
    createTable: {
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: keyType },
        { AttributeName: 'email', AttributeType: 'S' },
      ],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexes: [{ ...index, Projection: { ProjectionType: 'ALL' } }],
    },
  } as TableDefinition;
}

const restored = async (deployment: Deployment, table: string) =>
  (await itemsOf(deployment.table(table))).map(canonicalItem).sort();
const sorted = (items: readonly AttributeMap[]) => items.map(canonicalItem).sort();

test('items that an index of the table refuses are listed, and the others of their batch come back', async () => {
  const deployment = await deploy(parts, 'indexKeys');
  await deployment.define(definition('S'));
  const emails = ['{"S":""}', '{"N":"1"}', ...Array.from({ length: 23 }, (_, i) => `{"S":"${i}@example.org"}`)];
  const items = emails.map((email, i) => ({ id: { S: `u${i}` }, email: JSON.parse(email) as { S: string } }));
  await deployment.store(items.map((after) => ({ after, atMs })));
  const { code, stdout } = await deployment.run(['restore', 'users', '--into', 'back', '--json']);
  const left = records(stdout).filter(({ type }) => type === 'left');
  expect(left.map(({ why, objectKey }) => `${String(why)} ${String(objectKey)}`).sort()).toEqual([
    'rejected users/u0/image.json',
    'rejected users/u1/image.json',
  ]);
  expect(code).toBe(3);
  expect(await restored(deployment, 'back')).toEqual(sorted(items.slice(2)));
});

test('a key of many digits is that item’s alone: one that a double cannot tell from it is not touched', async () => {
  const deployment = await deploy(parts, 'decimalKey');
  await deployment.define(definition('N'));
  const tables = [{ name: 'users', partitionKey: { name: 'id', type: 'N' } }];
  await writeFile(path.join(deployment.folder, 'dcs.config.json'), JSON.stringify({ ...deployment.settings, tables }));
  const item = (id: string, who: string) => ({ id: { N: id }, who: { S: who } });
  const [asked, other] = ['1234567890123.123456789012345', '1234567890123.1235'];
  const found = item(asked, 'asked for');
  await deployment.store([found, item(other, 'somebody else, then')].map((after) => ({ after, atMs })));
  const restore = ['restore', 'users', '--into', 'back', '--key', `{"id":${asked}}`];
  expect(await deployment.run(restore)).toMatchObject({ code: 0 });
  expect(await restored(deployment, 'back')).toEqual(sorted([found]));
  const newer = item(other, 'somebody else, newer');
  await deployment.table('back').putBatch([newer, item(asked, 'changed')]);
  expect(await deployment.run([...restore, '--merge=overwrite', '--yes'])).toMatchObject({ code: 0 });
  expect(await restored(deployment, 'back')).toEqual(sorted([found, newer]));
});

test('files as Windows saves them, keys and settings, are read; UTF-16 is named', async () => {
  const deployment = await deploy(parts, 'keysFile');
  const items = ['a', 'b', 'c'].map((id): AttributeMap => ({ id: { S: id } }));
  await deployment.store(items.map((after) => ({ after, atMs })));
  const file = path.join(deployment.folder, 'keys.txt');
  const settings = path.join(deployment.folder, 'with-mark.json');
  await writeFile(settings, `\uFEFF${JSON.stringify(deployment.settings)}\r\n`);
  const restore = async (into: string, bytes: string | Buffer) => {
    await writeFile(file, bytes);
    return deployment.run(['restore', 'users', '--into', into, '--keys-from', file, '--config', settings]);
  };
  const keys = '{"id":"a"}\r\n\r\n{"id":"c"}\r\n';
  for (const [into, text] of [
    ['with-mark', `\uFEFF${keys}`],
    ['without', keys],
  ] as const) {
    expect(await restore(into, text)).toMatchObject({ code: 0 });
    expect(await restored(deployment, into)).toEqual(sorted([items[0]!, items[2]!]));
  }
  for (const bytes of [Buffer.from(`\uFEFF${keys}`, 'utf16le'), Buffer.from(keys, 'utf16le')]) {
    const refused = await restore('refused', bytes);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('it is UTF-16');
  }
});

test('what somebody removed from both buckets is named, restored all the same, and put back on top', async () => {
  const deployment = await deploy(parts, 'deleteMarkers');
  const { table, bucket, images } = await sourceSideOf(deployment, parts, 'deleteMarkers');
  const items = Array.from({ length: 12 }, (_, n) => ({ id: { S: `n${n}` }, text: { S: 'kept' } }));
  const objectKeys = items.map(({ id }) => `users/${id.S}/image.json`);
  await table.putBatch(items);
  await deployment.store(items.map((after) => ({ after, atMs })));
  const destination = { ...bucket, bucket: deployment.bucket };
  const replicas = s3ImageStore({ ...destination, largeImageStorageClass: 'STANDARD' });
  for (const objectKey of objectKeys) {
    const { body, metadata } = await replicas.get(objectKey);
    await images.put(objectKey, { body, metadata });
  }
  const batch = 'aws/lambda/mapping/shardId-1/2026/01/05/2026-01-05T12.00.00-1';
  await s3TextStore(bucket).write(batch, '{}');
  for (const side of [bucket, destination]) {
    const client = s3Client({ ...side, attempts: PATIENT });
    for (const Key of [...objectKeys, batch]) await client.send(new DeleteObjectCommand({ Bucket: side.bucket, Key }));
    client.destroy();
  }
  const sts = { AWS_ENDPOINT_URL_STS: parts.s3.endpoint };
  for (const more of [[], ['--history']]) {
    const { code, stdout } = await deployment.run(['verify', 'users', '--wait', '0s', '--json', ...more], sts);
    expect(code).toBe(3);
    expect(records(stdout).find(({ type }) => type === 'verify')).toMatchObject({ counts: { hidden: 12, same: 0 } });
  }
  const redrive = await deployment.run(['redrive', '--json']);
  expect(redrive.code).toBe(3);
  expect(records(redrive.stdout)[0]).toMatchObject({ type: 'left', batch });
  expect(await deployment.run(['restore', 'users', '--into', 'back'])).toMatchObject({ code: 0 });
  expect(await restored(deployment, 'back')).toEqual(sorted(items));
  await deployment.run(['verify', 'users', '--repair', '--wait', '0s'], sts);
  for (const objectKey of objectKeys) expect((await images.get(objectKey)).body).toContain('"kept"');
});

test('what a table leaves behind is read as before, by its name in formerTables and without a word about its keys', async () => {
  const deployment = await deploy(parts, 'leaves');
  await deployment.define(definition('S'));
  const items = ['a', 'b'].map((id) => ({ id: { S: id }, email: { S: `${id}@example.org` } }));
  await deployment.store(items.map((after) => ({ after, atMs })));
  const left = { ...deployment.settings, tables: [{ name: 'orders' }], formerTables: ['users'] };
  await writeFile(path.join(deployment.folder, 'dcs.config.json'), JSON.stringify(left));
  const all = async (...args: string[]) => {
    const { code, stdout, stderr } = await deployment.run([...args, '--json']);
    return { code, stderr: code === 0 ? '' : stderr, records: records(stdout) };
  };
  const done = { code: 0, stderr: '' };
  expect(await all('restore', 'users', '--into', 'users-again', '--dry-run')).toMatchObject(done);
  expect(await all('history', 'users', '--key', '{"id":"a"}')).toMatchObject(done);
  expect(await all('diff', 'users', '--from', '2026-01-05T12:30:00Z')).toMatchObject(done);
  expect(await all('download', 'users', '--folder', path.join(deployment.folder, 'copy'))).toMatchObject(done);
  expect(await all('verify', 'users', '--in', 'destination', '--wait', '0s')).toMatchObject(done);
  expect(await all('restore', 'users', '--into', 'users-again')).toMatchObject(done);
  expect(await restored(deployment, 'users-again')).toEqual(sorted(items));
});

test('of what Lambda parked all that can be applied is, whatever time it states, and the rest is listed', async () => {
  const deployment = await deploy(parts, 'parkedCases');
  const { bucket } = await sourceSideOf(deployment, parts, 'parkedCases');
  const texts = s3TextStore(bucket);
  const stream = (name: string) =>
    `arn:aws:dynamodb:eu-central-1:111111111111:table/${name}/stream/2026-01-01T00:00:00.000`;
  const record = (id: string, n: number, time: unknown = atMs / 1_000, table = 'users') => ({
    ...{ eventName: 'INSERT', eventSourceARN: stream(table) },
    dynamodb: {
      ...{ ApproximateCreationDateTime: time, Keys: { id: { S: id } }, NewImage: { id: { S: id } } },
      ...{ SequenceNumber: String(100 + n), StreamViewType: 'NEW_AND_OLD_IMAGES' },
    },
  });
  const batch = (one: ReturnType<typeof record>, table = 'users') => ({
    ...{ version: '1.0', timestamp: '2026-01-05T13:00:00.000Z' },
    DDBStreamBatchInfo: { streamArn: stream(table), batchSize: 1 },
    payload: JSON.stringify({ Records: [one] }) as unknown,
  });
  const parked: [string, string][] = [
    ['good', JSON.stringify(batch(record('good', 1)))],
    ['as-of-a-queue', JSON.stringify({ ...batch(record('x', 9)), payload: undefined })],
    ['of-nobody', JSON.stringify(batch(record('other', 2, undefined, 'strangers'), 'strangers'))],
    ['cut', JSON.stringify(batch(record('cut', 3))).slice(0, 400)],
    ['without-time', JSON.stringify(batch(record('timeless', 4, null)))],
    ['in-milliseconds', JSON.stringify(batch(record('millis', 5, atMs + 123)))],
    ['payload-as-json', JSON.stringify({ ...batch(record('json', 6)), payload: { Records: [record('json', 6)] } })],
  ];
  for (const [name, text] of parked) await texts.write(`aws/lambda/mapping/shardId-1/2026/01/05/${name}`, text);
  const run = async (...more: string[]) => {
    const { code, stdout } = await deployment.run(['redrive', '--json', ...more]);
    const all = records(stdout);
    const left = all.filter(({ type }) => type === 'left').map((one) => String(one.batch).split('/').at(-1));
    return { ...all.at(-1), code, left: left.sort() };
  };
  const left = ['as-of-a-queue', 'cut', 'of-nobody'];
  expect(await run('--dry-run')).toMatchObject({ code: 3, left, applied: 4, doneBefore: 0 });
  expect(await run()).toMatchObject({ code: 3, left, applied: 4, doneBefore: 0 });
  expect(await run('users')).toMatchObject({ code: 3, left: ['as-of-a-queue', 'cut'], applied: 0, doneBefore: 4 });
  const args = ['restore', 'users', '--copy', 'source', '--into', 'back', '--partition-key', 'id:S'];
  const before = await deployment.run([...args, '--as-of', '2026-01-05T12:30:00Z', '--dry-run', '--json']);
  expect(records(before.stdout).at(-1)).toMatchObject({ counts: { put: 3, absent: 1 } });
  expect(await deployment.run(args)).toMatchObject({ code: 0 });
  const ids = ['good', 'json', 'millis', 'timeless'];
  expect(await restored(deployment, 'back')).toEqual(sorted(ids.map((id) => ({ id: { S: id } }))));
});

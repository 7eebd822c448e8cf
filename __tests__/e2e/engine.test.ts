import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { s3BytesStore } from '../../aws/bytesStore';
import { s3FileStore } from '../../aws/fileStore';
import { s3ImageStore } from '../../aws/imageStore';
import { s3TagStore } from '../../aws/objectTags';
import { s3VersionLister } from '../../aws/objectVersions';
import { dynamoDbTable } from '../../aws/table';
import { describeTableDefinition } from '../../aws/tableDefinition';
import { s3TextStore } from '../../aws/textStore';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { encodeImage, imageBody, itemDigest } from '../../core/image';
import { encodeJournal } from '../../core/journal/journalObject';
import { objectKeyOf } from '../../core/objectKey';
import { tableDefinitionKey, tableDefinitionText } from '../../core/tableDefinition';
import type { DeployedFunction } from '../../local/deployment/synthesized';
import { startEngineGateway, type EngineGateway } from '../../local/engine/gateway';
import { engineEnvironment, startLocalEngine } from '../../local/engine/localEngine';
import { startS3Gateway, type S3Gateway } from '../../local/parts/s3Gateway';
import { startAccount, type AccountServer } from '../../local/parts/account';
import type { CheckContext } from '../../operations/check/checkContext';
import { engineChecks } from '../../operations/check/engineChecks';
import { compactTable } from '../../operations/journal/compact/compactTable';
import { engineDefinition, ENGINE_WORKERS, type EngineWorker } from '../../settings/engineDefinition';
import { engineEnvironment as environmentOf } from '../../settings/engineEnvironment';
import { engineNamesOf } from '../../settings/engineNames';
import { exportFolder, putExport } from '../operations/engine/support/verifyRun';
import { createVersionedBucket } from '../../local/aws/versionedBucket';
import { deploy, itemsOf, records, type Deployment } from './support/commandParts';
import { toolsOfTheRun } from '../support/toolsOfTheRun';

/*
 * The distributed engine as it is deployed, on moto: its state machine is executed, and calls the bundles of its functions
 * through a loopback gateway. DynamoDB is moto's, since DynamoDB Local imports nothing.
 */

const REGION = 'eu-west-1';
const SOURCE_REGION = 'eu-central-1';
const SOURCE_BUCKET = 'engine-source';
/** Of the settings. */
const ENGINE = { enabled: true, maxConcurrency: 4 };
const BUNDLES = path.resolve(__dirname, '../../dist/lambda');
const definition = {
  format: '1' as const,
  tableName: 'users',
  createTable: {
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' as const },
      { AttributeName: 'name', AttributeType: 'S' as const },
    ],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byName',
        KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' as const }],
        Projection: { ProjectionType: 'ALL' as const },
      },
    ],
    BillingMode: 'PAY_PER_REQUEST' as const,
  },
};

const EVENTS = { prefix: '', tableName: 'events', keySchema: { partitionKey: 'id' } };

const user = (id: number, name = `name-${id}`): AttributeMap => ({ id: { S: `user-${id}` }, name: { S: name } });
const sorted = (items: readonly AttributeMap[]) => items.map(canonicalItem).sort();
const at = (minute: number) => Date.UTC(2026, 10, 23, 14, minute);

let gateway: EngineGateway;
let engine: { stop(): Promise<void> };
let account: AccountServer;
let s3: S3Gateway;
let deployment: Deployment;
let lie: string;

/** All calls go to moto, whose Step Functions calls the functions. */
const reached = () => ({ account: { ...account, endpoint: s3.endpoint }, dynamoDbEndpoint: account.endpoint });

function deployed() {
  const settings = {
    ...{ name: 'dcs', prefix: '', engine: {}, capture: { largeImageStorageClass: 'STANDARD_IA' } },
    source: { accountId: '111111111111', region: SOURCE_REGION, bucketName: SOURCE_BUCKET },
    destination: { accountId: '222222222222', region: REGION, bucketName: deployment.bucket },
  };
  const { bucketName, functionArns, functions, stateMachine } = engineNamesOf(settings);
  const machine = {
    partition: 'aws',
    bucketName,
    functionArns,
    maxConcurrency: ENGINE.maxConcurrency,
    foldTimeoutSeconds: 900,
  };
  const workers = ENGINE_WORKERS.map((worker): [string, DeployedFunction] => [
    worker,
    { functionName: functions[worker], environment: environmentOf(settings, worker), timeoutSeconds: 900 },
  ]);
  return {
    bucketName,
    stateMachine: { name: stateMachine, definition: JSON.stringify(engineDefinition(machine)) },
    workers: Object.fromEntries(workers) as Record<EngineWorker, DeployedFunction>,
  };
}

beforeAll(async () => {
  const { motoServer } = await toolsOfTheRun();
  gateway = await startEngineGateway();
  account = await startAccount(motoServer, '222222222222', REGION, gateway.port);
  gateway.target = account.endpoint;
  s3 = await startS3Gateway(account.endpoint);
  deployment = await deploy({ dynamoDb: account, s3 }, 'engine');
  lie = path.join(deployment.folder, 'lie');
  const tables = ['users', EVENTS.tableName, 'orders'].map((name) => ({
    name,
    partitionKey: { name: 'id', type: 'S' },
  }));
  const settings = JSON.stringify({ ...deployment.settings, tables, engine: ENGINE });
  await writeFile(path.join(deployment.folder, 'dcs.config.json'), settings);

  // In the first round a worker's time is over at its first look; in the second the first worker dies.
  const hurried = path.join(deployment.folder, 'fold.cjs');
  await writeFile(
    hurried,
    `const { handler } = require(${JSON.stringify(path.join(BUNDLES, 'engine-fold/index.js'))});
     let deaths = 0;
     exports.handler = (event) => {
       if (require('node:fs').existsSync(${JSON.stringify(lie)})) return { id: event.task.id };
       if (event.task.id === '1-0' && deaths++ === 0) throw new Error('died');
       let looks = 0;
       const isOver = () => event.task.id.startsWith('0-') && looks++ > 0;
       return handler(event, { getRemainingTimeInMillis: () => (isOver() ? 0 : 900_000) });
     };`,
  );
  engine = await startLocalEngine({
    ...{ deployed: deployed(), gateway, bundlesFolder: BUNDLES, codePaths: { fold: hurried } },
    ...reached(),
  });

  await deployment.define(definition);
  await deployment.store([
    ...Array.from({ length: 120 }, (_, id) => ({ after: user(id), atMs: at(0) })),
    { before: user(7), after: user(7, 'new'), atMs: at(1) },
    { before: user(3), atMs: at(2) },
    { before: user(9), after: user(9, 'later'), atMs: at(10) },
  ]);
});

afterAll(async () => {
  await engine.stop();
  await s3.stop();
  await account.stop();
  await gateway.stop();
});

const restoreAnyhow = (...args: string[]) =>
  deployment.run(['restore', 'users', '--into', 'users-2', '--json', ...args], engineEnvironment(reached()));
const restore = (...args: string[]) => restoreAnyhow('--engine', 'distributed', ...args);

/** What dcs check says of the state machine, with these settings. */
async function checked(engine: object = ENGINE): Promise<Record<string, string>> {
  const { account: at } = reached();
  const capture = { largeImageStorageClass: 'STANDARD_IA' };
  const settings = { name: 'dcs', prefix: '', capture, ...(deployment.settings as object), engine };
  const context = { settings, destination: { states: at, lambda: at } } as unknown as CheckContext;
  const [ofMachine = []] = engineChecks(context);
  const findings = (await Promise.all(ofMachine.map((look) => look()))).flat();
  return Object.fromEntries(findings.map(({ id, verdict }) => [id, verdict]));
}

test('started and left, found again, failed by a result that is missing, taken up, in rounds and past a worker that dies: a table as it was', async () => {
  await writeFile(lie, '');
  const moment = ['--as-of', new Date(at(5)).toISOString()];
  const started = await restore(...moment);
  expect({ code: started.code, stderr: started.stderr }).toMatchObject({ code: 3 });
  expect(records(started.stdout)[0]).toMatchObject({ type: 'run', state: 'running' });
  const lied = await restore(...moment, '--follow');
  expect(lied).toMatchObject({ code: 1, stderr: expect.stringContaining('Found the run') as string });
  expect(lied.stderr).toContain('of 1 range 1 have no result: 0-0 (after the beginning up to the end)');
  expect(await checked()).toEqual({ engine: 'ok', 'engine-run': 'warning' });
  expect(await checked({ ...ENGINE, maxConcurrency: 5 })).toMatchObject({ engine: 'problem' });
  const distrusting = await restore(...moment, '--ignore-stored-after', new Date(at(5)).toISOString());
  expect(distrusting).toMatchObject({ code: 5, stderr: expect.stringContaining('with what was stored by') as string });
  await rm(lie);

  // Nobody has to remember by which engine: where it is deployed, its run is found, and followed.
  const { code, stdout, stderr } = await restoreAnyhow(...moment);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('is taken up again') as string });
  expect(records(stdout)[0]).toMatchObject({
    ...{ type: 'restore', engine: 'distributed', rounds: 2 },
    ...{ planned: 119, imported: 119, left: 0, absent: 1 },
  });
  expect(Number(records(stdout)[0]?.compared)).toBeGreaterThan(0);
  const dynamoDb = { endpoint: account.endpoint, region: REGION, credentials: account.credentials };
  const asItWas = Array.from({ length: 120 }, (_, id) => user(id, id === 7 ? 'new' : undefined));
  const items = await itemsOf(dynamoDbTable('users-2', dynamoDb));
  expect(sorted(items)).toEqual(sorted(asItWas.filter((_, id) => id !== 3)));
  const { createTable } = await describeTableDefinition('users-2', dynamoDb);
  expect(createTable.GlobalSecondaryIndexes).toEqual(definition.createTable.GlobalSecondaryIndexes);

  expect(await checked()).toEqual({ engine: 'ok', 'engine-run': 'ok' });
  // What a command has seen to its end is history: the table is looked at, and nothing is taken on the word of a run.
  const again = await restore(...moment);
  expect(again).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('by writes: ImportTable makes a new') as string,
  });
});

test('a copy compared with an export as of its moment, in rounds and past a worker that dies: what differs, and nothing else', async () => {
  const place = { region: REGION, endpoint: s3.endpoint, credentials: account.credentials };
  const ofSource = { region: 'eu-central-1', endpoint: account.endpoint, credentials: account.credentials };
  await dynamoDbTable('users', ofSource).create({
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  const asItWas = Array.from({ length: 120 }, (_, id) => user(id, id === 7 ? 'new' : undefined));
  // Item 3 had been deleted by then; of the copy's other 119 one is not in the export, and one is another there.
  const inExport = asItWas.filter((_, id) => id !== 3 && id !== 20);
  inExport[40] = { ...inExport[40]!, name: { S: 'a lie' } };
  const exported = { objects: new Map<string, Buffer>() };
  putExport(exported, inExport, at(5), { accountId: '222222222222' });
  const files = s3FileStore({ ...place, bucket: deployed().bucketName });
  for (const [objectKey, bytes] of exported.objects) await files.write(objectKey, bytes, 'application/octet-stream');

  const verify = (folder: string, ...args: string[]) => {
    const from = `s3://${deployed().bucketName}/${folder}`;
    const words = ['verify', 'users', '--engine', 'distributed', '--from-export', from, '--wait', '0s', ...args];
    return deployment.run(words, engineEnvironment(reached()));
  };
  const started = await verify(exportFolder, '--json');
  expect(`${started.code} ${started.stderr}`).toMatch(/^3 /);
  expect(records(started.stdout)[0]).toMatchObject({ type: 'run', table: 'users', state: 'running' });
  const { code, stdout, stderr } = await verify(exportFolder, '--follow', '--json');
  expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining('Found the run') as string });
  const found = records(stdout);
  expect(found.filter(({ type }) => type === 'difference').map(({ class: name }) => name)).toEqual(
    expect.arrayContaining(['extra', 'stale']),
  );
  expect(found.at(-1)).toMatchObject({
    ...{ type: 'verify', engine: 'distributed', asOf: new Date(at(5)).toISOString(), differences: 2 },
    counts: { items: 118, replicas: 119, compared: 119, same: 117, late: 0, near: 0, extra: 1, stale: 1 },
    ...{ verdict: 'differences', report: expect.stringContaining('=dcs/users/verify/') as string },
  });
  const elsewhere = await deployment.run(
    ['verify', 'users', '--engine', 'distributed', '--from-export', 's3://mine/AWSDynamoDB/01-abc', '--repair'],
    engineEnvironment(reached()),
  );
  expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining('contradict each other') as string });
});

test('dcs check and dcs status, as whole commands, say of the engine that it is as deployed, and how its last run ended', async () => {
  const quiet = path.join(deployment.folder, 'quiet.json');
  const settings = { ...deployment.settings, engine: ENGINE, replication: { enabled: false } };
  await writeFile(quiet, JSON.stringify(settings));
  const say = async (command: readonly string[], type: string) => {
    const env = { ...engineEnvironment(reached()), DCS_CONFIG: quiet };
    const { code, stdout, stderr } = await deployment.run([...command, '--json'], env);
    // Of all the rest that a deployment has nothing is here.
    expect(`${code} ${stderr}`).toMatch(/^3 /);
    const said = records(stdout).filter((record) => record.type === type);
    return Object.fromEntries(said.map(({ id, verdict }): [string, unknown] => [String(id), verdict]));
  };
  expect(await say(['check', '--no-probe'], 'finding')).toMatchObject({
    engine: 'ok',
    'engine-run': 'ok',
    'thaw-role': 'problem',
    function: 'problem',
  });
  expect(await say(['status', '--details'], 'state')).toMatchObject({ 'engine-run': 'ok' });
});

test('a table whose copy is a journal: from a base, a run and what is in none, by ranges of hashes', async () => {
  const place = { region: REGION, endpoint: s3.endpoint, credentials: account.credentials, bucket: deployment.bucket };
  const bytes = s3BytesStore(place);
  let sequence = 1;
  const stored = async (changes: readonly { before?: AttributeMap; after?: AttributeMap }[]) => {
    const entries = changes.map(({ before, after }) => {
      const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String(sequence++) } as const;
      const event = after === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY';
      const header = { event, position, changedAtMs: at(sequence), previousDigest: itemDigest(before) } as const;
      const keys = { id: (after ?? before)!.id! };
      return { objectKey: objectKeyOf(EVENTS, EVENTS.keySchema, keys), image: encodeImage(header, after) };
    });
    const journal = encodeJournal({ table: EVENTS, kind: 'capture', writtenAtMs: Date.now(), entries });
    await bytes.putOnce(journal.objectKey, {
      bytes: journal.body,
      contentType: 'application/gzip',
      metadata: journal.metadata,
    });
  };
  const compacted = (base: boolean) =>
    compactTable({
      ...{ table: EVENTS, reads: { lister: s3VersionLister(place), bytes }, bytes, tags: s3TagStore(place) },
      ...{ nowMs: Date.now, timeLeftMs: () => 600_000, signal: new AbortController().signal, tasks: { base } },
    });
  const event = (id: number, name = 'first'): AttributeMap => ({ id: { S: `event-${id}` }, name: { S: name } });
  await s3TextStore(place).write(
    tableDefinitionKey(EVENTS),
    tableDefinitionText({ ...definition, tableName: 'events' }),
  );
  await stored(Array.from({ length: 30 }, (_, id) => ({ after: event(id) })));
  expect(await compacted(true)).toMatchObject({ runs: 1, bases: 1 });
  await stored([{ before: event(1), after: event(1, 'second') }]);
  expect(await compacted(false)).toMatchObject({ runs: 1, bases: 0 });
  await stored([{ before: event(2) }, { after: event(30) }]);

  const args = ['restore', 'events', '--into', 'events-2', '--engine', 'distributed', '--follow', '--json'];
  const { code, stdout, stderr } = await deployment.run(args, engineEnvironment(reached()));
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(records(stdout)[0]).toMatchObject({ engine: 'distributed', planned: 30, imported: 30, absent: 1, left: 0 });
  const dynamoDb = { endpoint: account.endpoint, region: REGION, credentials: account.credentials };
  const asItIs = Array.from({ length: 31 }, (_, id) => event(id, id === 1 ? 'second' : 'first'));
  expect(sorted(await itemsOf(dynamoDbTable('events-2', dynamoDb)))).toEqual(
    sorted(asItIs.filter((_, id) => id !== 2)),
  );
});

test('a backfill from an export: past throttling, a result that is missing and a worker that dies, in rounds, the images of one machine', async () => {
  const { credentials } = account;
  const inSource = { region: SOURCE_REGION, endpoint: s3.endpoint, credentials };
  await createVersionedBucket(inSource, SOURCE_BUCKET);
  await dynamoDbTable('orders', { ...inSource, endpoint: account.endpoint }).create({
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  // So large that a worker looks at its time several times in a file.
  const order = (id: number): AttributeMap => ({ ...user(id), text: { S: 'x'.repeat(6_000) } });
  const orders = Array.from({ length: 40 }, (_, id) => order(id));
  const imageOf = (id: number) => `orders/user-${id}/image.json`;
  const images = s3ImageStore({ ...inSource, bucket: SOURCE_BUCKET, largeImageStorageClass: 'STANDARD_IA' });
  // Of two the stream has shown more: another state, and a delete.
  const newer = {
    position: { source: 'stream', streamLabel: 'L', sequenceNumber: '1' },
    changedAtMs: Date.now(),
  } as const;
  const previousDigest = itemDigest(order(1));
  await images.put(imageOf(1), encodeImage({ ...newer, event: 'MODIFY', previousDigest }, user(1, 'newer')));
  await images.put(imageOf(2), encodeImage({ ...newer, event: 'REMOVE', previousDigest }));

  const exported = async (name: string, items: readonly AttributeMap[], lie = (text: string) => text) => {
    const folder = `exports/orders/AWSDynamoDB/${name}`;
    const objects = new Map<string, Buffer>();
    putExport({ objects }, items, Date.now() + 1_000, {
      accountId: '222222222222',
      tableName: 'orders',
      folder,
      files: items.length > 2 ? 2 : 1,
    });
    const files = s3FileStore({ ...inSource, region: REGION, bucket: deployed().bucketName });
    for (const [objectKey, bytes] of objects) await files.write(objectKey, bytes, 'application/octet-stream');
    for (const manifest of ['files', 'summary']) {
      const text = lie(String(objects.get(`${folder}/manifest-${manifest}.json`)));
      const md5 = createHash('md5').update(text).digest('base64');
      await files.write(`${folder}/manifest-${manifest}.json`, Buffer.from(text), 'application/json');
      await files.write(`${folder}/manifest-${manifest}.md5`, Buffer.from(md5), 'text/plain');
    }
    return `s3://${deployed().bucketName}/${folder}`;
  };
  const backfill = (from: string, ...args: string[]) =>
    deployment.run(['backfill', 'orders', '--from-export', from, '--json', ...args], engineEnvironment(reached()));
  const byEngine = (from: string, ...args: string[]) => backfill(from, '--engine', 'distributed', '--follow', ...args);

  const lying = await exported('lying', orders.slice(0, 2), (text) => text.replace('"itemCount":2', '"itemCount":3'));
  const wrong = await byEngine(lying);
  expect(wrong).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('f0.json.gz has 2 items, its manifest says 3') as string,
  });

  const from = await exported('whole', [...orders, 'no item' as unknown as AttributeMap]);
  await writeFile(lie, '');
  const lied = await byEngine(from);
  expect(lied).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('of 2 files 2 have no result: 0-0 (') as string,
  });
  await rm(lie);
  const asked = new Map<string, number>();
  s3.faults = ({ method, bucket, objectKey, query }) => {
    if (bucket !== SOURCE_BUCKET) return undefined;
    const call = `${method}${query.has('versions') ? ' versions' : ''}`;
    asked.set(call, (asked.get(call) ?? 0) + 1);
    const isThrottled = method === 'PUT' && objectKey === imageOf(5) && asked.get('throttled') !== 2;
    if (!isThrottled) return undefined;
    asked.set('throttled', (asked.get('throttled') ?? 0) + 1);
    return { kind: 'error', statusCode: 503, code: 'SlowDown' };
  };
  const { code, stdout, stderr } = await byEngine(from);
  s3.faults = () => undefined;
  expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining('is taken up again') as string });
  const found = records(stdout);
  expect(found.filter(({ type }) => type === 'failed')).toEqual([
    { type: 'failed', table: 'orders', keys: {}, reason: expect.stringContaining('item 21 of exports/') as string },
  ]);
  const end = found.at(-1)!;
  expect(end).toMatchObject({ type: 'backfill', engine: 'distributed', read: 41, failed: 1 });
  expect(Number(end.written) + Number(end.alreadyThere)).toBe(40);
  expect(end.rounds).toBe(2);

  // One machine has nothing to add, and what is there is what it would have written.
  // It reads a copy: what is in the engine's bucket is for the engine.
  const toSource = s3FileStore({ ...inSource, bucket: SOURCE_BUCKET });
  const inEngine = s3BytesStore({ ...inSource, region: REGION, bucket: deployed().bucketName });
  const names = ['files', 'summary'].flatMap((name) => [`manifest-${name}.json`, `manifest-${name}.md5`]);
  for (const name of [...names, 'data/f0.json.gz', 'data/f1.json.gz']) {
    const { bytes } = await inEngine.get(`exports/orders/AWSDynamoDB/whole/${name}`);
    await toSource.write(`AWSDynamoDB/whole/${name}`, bytes, 'application/octet-stream');
  }
  const again = await backfill(`s3://${SOURCE_BUCKET}/AWSDynamoDB/whole`);
  expect(records(again.stdout).at(-1)).toMatchObject({ type: 'backfill', read: 41, written: 0, alreadyThere: 40 });
  for (const [id, item] of orders.entries()) {
    if (id === 1 || id === 2) continue;
    expect((await images.get(imageOf(id))).body).toBe(imageBody(item));
  }
  expect((await images.get(imageOf(2))).body).toBe('{}');
});

import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { s3BytesStore } from '../../aws/bytesStore';
import { s3FileStore } from '../../aws/fileStore';
import { s3TagStore } from '../../aws/objectTags';
import { s3VersionLister } from '../../aws/objectVersions';
import { dynamoDbTable } from '../../aws/table';
import { describeTableDefinition } from '../../aws/tableDefinition';
import { s3TextStore } from '../../aws/textStore';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { encodeImage, itemDigest } from '../../core/image';
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
import { engineNamesOf } from '../../settings/engineNames';
import { exportFolder, putExport } from '../operations/engine/support/verifyRun';
import { deploy, itemsOf, records, type Deployment } from './support/commandParts';
import { toolsOfTheRun } from '../support/toolsOfTheRun';

/*
 * The distributed engine as it is deployed, on moto: its state machine is executed, and calls the bundles of its functions
 * through a loopback gateway. DynamoDB is moto's, since DynamoDB Local imports nothing.
 */

const REGION = 'eu-west-1';
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
  const { bucketName, functionArns, functions, stateMachine } = engineNamesOf({
    name: 'dcs',
    destination: { accountId: '222222222222', region: REGION, bucketName: deployment.bucket },
    engine: {},
  });
  const machine = {
    partition: 'aws',
    bucketName,
    functionArns,
    maxConcurrency: ENGINE.maxConcurrency,
    foldTimeoutSeconds: 900,
  };
  const environment = { DCS_BUCKET: deployment.bucket, DCS_PREFIX: '', DCS_ENGINE_BUCKET: bucketName };
  const workers = ENGINE_WORKERS.map((worker): [string, DeployedFunction] => [
    worker,
    { functionName: functions[worker], environment, timeoutSeconds: 900 },
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
  const tables = ['users', EVENTS.tableName].map((name) => ({ name, partitionKey: { name: 'id', type: 'S' } }));
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
  const settings = { name: 'dcs', prefix: '', ...(deployment.settings as object), engine };
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

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { s3Archive } from '../../aws/archive';
import type { AwsSettings } from '../../aws/awsSettings';
import { s3BatchFiles } from '../../aws/batchFiles';
import { s3BatchJobs } from '../../aws/batchJobs';
import { dynamoDbBatchTable } from '../../aws/batchTable';
import { bucketConfiguration } from '../../aws/bucketConfiguration';
import { callerIdentity } from '../../aws/callerIdentity';
import { captureFunction } from '../../aws/captureFunction';
import { alarmsNamed, isPublished, metricValues, publishMetric } from '../../aws/cloudWatch';
import { dynamoDbConditionalWrites } from '../../aws/conditionalWrites';
import { realPause } from '../../operations/pace';
import { credentialsOf } from '../../aws/credentials';
import { s3CurrentLister } from '../../aws/currentObjects';
import { environmentAgents } from '../../aws/environmentAgents';
import { s3BytesStore } from '../../aws/bytesStore';
import { s3EngineStore } from '../../aws/engineStore';
import { s3FileStore } from '../../aws/fileStore';
import { headObject, listOneKey } from '../../aws/headObject';
import { s3ImageStore } from '../../aws/imageStore';
import { kmsKey } from '../../aws/kmsKey';
import { trailsOf } from '../../aws/trails';
import { s3VersionDeletes } from '../../aws/versionDeletes';
import { s3LockStore } from '../../aws/objectLocks';
import { s3ObjectReader } from '../../aws/objectReader';
import { s3TagStore } from '../../aws/objectTags';
import { s3VersionLister } from '../../aws/objectVersions';
import { openShards } from '../../aws/openShards';
import { s3StatusReader } from '../../aws/replicationStatus';
import { trustOf } from '../../aws/role';
import { scheduleOf } from '../../aws/schedule';
import { dynamoDbScratchTables } from '../../aws/scratchTables';
import { dynamoDbServiceClock, s3ServiceClock, stsServiceClock } from '../../aws/serviceClock';
import { s3StampedTexts } from '../../aws/stampedText';
import { dynamoDbTable } from '../../aws/table';
import { describeTableDefinition } from '../../aws/tableDefinition';
import { dynamoDbTableExports } from '../../aws/tableExports';
import { dynamoDbTableImport } from '../../aws/tableImport';
import { dynamoDbTableSettings } from '../../aws/tableSettings';
import { dynamoDbScanner } from '../../aws/tableScan';
import { sfnStateMachine, sfnStateMachineLook } from '../../aws/stateMachine';
import { s3TextStore } from '../../aws/textStore';
import { subscriptionsOf } from '../../aws/topic';

const METRIC = { namespace: 'AWS/S3', metricName: 'm', dimensions: {}, statistic: 'Sum' } as const;

/** A call with each client that is made in a file of aws/. */
const MACHINE = { nowMs: Date.now, monotonicMs: () => performance.now() };

const CALLS: Readonly<Record<string, ((settings: AwsSettings) => Promise<unknown>)[]>> = {
  archive: [(settings) => s3Archive({ ...settings, bucket: 'b' }).state({ objectKey: 'k', versionId: 'v' })],
  batchFiles: [(settings) => s3BatchFiles({ ...settings, bucket: 'b' }).read('k')],
  batchJobs: [
    (settings) => s3BatchJobs({ ...settings, accountId: '111111111111', bucketArn: 'arn:aws:s3:::b' }).list(),
  ],
  batchTable: [
    (settings) => dynamoDbBatchTable('t', settings).describe(),
    (settings) => dynamoDbBatchTable('t', settings).write([{ delete: { id: { S: '1' } } }]),
    (settings) => dynamoDbBatchTable('t', settings).getBatch([{ id: { S: '1' } }]),
  ],
  bucketConfiguration: [(settings) => bucketConfiguration({ ...settings, bucket: 'b' }).versioning()],
  bytesStore: [(settings) => s3BytesStore({ ...settings, bucket: 'b' }).get('k')],
  callerIdentity: [callerIdentity],
  captureFunction: [(settings) => captureFunction('f', settings).mappings()],
  cloudWatch: [
    (settings) => alarmsNamed('a', settings),
    (settings) => metricValues(METRIC, { fromMs: 0, toMs: 1 }, settings),
    (settings) => publishMetric(METRIC, 1, 'Seconds', settings),
    (settings) => isPublished(METRIC, settings),
  ],
  conditionalWrites: [
    (settings) =>
      dynamoDbConditionalWrites('t', settings, { signal: new AbortController().signal, pause: realPause }).writeIf({
        ...{ keys: { id: { S: '1' } }, change: { do: 'delete' }, expected: undefined },
      }),
  ],
  credentials: [() => assumed({ roleArn: 'arn:aws:iam::111111111111:role/r', region: 'eu-west-1' })],
  currentObjects: [(settings) => s3CurrentLister({ ...settings, bucket: 'b' }).page('')],
  engineStore: [(settings) => s3EngineStore({ ...settings, bucket: 'b' }).copy('k', 'l')],
  fileStore: [(settings) => s3FileStore({ ...settings, bucket: 'b' }).write('k', Buffer.from('x'), 'text/plain')],
  headObject: [
    (settings) => headObject({ ...settings, bucket: 'b' }, 'k'),
    (settings) => listOneKey({ ...settings, bucket: 'b' }),
  ],
  imageStore: [(settings) => s3ImageStore({ ...settings, bucket: 'b', largeImageStorageClass: 'STANDARD' }).get('k')],
  kmsKey: [(settings) => kmsKey('k', settings).describe()],
  objectLocks: [(settings) => s3LockStore({ ...settings, bucket: 'b' }).look('k', 'v')],
  objectReader: [(settings) => s3ObjectReader({ ...settings, bucket: 'b' }).open('k')],
  objectTags: [(settings) => s3TagStore({ ...settings, bucket: 'b' }).put('k', 'v', { key: 'a', value: 'b' })],
  objectVersions: [(settings) => s3VersionLister({ ...settings, bucket: 'b' }).page('')],
  openShards: [(settings) => openShards('arn:aws:dynamodb:eu-west-1:111111111111:table/t/stream/s', settings)],
  replicationStatus: [(settings) => s3StatusReader({ ...settings, bucket: 'b' })('k')],
  role: [(settings) => trustOf('r', settings)],
  schedule: [(settings) => scheduleOf('r', settings)],
  scratchTables: [(settings) => dynamoDbScratchTables(settings).named('t')],
  serviceClock: [
    (settings) => s3ServiceClock({ ...settings, bucket: 'b' }, MACHINE),
    (settings) => dynamoDbServiceClock('t', settings, MACHINE),
    (settings) => stsServiceClock(settings, MACHINE),
  ],
  stampedText: [(settings) => s3StampedTexts({ ...settings, bucket: 'b' }, 1)('k')],
  stateMachine: [
    (settings) => sfnStateMachine('arn:aws:states:eu-west-1:111111111111:stateMachine:m', settings).start('n', {}),
    (settings) => sfnStateMachineLook('arn:aws:states:eu-west-1:111111111111:stateMachine:m', settings).definition(),
  ],
  table: [(settings) => dynamoDbTable('t', settings).describe()],
  tableDefinition: [(settings) => describeTableDefinition('t', settings)],
  tableExports: [
    (settings) => dynamoDbTableExports('arn:aws:dynamodb:eu-west-1:111111111111:table/t', settings).list(),
  ],
  tableImport: [
    (settings) => dynamoDbTableImport('t', settings).state('arn:aws:dynamodb:eu-west-1:111111111111:table/t/import/i'),
  ],
  tableScan: [
    (settings) => dynamoDbScanner('t', settings).page({ number: 0, of: 1 }, { signal: new AbortController().signal }),
  ],
  tableSettings: [(settings) => dynamoDbTableSettings('t', settings).protectFromDeletion()],
  textStore: [(settings) => s3TextStore({ ...settings, bucket: 'b' }).read('k')],
  topic: [(settings) => subscriptionsOf('arn:aws:sns:eu-west-1:111111111111:t', settings)],
  trails: [(settings) => trailsOf(settings)],
  versionDeletes: [
    (settings) => s3VersionDeletes({ ...settings, bucket: 'b' }).deleteAll([{ objectKey: 'k', versionId: 'v' }], false),
  ],
};
const calls = Object.entries(CALLS).flatMap(([file, list]) =>
  list.map((call, nth) => [`${file} ${nth + 1}`, call] as const),
);

const assumed = (identity: Parameters<typeof credentialsOf>[0]) =>
  (credentialsOf(identity) as () => Promise<unknown>)();

/** Where a client is made, but for the files whose business that is. */
const CLIENT = /\bnew \w+Client\(|\bs3Client\(|\bsigned(?:S3|DynamoDb)As\(|\bsdkRequestHandler\(/g;

test('law: each client that is made in aws/ is called here', () => {
  const folder = path.resolve(__dirname, '../../aws');
  const files = readdirSync(folder).filter(
    (name) => name.endsWith('.ts') && !/^(?:sdkClient|s3Client)\.ts$/.test(name),
  );
  const made = files.flatMap((name) => {
    const count = readFileSync(path.join(folder, name), 'utf8').match(CLIENT)?.length ?? 0;
    return count === 0 ? [] : [[path.basename(name, '.ts'), count] as const];
  });
  expect(Object.entries(CALLS).map(([file, list]) => [file, list.length])).toEqual(made);
});

let folder: string;
let proxy: http.Server;
let service: https.Server;
let plainService: http.Server;
let settings: AwsSettings;
const open = new Set<Socket>();
/** What the proxy was asked for, and what came to the service. */
let tunnels: IncomingMessage[] = [];
let received: string[] = [];
let refusal: number | undefined;
const before = { ...process.env };

const portOf = (server: net.Server) => (server.address() as AddressInfo).port;
async function listening(server: net.Server): Promise<void> {
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'dcs-proxies-'));
  const [keyFile, certFile] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  const request = 'req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost';
  execFileSync('openssl', [...request.split(' '), '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  const refuse = (incoming: IncomingMessage, response: http.ServerResponse) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      received.push(`${incoming.method} ${incoming.url} ${body}`);
      response.writeHead(400).end();
    });
  };
  service = https.createServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) }, refuse);
  plainService = http.createServer(refuse);
  proxy = http.createServer().on('connect', (incoming: IncomingMessage, socket: Socket) => {
    tunnels.push(incoming);
    if (refusal !== undefined) return socket.end(`HTTP/1.1 ${refusal} no\r\n\r\n`);
    const [host = '', port] = incoming.url?.split(':') ?? [];
    const onward = net.connect(Number(port), host.replace('far.example', 'localhost'), () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    return undefined;
  });
  await Promise.all([proxy, service, plainService].map(listening));
});
afterAll(() => {
  for (const socket of open) socket.destroy();
  for (const server of [proxy, service, plainService]) server.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  [tunnels, received, refusal] = [[], [], undefined];
  process.env = Object.fromEntries(Object.entries(before).filter(([name]) => !/_proxy$|^AWS_/i.test(name)));
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  settings = { endpoint: `https://localhost:${portOf(service)}`, region: 'eu-west-1', credentials };
  Object.assign(process.env, {
    AWS_CA_BUNDLE: path.join(folder, 'cert.pem'),
    AWS_ENDPOINT_URL_STS: settings.endpoint,
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    AWS_CONFIG_FILE: path.join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'none'),
  });
});
afterEach(() => {
  process.env = { ...before };
});

/** Every answer is a refusal: what counts is the way to it. */
const refused = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as Error & { code?: string },
  );
const proxyUrl = () => `http://127.0.0.1:${portOf(proxy)}`;

describe.each(calls)('%s', (_, call) => {
  test.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'])('goes through the proxy of %s', async (variable) => {
    process.env[variable] = proxyUrl();
    await refused(call(settings));
    expect(received.length).toBeGreaterThan(0);
    expect(new Set(tunnels.map(({ url }) => url))).toEqual(new Set([`localhost:${portOf(service)}`]));
  });

  test.each([
    ['without variables', {}],
    ['with NO_PROXY', { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'example.com,localhost' }],
    ['with no_proxy', { https_proxy: 'http://127.0.0.1:9', no_proxy: '*' }],
    ['with a proxy for another scheme', { HTTP_PROXY: 'http://127.0.0.1:9' }],
  ])('goes directly %s', async (__, variables) => {
    Object.assign(process.env, variables);
    await refused(call(settings));
    expect(received.length).toBeGreaterThan(0);
    expect(tunnels).toEqual([]);
  });

  test.each([
    ['directly', {}],
    ['through a proxy', () => ({ HTTPS_PROXY: proxyUrl() })],
  ])('trusts nobody whom AWS_CA_BUNDLE does not name, %s', async (__, variables) => {
    delete process.env.AWS_CA_BUNDLE;
    Object.assign(process.env, typeof variables === 'function' ? variables() : variables);
    const error = await refused(call(settings));
    expect(String(error)).toMatch(/self-signed certificate/);
    expect(received).toEqual([]);
  });
});

const list = () => refused(s3VersionLister({ ...settings, bucket: 'b' }).page(''));

test('the keys of a role that a profile names are asked of STS, through the proxy', async () => {
  const file = path.join(folder, 'profiles'); // the SDK reads each file once
  writeFileSync(
    file,
    '[profile keys]\naws_access_key_id=a\naws_secret_access_key=b\n[profile role]\nrole_arn=arn:aws:iam::111111111111:role/r\nsource_profile=keys\nregion=eu-west-1\n',
  );
  delete process.env.AWS_ACCESS_KEY_ID;
  Object.assign(process.env, { HTTPS_PROXY: proxyUrl(), AWS_PROFILE: 'role', AWS_CONFIG_FILE: file });
  settings = { endpoint: settings.endpoint, region: 'eu-west-1' };
  await list();
  expect(received).toEqual([expect.stringContaining('Action=AssumeRole')]);
  expect(tunnels).toHaveLength(1);
});

test.each([
  ['the SDK', () => refused(callerIdentity(settings))],
  ['the signed client', list],
])('connections through a proxy are kept, and calls without TLS go through HTTP_PROXY: %s', async (_, call) => {
  process.env.HTTP_PROXY = proxyUrl();
  settings = { ...settings, endpoint: `http://far.example:${portOf(plainService)}` };
  await call();
  expect(received).toHaveLength(1);
  expect(tunnels.map(({ url }) => url)).toEqual([`far.example:${portOf(plainService)}`]);
});

test('one tunnel serves the calls of a client, one after the other', async () => {
  process.env.HTTPS_PROXY = proxyUrl();
  const lister = s3VersionLister({ ...settings, bucket: 'b' });
  for (let i = 0; i < 3; i++) await refused(lister.page(''));
  expect(received).toHaveLength(3);
  expect(tunnels).toHaveLength(1);
});

test('a proxy without a scheme speaks HTTP, and is told its name and password', async () => {
  process.env.HTTPS_PROXY = `me:p%40ss@127.0.0.1:${portOf(proxy)}`;
  await list();
  expect(received).toHaveLength(1);
  const credentials = Buffer.from('me:p@ss').toString('base64');
  expect(tunnels.map(({ headers }) => headers['proxy-authorization'])).toEqual([`Basic ${credentials}`]);
});

test.each([
  ['the SDK', () => refused(callerIdentity(settings))],
  ['the signed client', list],
])('a proxy that refuses is named, without its password: %s', async (_, call) => {
  process.env.HTTPS_PROXY = `http://me:secret@127.0.0.1:${portOf(proxy)}`;
  refusal = 407;
  expect((await call())?.message).toContain(
    `the proxy 127.0.0.1:${portOf(proxy)} opens no tunnel to localhost:${portOf(service)}: it answers 407; check HTTPS_PROXY and NO_PROXY`,
  );
  expect(tunnels).toHaveLength(1);
});

test('a proxy of another kind is refused by name, without its password', async () => {
  process.env.HTTPS_PROXY = 'socks5://me:secret@localhost:1080';
  const error = await list();
  expect(error?.message).toContain('"socks5://localhost:1080"; set HTTPS_PROXY to http(s)://host[:port]');
});

test('a bundle that cannot be read is named', () => {
  process.env.AWS_CA_BUNDLE = '/nowhere/ca.pem';
  expect(() => environmentAgents(1)).toThrow(/^AWS_CA_BUNDLE is "\/nowhere\/ca.pem", which cannot be read: ENOENT/);
});

test('a bundle is read once: all that a machine trusts take longer to read than a client to make', () => {
  const file = path.join(folder, 'once.pem');
  process.env.AWS_CA_BUNDLE = file;
  copyFileSync(path.join(folder, 'cert.pem'), file);
  environmentAgents(1);
  rmSync(file);
  expect(() => environmentAgents(1)).not.toThrow();
});

test('a proxy that says nothing is given up', async () => {
  const silent = net.createServer();
  await listening(silent);
  process.env.HTTPS_PROXY = `http://127.0.0.1:${portOf(silent)}`;
  const { https: agent } = environmentAgents(1);
  const reached = once(silent, 'connection') as Promise<[Socket]>;
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date', 'hrtime'] });
  const failed = once(https.get(settings.endpoint ?? '', { agent }), 'error').catch((error: unknown) => [error]);
  const [socket] = await reached;
  jest.advanceTimersByTime(3_000);
  jest.useRealTimers();
  expect((await failed)[0]).toMatchObject({ name: 'TimeoutError', code: 'ETIMEDOUT' });
  if (!socket.destroyed) await once(socket.resume(), 'close'); // nothing is left open
  silent.close();
});

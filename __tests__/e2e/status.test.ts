import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { s3VersionLister } from '../../aws/objectVersions';
import { s3ReportStore } from '../../aws/reports';
import { s3Client } from '../../aws/s3Client';
import { s3TextStore } from '../../aws/textStore';
import type { Parts } from '../../local/parts/startParts';
import { lockSweepsKey } from '../../core/serviceKeys';
import { beat } from '../../operations/heartbeat/beat';
import { newSweep, sweepsText } from '../../operations/renewLocks/sweeps';
import { records } from './support/commandParts';
import { deployAccounts, type DeployedAccounts } from './support/deployedAccounts';
import { startTwoAccounts } from './support/twoAccounts';

let parts: Parts;
const deployments: DeployedAccounts[] = [];
beforeAll(async () => {
  parts = await startTwoAccounts();
});
afterAll(async () => {
  await parts.stop();
  await Promise.all(deployments.map((each) => each.remove()));
});

async function deploy(): Promise<DeployedAccounts> {
  const deployed = await deployAccounts(parts, `status${String.fromCharCode(97 + deployments.length)}`);
  deployments.push(deployed);
  return deployed;
}

interface State {
  readonly id: string;
  readonly verdict: string;
  readonly side: string;
  readonly found: string;
}
function states(stdout: string) {
  const all = records(stdout).filter(({ type }) => type === 'state') as unknown as State[];
  return {
    all,
    state: (id: string) => all.find((each) => each.id === id),
    of: (verdict: string) => all.filter((each) => each.verdict === verdict).map(({ id }) => id),
  };
}
const putImage = ({ sourceBucket: Bucket, tableName }: DeployedAccounts, id: string) =>
  s3Client(parts.source).send(new PutObjectCommand({ Bucket, Key: `${tableName}/${id}/image.json`, Body: '{}' }));
const report = async ({ destinationBucket, tableName }: DeployedAccounts, kind: 'verify' | 'drill', fields: object) =>
  s3ReportStore({ ...parts.destination, bucket: destinationBucket }, { prefix: '', tableName }).write(
    kind,
    Date.now(),
    JSON.stringify(fields),
  );
const metric = (
  namespace: string,
  name: string,
  dimensions: Record<string, string>,
  value: number,
  region = parts.source.region,
) =>
  new CloudWatchClient({ ...parts.source, region }).send(
    new PutMetricDataCommand({
      Namespace: namespace,
      MetricData: [
        {
          MetricName: name,
          Value: value,
          Timestamp: new Date(Date.now() - 120_000),
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        },
      ],
    }),
  );

test('where a table stands: all of it on one screen, and nothing to act on', async () => {
  const deployed = await deploy();
  await putImage(deployed, 'a');
  await deployed.replication.drained();
  const endedAt = new Date().toISOString();
  await report(deployed, 'verify', { endedAt, sample: 500, differences: 0, verdict: 'same' });
  await report(deployed, 'drill', { endedAt, items: 7, differences: 0, verdict: 'same', restoreSeconds: 90 });
  await metric('AWS/Lambda', 'IteratorAge', { FunctionName: deployed.functionName }, 4_000);

  const short = await deployed.run(['status']);
  expect(short).toMatchObject({ code: 0 });
  expect(short.stdout.split('\n')[0]).toMatch(/^ +TABLE +RECOVERY +SINCE +VERSIONS +SIZE +LAG +VERIFIED +DRILLED$/);
  expect(short.stdout).toMatch(new RegExp(`^ok ${deployed.tableName} +.* 1 +2 B +4 s `, 'm'));
  expect(short.stdout).toMatch(/\n\nNothing to act on; as of .*\n$/);
  const scraped = await deployed.run(['status', '--prometheus']);
  expect(scraped.stdout).toContain(`\ndcs_table_capture_lag_seconds{table="${deployed.tableName}"} 4\n`);
  expect(scraped.code).toBe(0);
  expect(await deployed.run(['status', '--prometheus', '--json'])).toMatchObject({ code: 2 });

  const { code, stdout } = await deployed.run(['status', '--details']);
  expect(stdout).toContain('Nothing to act on; as of');
  expect(stdout).toMatch(/ok lag +4 s\n/);
  expect(stdout).toMatch(/ok last verify +.*no difference, a sample of 500\n/);
  expect(stdout).toMatch(/ok last drill +.*no difference, restored in 1 min 30 s\n/);
  expect(stdout).toMatch(/ok newest objects +1 COMPLETED\n/);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(stdout).not.toContain('\u001b');
  expect(code).toBe(0);

  let screens = 0;
  const pause = (ms: number) =>
    ms === 5_000 && ++screens === 2 ? Promise.reject(new Error('seen')) : Promise.resolve();
  const watched = await deployed.run(['status', '--watch', '5'], {}, { columns: 80, pause });
  const [before, ...drawn] = watched.stdout.split('\u001b[H\u001b[2J');
  expect([before, drawn.length]).toEqual(['', 2]);
  for (const text of drawn) {
    const lines = stripVTControlCharacters(text).split('\n');
    expect(lines[0]).toMatch(/^ +TABLE .* DRILLED$/);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(text).not.toContain(String.raw`\u`);
  }

  const json = (await deployed.run(['status', '--json'])).stdout;
  expect(records(json).find(({ type }) => type === 'table')).toMatchObject({
    ...{ table: deployed.tableName, verdict: 'ok', versions: 1, sizeBytes: 2, isWhole: true, lagMs: 4_000 },
    ...{ verifyDifferences: 0, drillDifferences: 0, verifiedAt: endedAt },
  });
  const { state } = states(json);
  expect(state('lag')).toMatchObject({ lagMs: 4_000 });
  expect(state('newest-image')).toMatchObject({ looked: 1, isWhole: true, newestAt: expect.any(String) as string });
  expect(state('newest-replica')).toMatchObject({ side: 'destination', looked: 1 });
  expect(state('recovery-point')).toMatchObject({
    verdict: 'ok',
    side: 'destination',
    found: expect.stringMatching(/ ago$/) as string,
    recoveryPoint: expect.any(String) as string,
    replicaAgeSeconds: expect.any(Number) as number,
  });
  expect(state('locks')).toMatchObject({
    ...{ verdict: 'ok', side: 'destination', unlocked: 0, sweptAt: expect.any(String) as string },
    found: expect.stringMatching(/^\d+ versions?, looked at .* ago; 0 were unlocked and 0 objects could/) as string,
  });
  expect(state('oldest-replica')).toMatchObject({
    found: 'at most 4 min old in the last 24 hours',
    mostReplicaAgeSeconds: 240,
  });
});

test('a heartbeat that no longer arrives is to be acted on, and a metric that is not there is not taken for a good one', async () => {
  const deployed = await deploy();
  const { sourceBucket, destinationBucket, tableName } = deployed;
  await beat(s3TextStore({ ...parts.source, bucket: sourceBucket }), '', { time: '2026-01-01T00:00:00Z' });
  await deployed.replication.drained();
  const { code, stdout } = await deployed.run(['status', '--json']);
  expect(code).toBe(3);
  expect(states(stdout).state('recovery-point')).toMatchObject({
    verdict: 'problem',
    recoveryPoint: '2026-01-01T00:00:00.000Z',
    remedy: expect.stringContaining('dcs check') as string,
  });
  await s3Client(parts.destination).send(
    new DeleteObjectCommand({ Bucket: destinationBucket, Key: '=dcs/=heartbeat.json' }),
  );
  const place = ['--destination-bucket', destinationBucket, '--destination-region', parts.destination.region];
  const endpoint = ['--destination-endpoint', parts.destination.endpoint];
  const gone = await deployed.run(['status', tableName, ...place, ...endpoint, '--json'], { DCS_CONFIG: undefined });
  expect(states(gone.stdout).state('recovery-point')).toMatchObject({
    verdict: 'problem',
    recoveryPoint: null,
    found: 'no heartbeat has arrived: there is no =dcs/=heartbeat.json',
  });
});

test('no data is said to be none, not zero', async () => {
  const deployed = await deploy();
  const { state } = states((await deployed.run(['status', '--json'])).stdout);
  expect(state('lag')).toMatchObject({ lagMs: null, found: 'no data in the last 15 minutes: no batch was read' });
  expect(state('pending')).toMatchObject({ pendingOperations: null });
  expect(state('newest-image')).toMatchObject({ newestAt: null });
  expect(state('last-drill')).toMatchObject({ verdict: 'warning', found: 'never' });
});

test('what has to be acted on is exit code 3, each with what to do', async () => {
  const deployed = await deploy();
  const { functionName, sourceBucket, destinationBucket } = deployed;
  const lambda = new LambdaClient(parts.source);
  const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName: functionName }));
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID: EventSourceMappings![0]!.UUID, Enabled: false }));
  await metric('AWS/Lambda', 'IteratorAge', { FunctionName: functionName }, 7_200_000);
  const ofRule = {
    SourceBucket: sourceBucket,
    DestinationBucket: destinationBucket,
    RuleId: `${deployed.tableName}-to-destination`,
  };
  await metric('AWS/S3', 'OperationsFailedReplication', ofRule, 3);
  await metric('AWS/S3', 'OperationsPendingReplication', ofRule, 12, parts.destination.region);
  await metric('AWS/S3', 'BytesPendingReplication', ofRule, 2_048, parts.destination.region);
  await s3Client(parts.source).send(
    new PutObjectCommand({ Bucket: sourceBucket, Key: 'aws/lambda/m/shard/2026/01/01/b', Body: '{}' }),
  );
  // One that somebody has deleted waits, too.
  const deleted = { Bucket: sourceBucket, Key: 'aws/lambda/m/shard/2026/01/01/deleted' };
  await s3Client(parts.source).send(new PutObjectCommand({ ...deleted, Body: '{}' }));
  await s3Client(parts.source).send(new DeleteObjectCommand(deleted));
  const { counts, ...begun } = newSweep({ mode: 'COMPLIANCE', retentionDays: 30 }, Date.now() - 60_000);
  const last = { ...begun, counts: { ...counts, versions: 5, left: 2 }, endedAt: begun.startedAt };
  const inDestination = s3TextStore({ ...parts.destination, bucket: destinationBucket });
  await inDestination.write(lockSweepsKey(''), sweepsText({ format: '1', last }));
  await report(deployed, 'verify', { verdict: 'differences', differences: { missing: 2, stale: 1 } });

  const { code, stdout } = await deployed.run(['status', '--json']);
  const { of, state } = states(stdout);
  expect(of('problem').sort()).toEqual(['failed', 'lag', 'last-verify', 'locks', 'mapping', 'parked-batches']);
  expect(state('failed')).toMatchObject({ failedOperations: 3 });
  expect(state('pending')).toMatchObject({ pendingOperations: 12, pendingBytes: 2_048 });
  expect(state('parked-batches')).toMatchObject({
    parked: 2,
    remedy: expect.stringContaining('dcs redrive') as string,
  });
  expect(state('last-verify')).toMatchObject({ differences: 3 });
  expect(state('locks')).toMatchObject({
    ...{ unlocked: 2, sweptAt: begun.startedAt, remedy: expect.stringContaining('dcs lock') as string },
    found: expect.stringContaining('2 objects could not be locked') as string,
  });
  expect(code).toBe(3);
});

test('with the source account lost, the destination is shown and the rest is said not to be seen', async () => {
  const deployed = await deploy();
  await putImage(deployed, 'a');
  await deployed.replication.drained();
  const { code, stdout } = await deployed.spawn(['status', '--json', '--source-endpoint', 'http://127.0.0.1:9']);
  const { all, state } = states(stdout);
  expect(state('newest-replica')).toMatchObject({ verdict: 'ok', looked: 1 });
  expect(all.filter(({ side }) => side === 'source').every(({ verdict }) => verdict === 'cannotTell')).toBe(true);
  expect(code).toBe(4);
});

describe('no clock of a machine decides anything', () => {
  const DAY_MS = 86_400_000;
  const NOWHERE = 'http://127.0.0.1:9';
  let folder: string;
  let dayFast: NodeJS.ProcessEnv;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'dcs-test-'));
    const file = path.join(folder, 'clock.cjs');
    await writeFile(file, `const now = Date.now; Date.now = () => now() + ${DAY_MS};`);
    dayFast = { NODE_OPTIONS: `--require ${file}` };
  });
  afterAll(() => rm(folder, { recursive: true }));
  const atOf = (stdout: string) => records(stdout).find(({ type }) => type === 'status')?.at;

  test('where the S3 of the destination gives no answer, it is the time of a service that does', async () => {
    const deployed = await deploy();
    const { sourceBucket: Bucket } = deployed;
    await s3Client(parts.source).send(new PutObjectCommand({ Bucket, Key: 'aws/lambda/m/s/2026/01/01/b', Body: '{}' }));
    const args = ['status', '--json', '--destination-endpoint', `s3=${NOWHERE}`];
    const { code, stdout, stderr } = await deployed.spawn(args, dayFast);
    expect(stderr).toMatch(/clock is 1 d fast by (S3|STS)'s/);
    expect(Math.abs(Date.parse(String(atOf(stdout))) - Date.now())).toBeLessThan(600_000);
    expect(states(stdout).state('parked-batches')?.found).toMatch(/^1, the oldest \d+ s old$/);
    expect(code).toBe(3);
  });

  test('where no service gives one, the time is unknown, and what hangs on it is not told', async () => {
    const deployed = await deploy();
    const nowhere = ['--source-endpoint', NOWHERE, '--destination-endpoint', NOWHERE];
    const { code, stdout } = await deployed.spawn(['status', '--json', ...nowhere], dayFast);
    expect(atOf(stdout)).toBeNull();
    expect(states(stdout).all.every(({ verdict }) => verdict === 'cannotTell')).toBe(true);
    expect(code).toBe(4);
    const onScreen = await deployed.spawn(['status', ...nowhere], dayFast);
    expect(onScreen.stdout).toContain('as of an unknown time: no service has told it');
    const checked = await deployed.spawn(['check', '--json', ...nowhere], dayFast);
    expect(checked.code).toBe(4);
    expect(checked.stderr).not.toContain('    at ');
  });
});

test('the newest images are listed once for all that is told of them', async () => {
  const deployed = await deploy();
  await putImage(deployed, 'a');
  const { gateway } = parts.source;
  const { faults } = gateway;
  let listings = 0;
  gateway.faults = (request) => {
    const { bucket, query } = request;
    const isOfTable = query.get('prefix') === `${deployed.tableName}/`;
    if (bucket === deployed.sourceBucket && isOfTable && query.has('list-type')) listings += 1;
    return faults(request);
  };
  const { stdout } = await deployed.run(['status', '--json']).finally(() => (gateway.faults = faults));
  expect(states(stdout).state('newest-image')).toMatchObject({ looked: 1 });
  expect(states(stdout).state('newest-objects')?.verdict).toBeDefined();
  expect(listings).toBe(1);
});

test('by options alone, without a settings file, the copy is shown', async () => {
  const deployed = await deploy();
  const place = ['--destination-bucket', deployed.destinationBucket, '--destination-region', parts.destination.region];
  const endpoint = ['--destination-endpoint', parts.destination.endpoint];
  const nothing = { DCS_CONFIG: undefined };
  const { code, stdout } = await deployed.run(['status', deployed.tableName, ...place, ...endpoint, '--json'], nothing);
  expect(code).toBe(4);
  const { of, all } = states(stdout);
  expect(of('ok')).toEqual(['newest-replica', 'restorable', 'hidden-replicas', 'recovery-point']);
  expect(of('cannotTell')).toEqual(['source']);
  expect(all.filter(({ side }) => side === 'source').map(({ found }) => found)).toEqual([
    'the settings say nothing of it',
  ]);
  const unnamed = await deployed.run(['status', ...place], nothing);
  expect(unnamed).toMatchObject({ code: 2, stdout: '' });
  expect(unnamed.stderr).toContain('tables is missing');
});

test('what a copy costs is read from the table, its stream, CloudWatch and a listing, and nothing is written', async () => {
  const deployed = await deploy();
  const { tableName } = deployed;
  await putImage(deployed, 'a');
  await putImage(deployed, 'a');
  await deployed.replication.drained();
  await metric('AWS/DynamoDB', 'ConsumedWriteCapacityUnits', { TableName: tableName }, 7_200);

  const sized = ['--item-bytes', '600', '--price-region', 'us-east-1'];
  const { code, stdout } = await deployed.run(['costs', tableName, ...sized, '--count-versions', '--json']);
  expect(code).toBe(0);
  const figures = new Map(
    records(stdout).flatMap(({ type, name, value }) => (type === 'figure' ? [[name, value]] : [])),
  );
  expect(figures.get('items')).toBe(0);
  expect(figures.get('shards')).toBeGreaterThanOrEqual(1);
  expect(figures.get('versions')).toBe(2);
  // Within an hour or two: 7,200 units, one for each change of 600 bytes.
  expect(figures.get('changesPerSecond')).toBeGreaterThanOrEqual(1);
  expect(figures.get('changesPerSecond')).toBeLessThanOrEqual(2);
  expect(records(stdout).at(-1)).toMatchObject({ type: 'costs', table: tableName, unknown: 0 });

  const estimate = await deployed.run(['backfill', tableName, '--estimate', ...sized, '--items', '1000', '--json']);
  expect(records(estimate.stdout).at(-1)).toMatchObject({ type: 'work', name: 'backfill, by a scan', unknown: 0 });
  const images = await s3VersionLister({ ...parts.source, bucket: deployed.sourceBucket }).page(`${tableName}/a/`, {});
  expect(images.versions).toHaveLength(2);

  const all = await deployed.run(['costs', '--all', '--price-region', 'us-east-1', '--json']);
  expect(records(all.stdout)).toContainEqual(expect.objectContaining({ type: 'costs', table: tableName }));
  expect(records(all.stdout).at(-1)).toMatchObject({ type: 'tables', tables: [{ table: tableName, exitCode: 0 }] });
  const sizedAll = await deployed.run(['costs', '--all', '--items', '5']);
  expect(sizedAll).toMatchObject({ code: 2, stderr: expect.stringContaining('--items is for one table') as string });

  const nowhere = await deployed.run(['costs', 'nowhere']);
  expect(nowhere).toMatchObject({ code: 4, stderr: expect.stringContaining('--items N') as string });
});

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { refreshDefinition } from '../../../aws/storedDefinition';
import { describeTableDefinition } from '../../../aws/tableDefinition';
import { s3TextStore } from '../../../aws/textStore';
import { VARIABLES } from '../../../core/functionVariables';
import type { Layout } from '../../../settings/batches';
import type { LocalRun } from '../../../local/localRun';
import { startLocalTable, type LocalTable } from '../../../local/localTable';
import { outcomeOf, type Outcome } from '../../support/outcome';
import { tableOf } from './deployment';
import { executableIn } from './executable';
import { runInProcess } from './inProcess';

/** The real executable, in processes of its own, on the parts of a local run. */
export interface DcsOnRun {
  /** Holds the settings file; a command's current folder. */
  readonly folder: string;
  run(args: readonly string[]): Promise<Outcome>;
  /** The same in this process, for many commands one after the other. */
  inProcess(args: readonly string[]): Promise<Outcome>;
  /** Starts it, for a test that ends it halfway. */
  start(args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Outcome> };
  remove(): Promise<void>;
}

/** @param tables the first one's database is the source account's: in DynamoDB Local every table has one of its own */
export async function dcsOnRun(run: LocalRun, ...tables: [LocalTable, ...LocalTable[]]): Promise<DcsOnRun> {
  const folder = await mkdtemp(path.join(tmpdir(), 'dcs-test-'));
  const executable = await executableIn(folder);
  const watch = path.join(folder, 'watch.js');
  await bundleWatch(watch);
  const account = ({ accountId, bucket }: LocalRun['source'], region: string) => ({
    accountId,
    region,
    bucketName: bucket,
  });
  const { endpoint: dynamoDb = '', region = '', credentials } = tables[0].dynamoDb;
  const settings = {
    // DynamoDB Local tells databases apart by region, too; moto's S3 does not mind.
    source: account(run.source, region),
    destination: account(run.destination, run.destination.region),
    tables: [...tables.map(settingsOf), { name: 'plain', partitionKey: { name: 'id', type: 'S' } }],
  };
  await writeFile(path.join(folder, 'dcs.config.json'), JSON.stringify(settings));
  const env = {
    PATH: process.env.PATH,
    ...keysOf(credentials),
    DCS_SOURCE_ENDPOINT: `s3=${run.source.endpoint} sts=${run.source.endpoint} dynamodb=${dynamoDb}`,
    DCS_DESTINATION_ENDPOINT: `s3=${run.destination.endpoint} sts=${run.destination.endpoint} dynamodb=${dynamoDb}`,
    DCS_STATE_DIR: path.join(folder, 'state'),
    DCS_RECORD_CALLS: process.env.DCS_RECORD_CALLS ?? '',
  };
  const start: DcsOnRun['start'] = (args) => {
    const child = spawn(process.execPath, ['--require', watch, executable, ...args], { env, cwd: folder });
    return { child, ended: outcomeOf(child) };
  };
  const inProcess: DcsOnRun['inProcess'] = (args) =>
    runInProcess({ ...env, DCS_CONFIG: path.join(folder, 'dcs.config.json') }, args);
  return { folder, start, inProcess, run: (args) => start(args).ended, remove: () => rm(folder, { recursive: true }) };
}

/** What holds each call of the command to what is written down of it. */
async function bundleWatch(outfile: string): Promise<void> {
  const entryPoints = [path.resolve(__dirname, '../../support/calls/preload.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' });
}

/** Stores the table's definition in the source bucket, as the schedule does. */
export async function storeDefinition(run: LocalRun, { deployed: { tableName }, dynamoDb }: LocalTable): Promise<void> {
  const describe = () => describeTableDefinition(tableName, dynamoDb);
  await refreshDefinition({ prefix: '', texts: s3TextStore(run.source), describe }, tableName);
}

function settingsOf({ deployed: { tableName, createTable, keySchema, captureFunction } }: LocalTable) {
  const attribute = (name: string) => {
    const found = createTable.AttributeDefinitions.find(({ AttributeName }) => AttributeName === name);
    return { name, type: found?.AttributeType };
  };
  const { partitionKey, sortKey } = keySchema;
  return {
    name: tableName,
    partitionKey: attribute(partitionKey),
    ...(sortKey !== undefined && { sortKey: attribute(sortKey) }),
    layout: captureFunction.environment[VARIABLES.layout] ?? 'images',
  };
}

function keysOf(credentials: unknown): Record<string, string> {
  const { accessKeyId, secretAccessKey } = credentials as { accessKeyId: string; secretAccessKey: string };
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

/** A table of its own for a test, like one of the deployment's and captured as that is. A batch that fails is parked at once. */
export function startTableLike(
  run: LocalRun,
  like: 'users' | 'orders',
  tableName: string,
  onLog: (line: string) => void = () => undefined,
  layout: Layout = 'images',
): Promise<LocalTable> {
  const { deployed } = tableOf(run, like);
  const { captureFunction, eventSourceMapping } = deployed;
  const environment = {
    ...captureFunction.environment,
    [VARIABLES.tableName]: tableName,
    [VARIABLES.layout]: layout,
  };
  return startLocalTable({
    deployed: {
      ...deployed,
      tableName,
      captureFunction: { ...captureFunction, environment },
      eventSourceMapping: {
        ...eventSourceMapping,
        uuid: `mapping-${tableName}`,
        maximumRetryAttempts: 0,
        bisectBatchOnFunctionError: false,
      },
    },
    dynamoDb: run.sourceDynamoDb(tableName),
    source: run.source,
    bundlesFolder: path.resolve(__dirname, '../../../dist/lambda'),
    onLog,
    retryPauseMs: 1,
  });
}

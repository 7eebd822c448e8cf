import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleCommand } from '../../cli/bundle';
import { DcsError } from '../../core/errors';
import { VARIABLES } from '../../core/functionVariables';
import type { Deployment } from '../deployment/synthesized';
import type { LocalRun } from '../localRun';
import { TableExportStandIn } from '../engine/tableExport';
import { TableImportStandIn } from '../engine/tableImport';
import { startDynamoDbGateway } from './dynamoDbGateway';
import { folderPrefix } from './leftovers';
import type { Thing } from './things';

/** A folder in which `npx dcs` finds the command, its settings, and where everything is. */
export interface Workspace {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** DynamoDB, of which the tables of both accounts are. */
  readonly dynamoDbEndpoint: string;
  /** Writes each thing to try as a script: try/1.sh and so on. */
  writeThings(things: readonly Thing[]): Promise<void>;
  remove(): Promise<void>;
}

export async function makeWorkspace(run: LocalRun, deployment: Deployment): Promise<Workspace> {
  const folder = await mkdtemp(path.join(tmpdir(), folderPrefix(process.pid)));
  const programs = path.join(folder, 'node_modules/.bin');
  await mkdir(programs, { recursive: true });
  await bundleCommand(path.join(programs, 'dcs'));
  await chmod(path.join(programs, 'dcs'), 0o755);
  await writeFile(path.join(folder, 'dcs.config.json'), `${JSON.stringify(settingsOf(deployment), undefined, 2)}\n`);
  const dynamoDb = [...run.tables.values()][0]?.dynamoDb.endpoint;
  if (dynamoDb === undefined) throw new DcsError('the settings of the sandbox have no table');
  const { accountId, region, endpoint, credentials } = run.destination;
  const { source } = run;
  const exports = new TableExportStandIn({
    s3(owner) {
      const { endpoint, region, credentials } = owner === accountId ? run.destination : source;
      return { endpoint, region, credentials };
    },
    tableSettings: (tableName) => ({ ...run.sourceDynamoDb(tableName), region: source.region }),
    hasPointInTimeRecovery: () => true,
  });
  const imports = new TableImportStandIn({
    ...{ accountId, region, s3: { endpoint, region, credentials } },
    // A database is one of a key and a Region.
    tableSettings: (tableName) => ({ ...run.sourceDynamoDb(tableName), region }),
  });
  const gateway = await startDynamoDbGateway(dynamoDb, (tableName) => accessKeyOf(run, tableName), {
    imports,
    exports,
  });
  const environment = environmentOf(run, folder, gateway.endpoint);
  const lines = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'\n`);
  await writeFile(path.join(folder, 'env.sh'), lines.join(''), { mode: 0o600 });
  return {
    folder,
    environment,
    dynamoDbEndpoint: gateway.endpoint,
    async writeThings(things) {
      await mkdir(path.join(folder, 'try'));
      for (const [i, { does, steps }] of things.entries()) {
        const script = ['#!/bin/sh', `# ${does}`, ...steps.map(({ command }) => command)].join('\n');
        await writeFile(path.join(folder, `try/${i + 1}.sh`), `${script}\n`, { mode: 0o755 });
      }
    },
    async remove() {
      await Promise.all([imports.stop(), exports.stop()]);
      await gateway.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function settingsOf({ source, destination, engine, tables }: Deployment) {
  const account = ({ accountId, region, bucketName }: Deployment['source']) => ({ accountId, region, bucketName });
  return {
    source: account(source),
    destination: account(destination),
    ...(engine && { engine: { enabled: true, bucketName: engine.bucketName } }),
    tables: tables.map(({ tableName, keySchema: { partitionKey, sortKey }, createTable, captureFunction }) => {
      const key = (name: string) => ({
        name,
        type: createTable.AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType,
      });
      return {
        name: tableName,
        partitionKey: key(partitionKey),
        ...(sortKey !== undefined && { sortKey: key(sortKey) }),
        layout: captureFunction.environment[VARIABLES.layout] ?? 'images',
      };
    }),
  };
}

/** Of the database in which the local run has this table. */
function accessKeyOf(run: LocalRun, tableName: string): string {
  const { credentials } = run.sourceDynamoDb(tableName);
  return (credentials as { accessKeyId: string }).accessKeyId;
}

function environmentOf(run: LocalRun, folder: string, dynamoDb: string): Record<string, string> {
  const reached = ({ endpoint }: LocalRun['source']) => `${endpoint} dynamodb=${dynamoDb}`;
  // Keys of the destination: what has an account's number in its ARN is found by them, and everything else by any.
  const { accessKeyId, secretAccessKey, sessionToken } = run.destination.credentials;
  return {
    ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken },
    DCS_CONFIG: path.join(folder, 'dcs.config.json'),
    DCS_SOURCE_ENDPOINT: reached(run.source),
    DCS_DESTINATION_ENDPOINT: reached(run.destination),
    DCS_STATE_DIR: path.join(folder, 'state'),
  };
}

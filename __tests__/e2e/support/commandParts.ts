import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createVersionedBucket } from '../../../local/aws/versionedBucket';
import { s3ImageStore } from '../../../aws/imageStore';
import type { AwsSettings } from '../../../aws/awsSettings';
import { dynamoDbTable, type Table } from '../../../aws/table';
import { s3TextStore } from '../../../aws/textStore';
import type { AttributeMap } from '../../../core/attributeValue';
import { encodeImage, itemDigest, type ImageHeader } from '../../../core/image';
import { keysOf, objectKeyOf, type KeySchema } from '../../../core/objectKey';
import { tableDefinitionKey, tableDefinitionText, type TableDefinition } from '../../../core/tableDefinition';
import { startS3Gateway, type S3Gateway } from '../../../local/parts/s3Gateway';
import type { DynamoDbPart } from '../../../local/parts/servers';
import type { Outcome } from '../../support/outcome';
import { runInProcess } from './inProcess';
import { sharedAccount, sharedDynamoDb } from './servers/shared';

/** DynamoDB Local, and S3 behind a gateway that can make it fail: what the commands' tests share. */
export interface CommandParts {
  readonly dynamoDb: DynamoDbPart;
  readonly s3: S3Gateway;
}

const REGION = 'eu-west-1';

/** Runs the parts for all tests of a file; takes S3's faults away after each, and what the tests have left on the disk at the end. */
export function commandPartsOfFile(): CommandParts {
  let started: Awaited<ReturnType<typeof startCommandParts>>;
  beforeAll(async () => {
    started = await startCommandParts();
  });
  afterEach(() => {
    started.s3.faults = () => undefined;
  });
  afterAll(async () => {
    await started.stop();
    await removeFolders();
  });
  return {
    get dynamoDb() {
      return started.dynamoDb;
    },
    get s3() {
      return started.s3;
    },
  };
}

async function startCommandParts(): Promise<CommandParts & { stop(): Promise<void> }> {
  const [dynamoDb, account] = await Promise.all([sharedDynamoDb(), sharedAccount('222222222222', REGION)]);
  const s3 = await startS3Gateway(account.endpoint);
  return {
    dynamoDb,
    s3,
    async stop() {
      await s3.stop();
      await Promise.all([dynamoDb.stop(), account.stop()]);
    },
  };
}

/** A bucket, a database and a settings file of one test's own. */
export interface Deployment {
  readonly folder: string;
  /** What the settings file says. */
  readonly settings: { readonly destination: unknown; readonly tables: readonly { readonly name: string }[] };
  /** Name of the destination bucket. */
  readonly bucket: string;
  readonly env: NodeJS.ProcessEnv;
  readonly dynamoDb: AwsSettings;
  readonly table: (name: string) => Table;
  store(images: readonly StoredChange[], storageClass?: string): Promise<void>;
  define(definition: TableDefinition): Promise<void>;
  /** @param nowMs this machine's clock */
  run(args: readonly string[], env?: NodeJS.ProcessEnv, nowMs?: () => number): Promise<Outcome>;
}

/** A change of an item: what it was, and what it is. */
export interface StoredChange {
  readonly before?: AttributeMap;
  readonly after?: AttributeMap;
  readonly atMs: number;
  readonly streamLabel?: string;
}

const TABLE = { name: 'users', partitionKey: { name: 'id', type: 'S' } } as const;
export const KEY_SCHEMA: KeySchema = { partitionKey: 'id' };
export const LOCATION = { prefix: '', tableName: 'users' };

/** @param name letters and digits: of the access key id, which is a database of its own in DynamoDB Local */
export async function deploy({ dynamoDb, s3 }: CommandParts, name: string): Promise<Deployment> {
  const folder = await mkdtemp(path.join(tmpdir(), 'dcs-test-'));
  const bucket = `${name}-destination`.toLowerCase();
  const accessKeyId = `${dynamoDb.databasePrefix ?? ''}${name}`;
  const credentials = { accessKeyId, secretAccessKey: 'local' };
  const s3Settings = { endpoint: s3.endpoint, region: REGION, credentials, bucket };
  const settings = {
    source: { accountId: '111111111111', region: 'eu-central-1', bucketName: `${name}-source`.toLowerCase() },
    destination: { accountId: '222222222222', region: REGION, bucketName: bucket },
    tables: [TABLE],
  };
  await writeFile(path.join(folder, 'dcs.config.json'), JSON.stringify(settings));
  await createVersionedBucket(s3Settings, bucket);

  const env = {
    PATH: process.env.PATH,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
    DCS_CONFIG: path.join(folder, 'dcs.config.json'),
    DCS_STATE_DIR: path.join(folder, 'state'),
  };
  folders.push(folder);
  const dynamoDbSettings = { endpoint: dynamoDb.endpoint, region: REGION, credentials };
  let sequenceNumber = 100;
  return {
    folder,
    settings,
    bucket,
    env,
    dynamoDb: dynamoDbSettings,
    table: (tableName) => dynamoDbTable(tableName, dynamoDbSettings),
    async store(changes, storageClass = 'STANDARD') {
      const images = s3ImageStore({ ...s3Settings, largeImageStorageClass: storageClass });
      for (const { before, after, atMs, streamLabel = 'label' } of changes) {
        const keys = keysOf(KEY_SCHEMA, (after ?? before)!);
        const header: ImageHeader = {
          event: after === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY',
          position: { source: 'stream', streamLabel, sequenceNumber: String(sequenceNumber++) },
          changedAtMs: atMs,
          previousDigest: itemDigest(before),
        };
        await images.put(objectKeyOf(LOCATION, KEY_SCHEMA, keys), encodeImage(header, after));
      }
    },
    define: (definition) =>
      s3TextStore(s3Settings).write(tableDefinitionKey(LOCATION), tableDefinitionText(definition)),
    run: (args, more, nowMs) => runInProcess({ ...env, ...more }, args, nowMs),
  };
}

const folders: string[] = [];
async function removeFolders(): Promise<void> {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
}

/** The records of a command's output, by type. */
export function records(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export async function itemsOf(table: Table): Promise<AttributeMap[]> {
  const items: AttributeMap[] = [];
  for await (const page of table.scan()) items.push(...page);
  return items;
}

import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListTagsOfResourceCommand,
  type KeySchemaElement,
  type ProvisionedThroughputDescription,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { DcsError } from '../core/errors';
import { tableIdOf } from '../core/formerTable';
import { TABLE_DEFINITION_FORMAT, type CreateTable, type TableDefinition } from '../core/tableDefinition';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

/** Asks DynamoDB for everything that makes the table what it is. */
export async function describeTableDefinition(
  tableName: string,
  settings: AwsSettings,
  abortSignal?: AbortSignal,
): Promise<TableDefinition> {
  const client = new DynamoDBClient(sdkClientConfig(settings, { attempts: 8 }));
  const asked: Asked = { client, stop: { abortSignal } };
  const { Table: table } = await client.send(new DescribeTableCommand({ TableName: tableName }), asked.stop);
  if (!table) throw new DcsError(`DescribeTable of ${tableName} answered without a table`);
  const [ttlAttributeName, recoveryDays, tags] = await Promise.all([
    timeToLiveAttributeName(asked, tableName),
    ifSupported(() => pointInTimeRecoveryDays(asked, tableName)),
    ifSupported(() => tagsOf(asked, table.TableArn)),
  ]);
  return {
    format: TABLE_DEFINITION_FORMAT,
    tableName,
    createTable: { ...createTableOf(table), ...(tags && tags.length > 0 && { Tags: tags }) },
    ...(ttlAttributeName !== undefined && { timeToLiveAttributeName: ttlAttributeName }),
    ...(recoveryDays !== undefined && { pointInTimeRecoveryDays: recoveryDays }),
    ...(table.SSEDescription?.KMSMasterKeyArn !== undefined && { kmsKeyArn: table.SSEDescription.KMSMasterKeyArn }),
    tableId: tableIdOf(table),
    ...(table.CreationDateTime !== undefined && { createdAt: table.CreationDateTime.toISOString() }),
  };
}

/** Copies CreateTable's words out of DescribeTable's, in a fixed order and without what changes by itself (counts, ARNs). */
export function createTableOf(table: TableDescription): CreateTable {
  const isOnDemand = table.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST';
  const capacity = isOnDemand ? onDemand : provisioned;
  const locals = byName(table.LocalSecondaryIndexes ?? [], ({ IndexName }) => IndexName).map(indexOf);
  const globals = byName(table.GlobalSecondaryIndexes ?? [], ({ IndexName }) => IndexName).map((index) => ({
    ...indexOf(index),
    ...capacity(index),
  }));
  return {
    AttributeDefinitions: byName(table.AttributeDefinitions ?? [], ({ AttributeName }) => AttributeName).map(
      ({ AttributeName = '', AttributeType = 'S' }) => ({ AttributeName, AttributeType }),
    ),
    KeySchema: keySchema(table.KeySchema),
    BillingMode: isOnDemand ? 'PAY_PER_REQUEST' : 'PROVISIONED',
    ...capacity(table),
    ...(locals.length > 0 && { LocalSecondaryIndexes: locals }),
    ...(globals.length > 0 && { GlobalSecondaryIndexes: globals }),
    ...(table.StreamSpecification?.StreamEnabled && {
      StreamSpecification: {
        StreamEnabled: true,
        StreamViewType: table.StreamSpecification.StreamViewType ?? 'NEW_AND_OLD_IMAGES',
      },
    }),
    ...(table.TableClassSummary?.TableClass === 'STANDARD_INFREQUENT_ACCESS' && {
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
    }),
    ...(table.DeletionProtectionEnabled && { DeletionProtectionEnabled: true }),
  };
}

interface Capacity {
  ProvisionedThroughput?: ProvisionedThroughputDescription;
  OnDemandThroughput?: { MaxReadRequestUnits?: number; MaxWriteRequestUnits?: number };
}

function provisioned({ ProvisionedThroughput: { ReadCapacityUnits = 1, WriteCapacityUnits = 1 } = {} }: Capacity) {
  return { ProvisionedThroughput: { ReadCapacityUnits, WriteCapacityUnits } };
}

function onDemand({ OnDemandThroughput: limits }: Capacity) {
  return limits === undefined ? {} : { OnDemandThroughput: limits };
}

function indexOf({
  IndexName = '',
  KeySchema,
  Projection: { ProjectionType, NonKeyAttributes } = {},
}: {
  IndexName?: string;
  KeySchema?: KeySchemaElement[];
  Projection?: { ProjectionType?: string; NonKeyAttributes?: string[] };
}) {
  const projection = { ProjectionType, ...(NonKeyAttributes && { NonKeyAttributes: [...NonKeyAttributes].sort() }) };
  return { IndexName, KeySchema: keySchema(KeySchema), Projection: projection };
}

function keySchema(elements: KeySchemaElement[] = []): CreateTable['KeySchema'] {
  return elements.map(({ AttributeName = '', KeyType = 'HASH' }) => ({ AttributeName, KeyType }));
}

/** Whom the calls go to, and what ends them. */
interface Asked {
  readonly client: DynamoDBClient;
  readonly stop: { readonly abortSignal?: AbortSignal };
}

async function timeToLiveAttributeName({ client, stop }: Asked, TableName: string): Promise<string | undefined> {
  const { TimeToLiveDescription: ttl } = await client.send(new DescribeTimeToLiveCommand({ TableName }), stop);
  return ttl?.TimeToLiveStatus === 'ENABLED' || ttl?.TimeToLiveStatus === 'ENABLING' ? ttl.AttributeName : undefined;
}

async function pointInTimeRecoveryDays({ client, stop }: Asked, TableName: string): Promise<number | undefined> {
  const { ContinuousBackupsDescription: backups } = await client.send(
    new DescribeContinuousBackupsCommand({ TableName }),
    stop,
  );
  const recovery = backups?.PointInTimeRecoveryDescription;
  return recovery?.PointInTimeRecoveryStatus === 'ENABLED' ? (recovery.RecoveryPeriodInDays ?? 35) : undefined;
}

async function tagsOf(
  { client, stop }: Asked,
  ResourceArn: string | undefined,
): Promise<{ Key: string; Value: string }[]> {
  const tags: { Key: string; Value: string }[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListTagsOfResourceCommand({ ResourceArn, NextToken }), stop);
    // AWS makes tags that start with aws: and refuses them from anybody else.
    for (const { Key = '', Value = '' } of page.Tags ?? []) if (!Key.startsWith('aws:')) tags.push({ Key, Value });
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return byName(tags, ({ Key }) => Key);
}

/** DynamoDB Local has neither tags nor continuous backups, and says so in these two ways. AWS never does. */
async function ifSupported<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'UnknownOperationException' || message.includes('not currently supported in DynamoDB Local'))
      return undefined;
    throw error;
  }
}

function byName<Named>(list: readonly Named[], nameOf: (named: Named) => string | undefined): Named[] {
  return [...list].sort((a, b) => ((nameOf(a) ?? '') < (nameOf(b) ?? '') ? -1 : 1));
}

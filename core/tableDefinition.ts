import { DcsError } from './errors';
import { tablePrefix, type KeySchema, type TableLocation } from './objectKey';

/** What has to be known to make a table again: `<prefix><table>/table.json`. `docs/format.md` specifies it. */
export interface TableDefinition {
  readonly format: typeof TABLE_DEFINITION_FORMAT;
  readonly tableName: string;
  /** The input of DynamoDB's CreateTable as it is. The encryption key is left out: it belongs to the source account. */
  readonly createTable: CreateTable;
  /** What can only be set once the table exists. */
  readonly timeToLiveAttributeName?: string;
  readonly pointInTimeRecoveryDays?: number;
  /** ARN of the customer-managed key of the source account, for information. */
  readonly kmsKeyArn?: string;
}

export const TABLE_DEFINITION_FORMAT = '1';

/** CreateTable's words for what this project keeps; lists are sorted by name. */
export interface CreateTable {
  readonly AttributeDefinitions: readonly { AttributeName: string; AttributeType: 'S' | 'N' | 'B' }[];
  readonly KeySchema: readonly KeyElement[];
  readonly BillingMode: 'PAY_PER_REQUEST' | 'PROVISIONED';
  readonly ProvisionedThroughput?: Throughput;
  readonly OnDemandThroughput?: OnDemandThroughput;
  readonly LocalSecondaryIndexes?: readonly Index[];
  readonly GlobalSecondaryIndexes?: readonly (Index & {
    ProvisionedThroughput?: Throughput;
    OnDemandThroughput?: OnDemandThroughput;
  })[];
  readonly StreamSpecification?: { StreamEnabled: true; StreamViewType: string };
  readonly TableClass?: 'STANDARD_INFREQUENT_ACCESS';
  readonly DeletionProtectionEnabled?: true;
  readonly Tags?: readonly { Key: string; Value: string }[];
}
interface KeyElement {
  AttributeName: string;
  KeyType: 'HASH' | 'RANGE';
}
interface Throughput {
  ReadCapacityUnits: number;
  WriteCapacityUnits: number;
}
interface OnDemandThroughput {
  MaxReadRequestUnits?: number;
  MaxWriteRequestUnits?: number;
}
interface Index {
  IndexName: string;
  KeySchema: readonly KeyElement[];
  Projection: { ProjectionType?: string; NonKeyAttributes?: readonly string[] };
}

/** Where a table's definition is stored. */
export function tableDefinitionKey(location: TableLocation): string {
  return `${tablePrefix(location)}table.json`;
}

/** The text that is stored: the same definition always gives the same text, so that a new version means a change. */
export function tableDefinitionText(definition: TableDefinition): string {
  return `${JSON.stringify(definition, null, 2)}\n`;
}

/** @throws DcsError when the text is no table definition of a known format */
export function readTableDefinition(text: string): TableDefinition {
  let definition: Partial<TableDefinition>;
  try {
    definition = JSON.parse(text) as Partial<TableDefinition>;
  } catch (cause) {
    throw new DcsError(`table.json is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (definition.format !== TABLE_DEFINITION_FORMAT) {
    throw new DcsError(
      `table.json has the format ${JSON.stringify(definition.format)}; this version of dcs reads ${TABLE_DEFINITION_FORMAT}. Use the version that wrote it`,
    );
  }
  if (!definition.createTable?.KeySchema || definition.tableName === undefined) {
    throw new DcsError('table.json has no tableName or no createTable.KeySchema; restore an earlier version of it');
  }
  return definition as TableDefinition;
}

/** Names of the table's key attributes. */
export function keySchemaOf({ createTable, tableName }: Pick<TableDefinition, 'createTable' | 'tableName'>): KeySchema {
  const named = (type: KeyElement['KeyType']) =>
    createTable.KeySchema.find(({ KeyType }) => KeyType === type)?.AttributeName;
  const partitionKey = named('HASH');
  if (partitionKey === undefined)
    throw new DcsError(`the definition of ${tableName} has no partition key (KeyType HASH)`);
  return { partitionKey, sortKey: named('RANGE') };
}

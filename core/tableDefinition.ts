import { z } from 'zod';
import { DcsError, QuotingError } from './errors';
import { tablePrefix, type KeySchema, type TableLocation } from './objectKey';
import { plainText } from './plainText';
import { quoted } from './quoted';

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
  /** DynamoDB's id of this very table: one that is made again under its name has another. */
  readonly tableId?: string;
  /** When the table was created, ISO 8601. */
  readonly createdAt?: string;
}

/** A table.json that cannot be used: damaged, of another format, or of another table. */
export class UnreadableDefinitionError extends QuotingError {}

/** The definition of a table has some kilobytes: twenty indexes and fifty tags. Whoever plants a larger one does not fill the memory. */
export const LARGEST_DEFINITION_BYTES = 1024 * 1024;

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

/** @throws UnreadableDefinitionError when the text is no table definition of a known format */
export function readTableDefinition(text: string): TableDefinition {
  const given = parsed(text);
  const format = typeof given === 'object' && given !== null && 'format' in given ? given.format : undefined;
  if (format !== TABLE_DEFINITION_FORMAT) {
    throw new UnreadableDefinitionError(
      `table.json has the format ${quoted(format)}; this version of dcs reads ${TABLE_DEFINITION_FORMAT}. Use the version that wrote it, or give a definition of your own (--definition)`,
    );
  }
  const result = tableDefinition.safeParse(given);
  if (result.success) return result.data as unknown as TableDefinition;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new UnreadableDefinitionError(
    `table.json is damaged: ${problems.join('; ')}. Restore an earlier version of it, or give a definition of your own (--definition)`,
  );
}

/** Of CreateTable's input, what a stored definition has; `docs/format.md` specifies it. */
const STORED_FIELDS: ReadonlySet<string> = new Set<keyof CreateTable>([
  ...(['AttributeDefinitions', 'KeySchema', 'BillingMode', 'ProvisionedThroughput', 'OnDemandThroughput'] as const),
  ...(['LocalSecondaryIndexes', 'GlobalSecondaryIndexes', 'StreamSpecification', 'TableClass'] as const),
  ...(['DeletionProtectionEnabled', 'Tags'] as const),
]);

/**
 * A definition as it is stored by this service, whatever else stands in it: whoever plants one could have a restored table made with a policy
 * that lets others in, or encrypted with a key of theirs.
 */
export function withoutPlanted(definition: TableDefinition): TableDefinition {
  const fields = Object.entries(definition.createTable).filter(([field]) => STORED_FIELDS.has(field));
  return { ...definition, createTable: Object.fromEntries(fields) as unknown as CreateTable };
}

/** @throws UnreadableDefinitionError when it is the definition of none of these tables */
export function requireTable(definition: TableDefinition, tableNames: readonly string[]): TableDefinition {
  if (tableNames.includes(definition.tableName)) return definition;
  throw new UnreadableDefinitionError(
    `it is the definition of the table ${definition.tableName}, not of ${tableNames.join(' or ')}; correct its tableName if it is meant`,
  );
}

function parsed(given: string): unknown {
  const text = plainText(given);
  if (typeof text !== 'string') throw new UnreadableDefinitionError(`table.json cannot be read: ${text.problem}`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnreadableDefinitionError(`table.json is not JSON: ${(cause as Error).message}`, { cause });
  }
}

const keySchema = z
  .array(z.looseObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }))
  .min(1)
  .max(2)
  .refine((keys) => keys[0]?.KeyType === 'HASH' && keys[1]?.KeyType !== 'HASH', 'HASH, then RANGE at most')
  .refine((keys) => keys[0]?.AttributeName !== keys[1]?.AttributeName, 'two attributes, not one twice');
const index = z.looseObject({ IndexName: z.string(), KeySchema: keySchema, Projection: z.looseObject({}) });

/** What is read of it; what else CreateTable takes is passed on, and DynamoDB's to judge. */
const tableDefinition = z.looseObject({
  tableName: z.string().min(1),
  createTable: z
    .looseObject({
      AttributeDefinitions: z.array(
        z.looseObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
      ),
      KeySchema: keySchema,
      BillingMode: z.enum(['PAY_PER_REQUEST', 'PROVISIONED']).optional(),
      LocalSecondaryIndexes: z.array(index).optional(),
      GlobalSecondaryIndexes: z.array(index).optional(),
      Tags: z.array(z.looseObject({ Key: z.string(), Value: z.string() })).optional(),
    })
    .refine(
      ({ AttributeDefinitions: typed, KeySchema }) =>
        KeySchema.every((key) => typed.some(({ AttributeName }) => AttributeName === key.AttributeName)),
      'every key attribute is in AttributeDefinitions',
    ),
  timeToLiveAttributeName: z.string().min(1).optional(),
  pointInTimeRecoveryDays: z.int().min(1).max(35).optional(),
  tableId: z.string().min(1).optional(),
  createdAt: z.string().optional(),
});

/** Names of the table's key attributes. */
export function keySchemaOf({ createTable, tableName }: Pick<TableDefinition, 'createTable' | 'tableName'>): KeySchema {
  return keySchemaIn(createTable, tableName);
}

/** The same of what DescribeTable says. @throws DcsError when there is no partition key */
export function keySchemaIn(
  // Stryker disable next-line ArrayDeclaration: what it puts there instead is no key, either
  { KeySchema: elements = [] }: { KeySchema?: readonly Partial<Record<keyof KeyElement, string>>[] },
  tableName: string,
): KeySchema {
  const named = (type: KeyElement['KeyType']) => elements.find(({ KeyType }) => KeyType === type)?.AttributeName;
  const partitionKey = named('HASH');
  if (partitionKey === undefined)
    throw new DcsError(`the definition of ${tableName} has no partition key (KeyType HASH)`);
  return { partitionKey, sortKey: named('RANGE') };
}

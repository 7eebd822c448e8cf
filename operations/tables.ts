import { readTableDefinition, keySchemaOf, tableDefinitionKey, type TableDefinition } from '../core/tableDefinition';
import type { TableLocation } from '../core/objectKey';
import { UsageError } from '../core/errors';
import type { ImageSource } from './images/imageSource';
import type { ConfiguredTable, KeyWords, LocatedTable } from '../settings/configuredTable';

/** A table's definition as it was at a moment: the last one stored by then, else the first one there is. */
export async function definitionAt(
  source: ImageSource,
  table: TableLocation,
  momentMs: number,
): Promise<TableDefinition | undefined> {
  const history = await source.history(tableDefinitionKey(table));
  const version = history?.versions.findLast(({ storedAtMs }) => storedAtMs <= momentMs) ?? history?.versions[0];
  if (!version) return undefined;
  const { body } = await source.images.get(version.objectKey, version.versionId);
  return readTableDefinition(body);
}

/** A table in a copy, with what the copy says of it. */
export interface KnownTable {
  readonly table: ConfiguredTable;
  /** As of the moment; undefined where the copy has none. */
  readonly definition?: TableDefinition;
}

/**
 * A table with its keys: its own definition says what they are, and the settings where there is none.
 *
 * @throws UsageError where neither does
 */
export async function knownTable(source: ImageSource, located: LocatedTable, momentMs: number): Promise<KnownTable> {
  const { prefix, tableName, configuredKeys } = located;
  const definition = await definitionAt(source, located, momentMs);
  const words = definition ? keyWordsOf(definition) : configuredKeys;
  if (words) return { table: { prefix, tableName, ...words }, definition };
  throw new UsageError([
    `what the keys of ${tableName} are is nowhere to be found: ${source.name} has no ${tableDefinitionKey(located)}. Give them with --partition-key NAME:TYPE (and --sort-key NAME:TYPE), add the table to the settings file, or correct its name or --prefix, which is ${JSON.stringify(prefix)}`,
  ]);
}

function keyWordsOf(definition: TableDefinition): KeyWords {
  const types = definition.createTable.AttributeDefinitions.map(
    ({ AttributeName, AttributeType }) => [AttributeName, AttributeType] as const,
  );
  return { keySchema: keySchemaOf(definition), keyTypes: Object.fromEntries(types) };
}

/** For a bucket without table.json: the least that makes a table with these keys. */
export function definitionOfKeys({ tableName, keySchema, keyTypes }: ConfiguredTable): TableDefinition {
  const { partitionKey, sortKey } = keySchema;
  return {
    format: '1',
    tableName,
    createTable: {
      AttributeDefinitions: Object.entries(keyTypes).map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      KeySchema: [
        { AttributeName: partitionKey, KeyType: 'HASH' },
        ...(sortKey === undefined ? [] : [{ AttributeName: sortKey, KeyType: 'RANGE' } as const]),
      ],
      BillingMode: 'PAY_PER_REQUEST',
    },
  };
}

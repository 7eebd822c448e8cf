import { readTableDefinition, keySchemaOf, tableDefinitionKey, type TableDefinition } from '../core/tableDefinition';
import { keyNames, type KeySchema, type TableLocation } from '../core/objectKey';
import { UsageError } from '../core/errors';
import type { ImageSource } from './images/imageSource';
import type { ConfiguredTable, KeyTypes } from '../settings/forCommands';

/** What the keys of a table are called and of which type they are. */
export interface KeyWords {
  readonly keySchema: KeySchema;
  readonly keyTypes: KeyTypes;
}

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

/** What the keys of a table are: its own definition says so, and the settings where there is none. */
export function keyWordsOf(definition: TableDefinition | undefined, configured: ConfiguredTable): KeyWords {
  if (!definition) return configured;
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

/**
 * Capture spells object keys by the settings, and so do the commands: they have to be the table's.
 *
 * @throws UsageError
 */
export function requireSameKeys({ keySchema, tableName }: ConfiguredTable, actualSchema: KeySchema): void {
  const [configured, actual] = [keyNames(keySchema), keyNames(actualSchema)];
  if (configured.join() === actual.join()) return;
  throw new UsageError([
    `the settings give ${tableName} the key ${configured.join(' and ')}, the table has ${actual.join(' and ')}; correct the settings and deploy them`,
  ]);
}

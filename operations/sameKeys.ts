import { RefusedError, UsageError } from '../core/errors';
import { keyNames, type KeySchema } from '../core/objectKey';
import { keySchemaIn } from '../core/tableDefinition';
import type { ConfiguredTable, KeyTypes, LocatedTable } from '../settings/configuredTable';

/** As DescribeTable and a stored definition have it. */
type Described = Parameters<typeof keySchemaIn>[0];
type DescribedWithTypes = Described & {
  readonly AttributeDefinitions?: readonly { readonly AttributeName?: string; readonly AttributeType?: string }[];
};

/**
 * A table of the settings with the keys that it really has.
 *
 * @throws UsageError when the settings give it others
 */
export function withActualKeys(
  { prefix, tableName, configuredKeys }: LocatedTable,
  described: DescribedWithTypes,
): ConfiguredTable {
  const keySchema = keySchemaIn(described, tableName);
  const keyTypes = keyTypesOf(described, keySchema);
  if (configuredKeys) requireConfiguredKeys({ prefix, tableName, ...configuredKeys }, described);
  return { prefix, tableName, keySchema, keyTypes };
}

function keyTypesOf({ AttributeDefinitions: attributes = [] }: DescribedWithTypes, schema: KeySchema): KeyTypes {
  const names = keyNames(schema);
  return Object.fromEntries(
    attributes
      .filter(({ AttributeName = '' }) => names.includes(AttributeName))
      .map(({ AttributeName = '', AttributeType }) => [AttributeName, AttributeType as 'S' | 'N' | 'B']),
  );
}

/**
 * Capture spells object keys by the settings, and so do the commands: they have to be the table's.
 *
 * @throws UsageError
 */
export function requireConfiguredKeys({ tableName, keySchema }: ConfiguredTable, table: Described): void {
  const names = differentNames(keySchema, table, tableName);
  if (!names) return;
  throw new UsageError([
    `the settings give ${tableName} the key ${names.wanted}, the table has ${names.actual}; correct the settings and deploy them`,
  ]);
}

/**
 * Items go into a table of their keys, whatever it is called.
 *
 * @throws RefusedError
 */
export function requireKeysOfImages(imagesSchema: KeySchema, tableName: string, table: Described): void {
  const names = differentNames(imagesSchema, table, tableName);
  if (!names) return;
  throw new RefusedError(
    `the table ${tableName} has the key ${names.actual}, the images have ${names.wanted}; restore into another table`,
  );
}

function differentNames(wanted: KeySchema, table: Described, tableName: string) {
  const [one, other] = [wanted, keySchemaIn(table, tableName)].map((schema) => keyNames(schema));
  if (!one || !other || (one.length === other.length && one.every((name, i) => name === other[i]))) return undefined;
  return { wanted: one.join(' and '), actual: other.join(' and ') };
}

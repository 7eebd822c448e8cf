import { attributeOf, type AttributeMap, type AttributeValue } from '../../core/attributeValue';
import { keyNames, keysInObjectKey, tablePrefix } from '../../core/objectKey';
import type { ConfiguredTable } from '../../settings/configuredTable';

/**
 * Where the 2018 predecessor may have stored an item: its keys, or the first of them, as they are. Left out is what is the
 * object key of some item today.
 */
export function formerObjectKeys(table: ConfiguredTable, keys: AttributeMap): string[] {
  const values = keyNames(table.keySchema).map((name) => plainKey(attributeOf(keys, name)));
  if (values.includes(undefined)) return [];
  const spelled = [values.slice(0, 1), values].map((parts) => `${tablePrefix(table)}${parts.join('/')}/image.json`);
  return [...new Set(spelled)].filter(
    (objectKey) => !keysInObjectKey(table, table.keySchema, table.keyTypes, objectKey),
  );
}

/** What the predecessor's objects of a partition start with. */
export function formerPrefixes(table: ConfiguredTable, partition: AttributeValue): string[] {
  const value = plainKey(partition);
  return value === undefined ? [] : [`${tablePrefix(table)}${value}/`];
}

function plainKey(value: AttributeValue | undefined): string | undefined {
  if (value && 'S' in value) return value.S;
  return value && 'N' in value ? value.N : undefined;
}

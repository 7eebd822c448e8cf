import { UsageError } from '../core/errors';
import type { KeySchema, TableLocation } from '../core/objectKey';
import type { Layout } from './batches';
import { partsOf, type CommandSettings } from './parts';
import type { TableSettings } from './tables';

export type KeyTypes = Readonly<Record<string, 'S' | 'N' | 'B'>>;

/** What the keys of a table are called and of which type they are. */
export interface KeyWords {
  readonly keySchema: KeySchema;
  /** Type of each key attribute. */
  readonly keyTypes: KeyTypes;
}

/** A table of the settings: where its images are, and what its keys are called. */
export interface ConfiguredTable extends TableLocation, KeyWords {}

/** A table whose keys the settings may leave to the table itself, or to its table.json. */
export interface LocatedTable extends TableLocation {
  readonly configuredKeys?: KeyWords;
}

/** @throws UsageError when the settings have no tables, or not this one */
export function tableOf(settings: CommandSettings, tableName: string): LocatedTable {
  const { prefix, tables } = partsOf(settings, ['tables']);
  const table = tables.find(({ name }) => name === tableName);
  if (table) return { prefix, tableName, configuredKeys: configuredKeys(table) };
  const known = tables.map(({ name }) => name).join(', ');
  throw new UsageError([
    `${tableName} is no table of the settings; ${settings.file.path} has ${known}. Add it there, correct the name, or give its keys with --partition-key`,
  ]);
}

function configuredKeys({ partitionKey, sortKey }: TableSettings): KeyWords | undefined {
  if (!partitionKey) return undefined;
  const keys = sortKey ? [partitionKey, sortKey] : [partitionKey];
  return {
    keySchema: { partitionKey: partitionKey.name, sortKey: sortKey?.name },
    keyTypes: Object.fromEntries(keys.map(({ name, type }) => [name, type])),
  };
}

/**
 * Where a table's images are: one that is copied, or was. Settings without tables leave its keys to its table.json.
 *
 * @throws UsageError when the settings have tables, and not this one: most likely its name is misspelt
 */
export function locatedTable(settings: CommandSettings, tableName: string): LocatedTable {
  const { prefix, tables, formerTables } = settings;
  const isCopied = tables?.some(({ name }) => name === tableName);
  if (!tables || (!isCopied && formerTables.includes(tableName))) return { prefix, tableName };
  return tableOf(settings, tableName);
}

/** How changes of a table are stored by now; as images where the settings do not have it. */
export function layoutOf({ tables }: Pick<CommandSettings, 'tables'>, tableName: string): Layout {
  return tables?.find(({ name }) => name === tableName)?.layout ?? 'images';
}

import { UsageError } from '../core/errors';
import type { KeySchema, TableLocation } from '../core/objectKey';
import { partsOf, type CommandSettings } from './parts';

export type KeyTypes = Readonly<Record<string, 'S' | 'N' | 'B'>>;

/** What the keys of a table are called and of which type they are. */
export interface KeyWords {
  readonly keySchema: KeySchema;
  /** Type of each key attribute. */
  readonly keyTypes: KeyTypes;
}

/** A table of the settings: where its images are, and what its keys are called. */
export interface ConfiguredTable extends TableLocation, KeyWords {}

/** A table whose keys the settings may leave to its table.json. */
export interface LocatedTable extends TableLocation {
  readonly configuredKeys?: KeyWords;
}

/** @throws UsageError when the settings have no tables, or not this one */
export function tableOf(settings: CommandSettings, tableName: string): ConfiguredTable {
  const { prefix, tables } = partsOf(settings, ['tables']);
  const table = tables.find(({ name }) => name === tableName);
  if (!table) {
    const known = tables.map(({ name }) => name).join(', ');
    throw new UsageError([
      `${tableName} is no table of the settings; ${settings.file.path} has ${known}. Add it there, correct the name, or give its keys with --partition-key`,
    ]);
  }
  const keys = table.sortKey ? [table.partitionKey, table.sortKey] : [table.partitionKey];
  return {
    prefix,
    tableName,
    keySchema: { partitionKey: table.partitionKey.name, sortKey: table.sortKey?.name },
    keyTypes: Object.fromEntries(keys.map(({ name, type }) => [name, type])),
  };
}

/**
 * Where a table's images are. Settings without tables leave its keys to its table.json.
 *
 * @throws UsageError when the settings have tables, and not this one: most likely its name is misspelt
 */
export function locatedTable(settings: CommandSettings, tableName: string): LocatedTable {
  if (!settings.tables) return { prefix: settings.prefix, tableName };
  const { prefix, keySchema, keyTypes } = tableOf(settings, tableName);
  return { prefix, tableName, configuredKeys: { keySchema, keyTypes } };
}

import type { CommandSettings } from '../settings/parts';
import type { Side } from '../settings/schema';
import type { TableSettings } from '../settings/tables';
import type { SideOptions } from '../operations/connection';
import type { OptionTable } from '../core/commandLine/parse';
import type { OptionReader } from '../core/commandLine/optionReader';

/** Settings that options can say, for whoever has no settings file at hand, or one that lacks them. */
export const SETTINGS_OPTIONS: OptionTable = {
  prefix: {
    type: 'string',
    value: 'PREFIX',
    help: 'What the key of every object starts with, such as dcs/. Default: prefix of the settings, else nothing.',
  },
  'partition-key': {
    type: 'string',
    value: 'NAME:TYPE',
    help: "The table's partition key, as id:S (S, N or B). Default: that of table.json in the copy, or of the settings.",
  },
  'sort-key': {
    type: 'string',
    value: 'NAME:TYPE',
    help: "The table's sort key, with --partition-key, where the table has one.",
  },
};

export interface SettingsOnCommandLine {
  readonly prefix?: string;
  readonly table?: Pick<TableSettings, 'name' | 'existing' | 'partitionKey' | 'sortKey'>;
}

export function readSettingsOptions(given: OptionReader): SettingsOnCommandLine {
  given.needs('sort-key', 'partition-key');
  const prefix = given.text('prefix');
  if (prefix !== undefined && !/^([\w.-]+\/)*$/.test(prefix)) {
    given.problem(
      `--prefix is ${JSON.stringify(prefix)}; write letters, digits, _ . - and slashes, a slash at the end`,
    );
  }
  const [partitionKey, sortKey] = [readKey('partition-key', given), readKey('sort-key', given)];
  const table = partitionKey && { name: given.positional(0), existing: true, partitionKey, sortKey };
  return { prefix, table };
}

function readKey(option: 'partition-key' | 'sort-key', given: OptionReader): TableSettings['partitionKey'] | undefined {
  const text = given.text(option);
  if (text === undefined) return undefined;
  const [, name, type] = /^(.{1,255}):([SNB])$/s.exec(text) ?? [];
  if (name !== undefined) return { name, type: type as 'S' | 'N' | 'B' };
  given.problem(`--${option} is ${JSON.stringify(text)}; write NAME:TYPE with one of S, N, B, such as id:S`);
  return undefined;
}

/** The settings of the file with what the command line says on top. */
export function withCommandLine(
  settings: CommandSettings,
  { prefix, table }: SettingsOnCommandLine,
  sides: Readonly<Record<Side, SideOptions>>,
): CommandSettings {
  const others = settings.tables?.filter(({ name }) => name !== table?.name) ?? [];
  const layout = settings.tables?.find(({ name }) => name === table?.name)?.layout ?? 'images';
  return {
    ...settings,
    prefix: prefix ?? settings.prefix,
    tables: table ? [...others, { ...table, layout }] : settings.tables,
    source: settings.source && { ...settings.source, ...placeGiven(sides.source) },
    destination: settings.destination && { ...settings.destination, ...placeGiven(sides.destination) },
  };
}

function placeGiven({ bucketName, region }: SideOptions) {
  return { ...(bucketName !== undefined && { bucketName }), ...(region !== undefined && { region }) };
}

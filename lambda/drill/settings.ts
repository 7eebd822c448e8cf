import { DcsError } from '../../core/errors';
import { VARIABLES } from '../../core/functionVariables';
import type { LocatedTable } from '../../settings/configuredTable';
import type { DrillAims } from '../../settings/drillAims';
import { destinationOf, fromEnvironment, type Environment } from '../environment';

export interface DrillSettings {
  readonly bucket: string;
  readonly prefix: string;
  /** Region of the function: where scratch tables are made. */
  readonly region: string;
  readonly sampleItemCount: number;
  readonly sourceAccountId: string;
  readonly sourceRegion: string;
  /** The role in the source account that may read items of the live tables by key. */
  readonly readerRoleArn: string;
}

/** @throws DcsError that names every variable that is missing or wrong */
export function drillSettings(environment: Environment): DrillSettings {
  return fromEnvironment(environment, "the drill function's environment", (text) => ({
    ...destinationOf(text),
    sampleItemCount: Number(text(VARIABLES.sampleItemCount, /^[1-9]\d{0,5}$/, 'a whole number from 1 to 999999')),
    sourceAccountId: text(VARIABLES.sourceAccountId, /^\d{12}$/, '12 digits'),
    sourceRegion: text(VARIABLES.sourceRegion, /./, 'the region of the live tables'),
    readerRoleArn: text(VARIABLES.readerRoleArn, /^arn:/, 'the ARN of the role that reads the live tables'),
  }));
}

/** What the schedule sends: the table to drill, with its keys where the settings have them; else its table.json says them. */
export interface DrillEvent {
  readonly table: { readonly name: string; readonly partitionKey?: Key; readonly sortKey?: Key };
  /** What it is held to. A schedule that was made before there were such says nothing. */
  readonly aims?: DrillAims;
}
interface Key {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
}

/** @throws DcsError when the event is not one that the schedule sends */
export function drilledTable(
  { prefix }: Pick<DrillSettings, 'prefix'>,
  event: Partial<DrillEvent> | undefined,
): LocatedTable {
  const { name: tableName, partitionKey, sortKey } = event?.table ?? {};
  const keys = [partitionKey, sortKey].flatMap((key) => key ?? []);
  const areRight = keys.every(({ name, type }) => name && ['S', 'N', 'B'].includes(type));
  if (!tableName || !areRight || (sortKey && !partitionKey)) {
    throw new DcsError(
      `the event is ${JSON.stringify(event)}; write {"table":{"name":"users"}}, or {"table":{"name":"users","partitionKey":{"name":"id","type":"S"}}}, with a sortKey where the table has one`,
    );
  }
  if (!partitionKey) return { prefix, tableName };
  const keySchema = { partitionKey: partitionKey.name, sortKey: sortKey?.name };
  const keyTypes = Object.fromEntries(keys.map(({ name, type }) => [name, type]));
  return { prefix, tableName, configuredKeys: { keySchema, keyTypes } };
}

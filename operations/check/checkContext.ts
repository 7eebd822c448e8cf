import { namesOf, type Names } from '../../settings/names';
import { tableOf, type LocatedTable } from '../../settings/configuredTable';
import type { CommandSettings, WithParts } from '../../settings/parts';
import type { Side } from '../../settings/schema';
import type { Connection } from '../connection';
import type { Pause } from '../pace';

/** Settings of a deployment: both accounts, and the tables. */
export type DeployedSettings = WithParts<'source' | 'destination' | 'tables', CommandSettings>;

/** What all checks share. */
export interface CheckContext {
  readonly settings: DeployedSettings;
  readonly names: Names;
  readonly source: Connection;
  readonly destination: Connection;
  /** Those that were asked for, or all of the settings. */
  readonly tables: readonly LocatedTable[];
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly pause: Pause;
}

/** @throws UsageError for a table that the settings do not have */
export function checkContext(
  tableNames: readonly string[],
  surroundings: Omit<CheckContext, 'names' | 'tables'>,
): CheckContext {
  const { settings } = surroundings;
  const chosen = tableNames.length > 0 ? tableNames : settings.tables.map(({ name }) => name);
  const tables = [...new Set(chosen)].map((name) => tableOf(settings, name));
  return { ...surroundings, names: namesOf(settings), tables };
}

/** The client settings of a side's bucket. */
export function bucketOf({ settings, ...context }: Pick<CheckContext, 'settings' | Side>, side: Side) {
  return { ...context[side].s3, bucket: settings[side].bucketName };
}

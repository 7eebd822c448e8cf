import { namesOf, type Names } from '../../settings/names';
import { tableOf, type ConfiguredTable, type Settings, type Side } from '../../settings/forCommands';
import type { Connection } from '../connection';

/** What all checks share. */
export interface CheckContext {
  readonly settings: Settings;
  readonly names: Names;
  readonly source: Connection;
  readonly destination: Connection;
  /** Those that were asked for, or all of the settings. */
  readonly tables: readonly ConfiguredTable[];
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
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
export function bucketOf({ settings, ...context }: CheckContext, side: Side) {
  return { ...context[side].s3, bucket: settings[side].bucketName };
}

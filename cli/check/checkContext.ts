import type { Names } from '../../core/deployedNames';
import { namesOf } from '../../core/deployedNames';
import { connect, type CommandContext } from '../context';
import { tableOf, type ConfiguredTable, type Settings, type Side } from '../settings';
import type { Connection } from '../sides';

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

/** A check is to say soon that it cannot look. */
const S3_ATTEMPTS = 4;

/** @throws UsageError for a table that the settings do not have */
export function checkContext(tableNames: readonly string[], context: CommandContext): CheckContext {
  const { settings, signal, nowMs } = context;
  const chosen = tableNames.length > 0 ? tableNames : settings.tables.map(({ name }) => name);
  const sided = (side: Side): Connection => {
    const connection = connect(context, side);
    return { ...connection, s3: { ...connection.s3, attempts: Number(context.env.AWS_MAX_ATTEMPTS) || S3_ATTEMPTS } };
  };
  return {
    ...{ settings, signal, nowMs },
    names: namesOf(settings),
    source: sided('source'),
    destination: sided('destination'),
    tables: [...new Set(chosen)].map((name) => tableOf(settings, name)),
  };
}

/** The client settings of a side's bucket. */
export function bucketOf({ settings, ...context }: CheckContext, side: Side) {
  return { ...context[side].s3, bucket: settings[side].bucketName };
}

import { DcsError } from '../../core/errors';
import type { TableLocation } from '../../core/objectKey';
import { destinationOf, fromEnvironment, type Environment } from '../environment';

export type CompactorSettings = ReturnType<typeof destinationOf>;

/** @throws DcsError that names every variable that is missing or wrong */
export function compactorSettings(environment: Environment): CompactorSettings {
  return fromEnvironment(environment, "the compactor's environment", destinationOf);
}

/** What the schedule of a table sends. */
export interface CompactorEvent {
  readonly table: { readonly name: string };
}

/** @throws DcsError when the event is not one that the schedule sends */
export function compactedTable(
  { prefix }: Pick<CompactorSettings, 'prefix'>,
  event: { readonly table?: { readonly name?: unknown } } | undefined,
): TableLocation {
  const tableName = event?.table?.name;
  if (typeof tableName === 'string' && /^[\w.-]{3,255}$/.test(tableName)) return { prefix, tableName };
  throw new DcsError(`the event is ${JSON.stringify(event)}; write {"table":{"name":"users"}}`);
}

import { createHash } from 'node:crypto';
import type { TableSettings } from './tables';

/** Lambda's most. What the compactor has no time for, the next hour does. */
export const COMPACTOR_TIMEOUT_SECONDS = 900;

/** The tables whose journals are folded: of one that has gone back to images nothing new comes, and readers fold what is left. */
export function journalTables<Table extends Pick<TableSettings, 'layout'>>(tables: readonly Table[]): Table[] {
  return tables.filter(({ layout }) => layout === 'journal');
}

/** Every hour, at a minute of the table's own, for not all of them to begin at once. */
export function compactorSchedule(tableName: string): string {
  const minute = createHash('sha256').update(tableName).digest().readUInt16BE(0) % 60;
  return `cron(${minute} * * * ? *)`;
}

/** An hour for the next run, and another one for a run that fails. */
export const MOST_UNFOLDED_SECONDS = 2 * 3_600;
/** A day for the next base, and another one for a base that fails. */
export const MOST_BASE_SECONDS = 48 * 3_600;

/** What the rule of a table sends. */
export function compactorInput({ name }: Pick<TableSettings, 'name'>): string {
  return JSON.stringify({ table: { name } });
}

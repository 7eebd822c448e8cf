import { UnreadableImageError } from '../errors';
import { servicePrefix } from '../serviceKeys';
import type { TableLocation } from '../objectKey';

/*
 * Where the journal layout keeps a table's changes: below `<prefix>=dcs/<table>/`, beside the reports. No table's name has a `=`.
 */

/** Below this capture and the operator's commands write, in both buckets: `<prefix>=dcs/<table>/journal/`. */
export function journalPrefix(table: TableLocation): string {
  return `${placeOf(table)}journal/`;
}

/** Below this the compactor writes sorted runs, in the destination bucket alone. */
export function runsPrefix(table: TableLocation): string {
  return `${placeOf(table)}runs/`;
}

/** Below this the compactor writes whole states of the table, in the destination bucket alone. */
export function basePrefix(table: TableLocation): string {
  return `${placeOf(table)}base/`;
}

function placeOf({ prefix, tableName }: TableLocation): string {
  return `${servicePrefix(prefix)}${tableName}/`;
}

/** What the name of a journal object tells. */
export interface JournalName {
  /** The hour in which it was written, epoch milliseconds. */
  readonly hourMs: number;
  readonly lines: number;
  /** The first 16 hexadecimal digits of the SHA-256 of its text. */
  readonly digestStart: string;
}

const SEQUENCE_DIGITS = 40;

/**
 * `journal/<yyyy>/<mm>/<dd>/<hh>/<first sequence number>-<lines>-<digest>.tsv.gz`. The hour is when it was written, not that of its
 * changes: what comes late stands at the end, where a listing that goes on finds it.
 *
 * @param firstSequenceNumber digits; empty for what has none
 * @param digest SHA-256 of the text, in hexadecimal
 */
export function journalKey(
  table: TableLocation,
  writtenAtMs: number,
  { firstSequenceNumber, lines, digest }: { firstSequenceNumber: string; lines: number; digest: string },
): string {
  const first = firstSequenceNumber.padStart(SEQUENCE_DIGITS, '0');
  return `${hourPrefix(table, writtenAtMs)}${first}-${lines}-${digest.slice(0, 16)}.tsv.gz`;
}

/** Below this is what was written in the hour of a moment. */
export function hourPrefix(table: TableLocation, atMs: number): string {
  const [year, month, day, hour] = new Date(atMs).toISOString().split(/[-T:]/);
  return `${journalPrefix(table)}${year}/${month}/${day}/${hour}/`;
}

/** A batch has 10,000 changes at most. What claims many more, or none, is no journal: read, it would be gigabytes of memory. */
const JOURNAL_NAME = /^(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)\/\d{40}-([1-9]\d{0,4})-([0-9a-f]{16})\.tsv\.gz$/;

/** The way back of {@link journalKey}; undefined for a key that no journal object has. */
export function nameInJournalKey(table: TableLocation, objectKey: string): JournalName | undefined {
  const prefix = journalPrefix(table);
  const match = objectKey.startsWith(prefix) ? JOURNAL_NAME.exec(objectKey.slice(prefix.length)) : null;
  if (!match) return undefined;
  const [, year, month, day, hour, lines, digestStart = ''] = match;
  const hourMs = Date.parse(`${year}-${month}-${day}T${hour}:00:00.000Z`);
  return Number.isNaN(hourMs) ? undefined : { hourMs, lines: Number(lines), digestStart };
}

/** @throws UnreadableImageError for a key that no journal object has */
export function requireJournalName(table: TableLocation, objectKey: string): JournalName {
  const name = nameInJournalKey(table, objectKey);
  if (name) return name;
  throw new UnreadableImageError(`${objectKey} is no journal object of ${table.tableName}`);
}

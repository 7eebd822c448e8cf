import type { TableLocation } from './objectKey';

/** What writes a report about a table. */
export type ReportKind = 'verify' | 'drill';

/** Below this are all reports about a table's copy: `<prefix>=dcs/<table>/`. No table's name has a `=`. */
export function reportsPrefix({ prefix, tableName }: TableLocation, kind: ReportKind): string {
  return `${prefix}=dcs/${tableName}/${kind}/`;
}

/**
 * The object key of a report: `<prefix>=dcs/<table>/<kind>/<time>.<extension>`, so that a listing shows them oldest first.
 *
 * @param atMs epoch milliseconds at which the work began
 */
export function reportKey(location: TableLocation, kind: ReportKind, atMs: number, extension: 'json' | 'html'): string {
  return `${reportsPrefix(location, kind)}${new Date(atMs).toISOString()}.${extension}`;
}

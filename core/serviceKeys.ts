import type { TableLocation } from './objectKey';

/*
 * Objects that are of no table's items: reports, probes and the heartbeat. All of them lie below `<prefix>=dcs/`, and no table's name has a
 * `=`.
 */

/** Below this is everything that the service keeps for itself. */
export function servicePrefix(prefix: string): string {
  return `${prefix}=dcs/`;
}

/** Below this is what is of no table: the heartbeat, probes, sweeps. No table's name begins so. */
export function ofNoTablePrefix(prefix: string): string {
  return `${servicePrefix(prefix)}=`;
}

/** What writes a report about a table. */
export const REPORT_KINDS = ['verify', 'drill'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

/** Below this are all reports about a table's copy: `<prefix>=dcs/<table>/`. */
export function reportsPrefix({ prefix, tableName }: TableLocation, kind: ReportKind): string {
  return `${servicePrefix(prefix)}${tableName}/${kind}/`;
}

/**
 * The object key of a report: `<prefix>=dcs/<table>/<kind>/<time>.<extension>`, so that a listing shows them oldest first.
 *
 * @param atMs epoch milliseconds at which the work began
 */
export function reportKey(location: TableLocation, kind: ReportKind, atMs: number, extension: 'json' | 'html'): string {
  return `${reportsPrefix(location, kind)}${new Date(atMs).toISOString()}.${extension}`;
}

/** The page that lists all drills of a table, beside their reports. */
export function drillIndexKey(location: TableLocation): string {
  return `${reportsPrefix(location, 'drill')}index.html`;
}

/** The page of the last drill of every table: `<prefix>=dcs/=all/drill/index.html`. No table is called `=all`. */
export function drillsKey(prefix: string): string {
  return drillIndexKey({ prefix, tableName: '=all' });
}

/** Below this are the probes of `dcs check`: `<prefix>=dcs/=check/`. No table is called `=check`. */
export function probesPrefix(prefix: string): string {
  return `${servicePrefix(prefix)}=check/`;
}

/** The object key of one probe: `<prefix>=dcs/=check/<time>-<id>.json`. */
export function probeKey(prefix: string, atMs: number, id: string): string {
  return `${probesPrefix(prefix)}${new Date(atMs).toISOString()}-${id}.json`;
}

/** The object key of the heartbeat: `<prefix>=dcs/=heartbeat.json`. */
export function heartbeatKey(prefix: string): string {
  return `${servicePrefix(prefix)}=heartbeat.json`;
}

/** Below this is what the function that renews locks remembers. The bucket's policy takes no replica here. */
export function locksPrefix(prefix: string): string {
  return `${servicePrefix(prefix)}=locks/`;
}

/** Where the sweeps of the locks stand, as one JSON document. */
export function lockSweepsKey(prefix: string): string {
  return `${locksPrefix(prefix)}sweeps.json`;
}

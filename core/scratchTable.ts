const INFIX = '-dcs-drill-';
/** DynamoDB's limit for a table's name. */
const MAX_NAME = 255;
/** `20261123T165118123Z` */
const TIME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/;
const TIME_LENGTH = 19;

/** The tag that a drill puts on the table it makes; its value is the name of the table that is drilled. */
export const SCRATCH_TAG = 'dcs:drill';

/** What the names of all scratch tables of a table start with. */
export function scratchPrefix(tableName: string): string {
  return `${tableName.slice(0, MAX_NAME - INFIX.length - TIME_LENGTH)}${INFIX}`;
}

/** `<table>-dcs-drill-<time>`: the table that a drill restores into and removes. */
export function scratchTableName(tableName: string, startedAtMs: number): string {
  return `${scratchPrefix(tableName)}${new Date(startedAtMs).toISOString().replace(/[-:.]/g, '')}`;
}

/** When the drill began whose scratch table this is, in epoch milliseconds; undefined for a table of another name. */
export function scratchTableStartMs(tableName: string, scratchName: string): number | undefined {
  const prefix = scratchPrefix(tableName);
  if (!scratchName.startsWith(prefix)) return undefined;
  const [, year, month, day, hour, minute, second, ms] = TIME.exec(scratchName.slice(prefix.length)) ?? [];
  if (ms === undefined) return undefined;
  const startMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(startMs) ? undefined : startMs;
}

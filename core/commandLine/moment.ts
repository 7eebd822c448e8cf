import { utc } from '../units';
import { lengthOf } from './lengthOfTime';
import { timeZoneOf, type TimeZone } from './timeZone';

const CLOCK = String.raw`(\d\d?):(\d\d)(?::(\d\d)(\.\d{1,9})?)?`;
const ZONE = String.raw`(?:\s*([a-z+-].*))?`;
const DATED = new RegExp(String.raw`^(\d{4})-(\d\d)-(\d\d)(?:[T ]${CLOCK}${ZONE})?$`, 'i');
const NAMED_DAY = new RegExp(`^(today|yesterday)(?: at)? ${CLOCK}${ZONE}$`, 'i');
const ALLOWED =
  'write a time such as 2026-11-23T14:05:00Z or "yesterday 14:05", or how long ago such as "2 hours ago", 90m, 1d12h or "1 year ago"';
const ZONES = 'Z for UTC, an offset such as +01:00, or a name such as Europe/Berlin';

interface Problem {
  readonly problem: string;
}

/** A moment as it was written: a time, the time of a day of UTC or of a zone, or so long ago. */
export type Moment = { readonly text: string } & (
  | { readonly atMs: number; readonly isToTheSecond: boolean }
  /** Infinity where no number holds it. Months are those of the calendar. */
  | { readonly agoMs: number; readonly agoMonths?: number }
  | { readonly daysAgo: number; readonly clockMs: number; readonly zone: TimeZone; readonly isToTheSecond: boolean }
);

/** The earliest time that a Date holds. Source: ECMA-262, "Time Values and Time Range". */
const EARLIEST_MS = -8.64e15;
const DAY_MS = 86_400_000;

/** Reads an ISO 8601 time, the time of a day, "now", or how long ago; otherwise tells what is wrong. */
export function parseMoment(text: string): Moment | Problem {
  const trimmed = text.trim();
  if (trimmed === 'now') return { text: trimmed, agoMs: 0 };
  if (DATED.test(trimmed)) return datedMoment(trimmed);
  if (NAMED_DAY.test(trimmed)) return momentOfDay(trimmed);
  if (/^(?:today|yesterday)$/i.test(trimmed))
    return { problem: `a day is no moment; write its time too: "${trimmed} 14:05"` };
  if (/^\d\d?:\d\d/.test(trimmed))
    return { problem: `of which day? Write "today ${trimmed}" or "yesterday ${trimmed}"` };
  const length = lengthOf(trimmed);
  if (!length) return { problem: ALLOWED };
  // Stryker disable next-line StringLiteral: a problem has its text beside it then, which nobody reads
  return 'problem' in length ? length : { text: trimmed, ...length };
}

/**
 * Epoch milliseconds of a moment; what is wrong with one in the future, and with one that a zone has twice or not at all.
 *
 * @param nowMs by a clock of the service
 */
export function momentMs(moment: Moment, nowMs: number): number | Problem {
  const ms = 'atMs' in moment ? moment.atMs : 'agoMs' in moment ? before(nowMs, moment) : onDay(nowMs, moment);
  // Stryker disable next-line ConditionalExpression: a problem is later than nothing
  if (typeof ms !== 'number') return ms;
  return ms > nowMs ? { problem: `that is ${utc(ms)}, in the future (it is ${utc(nowMs)})` } : ms;
}

/**
 * The last millisecond that belongs to a moment. DynamoDB tells times to the second, so one written without a fraction is
 * that whole second.
 */
export function endOfMoment(moment: Moment, ms: number): number {
  return 'isToTheSecond' in moment && moment.isToTheSecond ? ms + 999 : ms;
}

/** Whether a moment is written as it is said back: in UTC, with its date. */
export function isWrittenInUtc({ text }: Moment): boolean {
  return DATED.test(text) && (/z$/i.test(text) || text.length === 10);
}

/** A time without a zone could mean two things at three in the morning, so it is refused. */
function datedMoment(text: string): Moment | Problem {
  // Stryker disable next-line ArrayDeclaration: it is only asked for what is one
  const [, year, month, day, ...clock] = DATED.exec(text) ?? [];
  const [hours, zoneName] = [clock[0], clock[4]];
  if (hours !== undefined && zoneName === undefined) {
    return { problem: `it has no time zone; write ${text.replace(' ', 'T')}Z for UTC, or one of ${ZONES}` };
  }
  const zone = timeZoneOf(zoneName ?? 'Z');
  if (!zone) return { problem: `${JSON.stringify(zoneName)} is no time zone; write ${ZONES}` };
  const clockMs = clockOf(clock);
  const dateMs = dayMs(Number(year), Number(month) - 1, Number(day));
  // 31 February is taken for 3 March.
  const isRealDay = utc(dateMs).startsWith(`${year}-${month}-${day}`);
  if (clockMs === undefined || !isRealDay) return { problem: `there is no such time; ${ALLOWED}` };
  const atMs = theOneOf(zone, dateMs + clockMs);
  return typeof atMs === 'number' ? { text, atMs, isToTheSecond: clock[3] === undefined } : atMs;
}

/** Days are those of UTC, as every time that is printed, unless a zone is given. */
function momentOfDay(text: string): Moment | Problem {
  // Stryker disable next-line ArrayDeclaration,StringLiteral: it is only asked for what is one
  const [, day = '', ...clock] = NAMED_DAY.exec(text) ?? [];
  const zone = timeZoneOf(clock[4] ?? 'UTC');
  if (!zone) return { problem: `${JSON.stringify(clock[4])} is no time zone; write ${ZONES}` };
  const clockMs = clockOf(clock);
  if (clockMs === undefined) return { problem: `there is no such time; ${ALLOWED}` };
  const daysAgo = day.toLowerCase() === 'yesterday' ? 1 : 0;
  return { text, daysAgo, clockMs, zone, isToTheSecond: clock[3] === undefined };
}

/** What is not written is nothing. */
function clockOf(written: (string | undefined)[]): number | undefined {
  // Stryker disable next-line StringLiteral: no text is 0, too
  const [hours = '0', minutes = '0', seconds = '0', fraction = '0'] = written;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const whole = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
  return whole + Math.floor(Number(fraction) * 1_000);
}

function onDay(nowMs: number, { daysAgo, clockMs, zone }: Extract<Moment, { daysAgo: number }>): number | Problem {
  const todayMs = Math.floor(zone.wallMs(nowMs) / DAY_MS) * DAY_MS;
  return theOneOf(zone, todayMs - daysAgo * DAY_MS + clockMs);
}

/** Clocks that are put back show an hour twice, and those that are put forward one not at all. */
function theOneOf(zone: TimeZone, wallMs: number): number | Problem {
  const moments = zone.momentsOf(wallMs);
  const [only, another] = moments;
  if (only !== undefined && another === undefined) return only;
  const shown = utc(wallMs).replace('Z', '');
  if (only === undefined) return { problem: `clocks in ${zone.name} never showed ${shown}: they were put forward` };
  return { problem: `clocks in ${zone.name} showed ${shown} twice; write ${moments.map(utc).join(' or ')}` };
}

function before(nowMs: number, { agoMs, agoMonths = 0 }: Extract<Moment, { agoMs: number }>): number {
  const ms = Math.round(monthsBefore(nowMs, agoMonths) - agoMs);
  return Number.isNaN(ms) ? EARLIEST_MS : Math.max(EARLIEST_MS, ms);
}

/** The same day and time so many months before, or the last day of a shorter month. */
function monthsBefore(nowMs: number, months: number): number {
  const now = new Date(nowMs);
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth() - months, now.getUTCDate()];
  const lastDay = new Date(dayMs(year, month + 1, 0)).getUTCDate();
  return dayMs(year, month, Math.min(day, lastDay)) + (((nowMs % DAY_MS) + DAY_MS) % DAY_MS);
}

/** As Date.UTC, which takes the year 1 for 1901. */
function dayMs(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month, day);
}

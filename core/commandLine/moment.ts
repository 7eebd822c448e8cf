import { utc } from '../units';

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;
const AGO = /^(?:(?:\d+(?:\.\d+)?)\s*(?:[a-z]+)\s*(?:,|and)?\s*)+(?:ago)?$/i;
const AMOUNT = /(\d+(?:\.\d+)?)\s*([a-z]+)/gi;
const ALLOWED = 'write a time such as 2026-11-23T14:05:00Z, or how long ago such as "2 hours ago", 90m or 1d12h';

/** A moment as it was written: a time, or so long ago. */
export type Moment = { readonly text: string } & (
  | { readonly atMs: number; readonly isToTheSecond: boolean }
  /** Infinity where no number holds it. */
  | { readonly agoMs: number }
);

/** The earliest time that a Date holds. Source: ECMA-262, "Time Values and Time Range". */
const EARLIEST_MS = -8.64e15;

/** Reads an ISO 8601 time, "now", or how long ago; otherwise tells what is wrong. */
export function parseMoment(text: string): Moment | { readonly problem: string } {
  const trimmed = text.trim();
  if (trimmed === 'now') return { text: trimmed, agoMs: 0 };
  if (ISO.test(trimmed)) {
    const atMs = isoMs(trimmed);
    return typeof atMs === 'number' ? { text: trimmed, atMs, isToTheSecond: !trimmed.includes('.') } : atMs;
  }
  const agoMs = lengthMs(trimmed);
  return typeof agoMs === 'number' ? { text: trimmed, agoMs } : agoMs;
}

/**
 * Epoch milliseconds of a moment; what is wrong with one in the future.
 *
 * @param nowMs by a clock of the service
 */
export function momentMs(moment: Moment, nowMs: number): number | { readonly problem: string } {
  const ms = 'atMs' in moment ? moment.atMs : Math.max(EARLIEST_MS, Math.round(nowMs - moment.agoMs));
  return ms > nowMs ? { problem: `that is ${utc(ms)}, in the future (it is ${utc(nowMs)})` } : ms;
}

/**
 * The last millisecond that belongs to a moment. DynamoDB tells times to the second, so one written without a fraction is
 * that whole second.
 */
export function endOfMoment(moment: Moment, ms: number): number {
  return 'atMs' in moment && moment.isToTheSecond ? ms + 999 : ms;
}

/** A time without a zone could mean two things at three in the morning, so it is refused. */
function isoMs(text: string): number | { problem: string } {
  if (text.length > 10 && ISO.exec(text)?.[1] === undefined) {
    return { problem: `it has no time zone; write ${text.replace(' ', 'T')}Z for UTC, or an offset such as +01:00` };
  }
  const ms = Date.parse(text.replace(' ', 'T'));
  // Date.parse takes 31 February for 3 March.
  const day = Number(text.slice(8, 10));
  const isRealDay =
    new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)) - 1, day)).getUTCDate() === day;
  return Number.isNaN(ms) || !isRealDay ? { problem: `there is no such time; ${ALLOWED}` } : ms;
}

/** Milliseconds of a length of time such as 90s, 15m or "1 hour 30 minutes"; otherwise what is wrong. */
export function parseDuration(text: string): number | { readonly problem: string } {
  if (!AGO.test(text.trim()) || /ago$/i.test(text.trim()))
    return { problem: 'write a length of time: 90s, 15m, 1h30m' };
  return lengthMs(text.trim());
}

function lengthMs(text: string): number | { problem: string } {
  if (!AGO.test(text)) return { problem: ALLOWED };
  let totalMs = 0;
  for (const [, amount, word = ''] of text.replace(/\s*ago$/i, '').matchAll(AMOUNT)) {
    const unitMs = unitOf(word.toLowerCase());
    if (unitMs === undefined)
      return { problem: `${word} is no unit of time; known are seconds, minutes, hours, days, weeks` };
    totalMs += Number(amount) * unitMs;
  }
  return Math.round(totalMs);
}

function unitOf(word: string): number | undefined {
  const spelled = /^(s|sec|second|m|min|minute|h|hr|hour|d|day|w|week)s?$/.exec(word)?.[1];
  return spelled === undefined ? undefined : UNITS_MS[spelled.charAt(0)];
}

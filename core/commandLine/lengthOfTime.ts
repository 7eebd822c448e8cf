const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const UNITS_MONTHS: Readonly<Record<string, number>> = { month: 1, y: 12 };
const LENGTH = /^(?:\d+(?:\.\d+)?\s*[a-z]+\s*(?:,|and)?\s*)+$/i;
const AMOUNT = /(\d+(?:\.\d+)?)\s*([a-z]+)/gi;

interface LengthOfTime {
  readonly agoMs: number;
  /** Of the calendar, which are of no fixed length. */
  readonly agoMonths?: number;
}

/** Milliseconds of a length of time such as 90s, 15m or "1 hour 30 minutes"; otherwise what is wrong. */
export function parseDuration(text: string): number | { readonly problem: string } {
  const length = /ago$/i.test(text.trim()) ? undefined : lengthOf(text.trim());
  if (!length) return { problem: 'write a length of time: 90s, 15m, 1h30m' };
  if ('problem' in length) return length;
  return length.agoMonths ? { problem: 'a month has no length of its own; write days: 30d' } : length.agoMs;
}

/** A length of time, with the word ago or without, and what is wrong with it; undefined for what is none at all. */
export function lengthOf(text: string): LengthOfTime | { readonly problem: string } | undefined {
  const length = text.replace(/\s*ago$/i, '');
  // Without its last word "5 ago" has no unit left, and is nothing at all instead of now.
  if (!LENGTH.test(length)) return undefined;
  let [totalMs, months] = [0, 0];
  for (const [, amount = '', word = ''] of length.matchAll(AMOUNT)) {
    const unit = unitOf(word.toLowerCase());
    if (unit === undefined)
      return {
        problem: `${word} is no unit of time; known are seconds, minutes, hours, days, weeks, months, years (m is minutes)`,
      };
    if (unit in UNITS_MONTHS && amount.includes('.')) return { problem: `write whole ${word}, not ${amount}` };
    totalMs += Number(amount) * (UNITS_MS[unit] ?? 0);
    months += Number(amount) * (UNITS_MONTHS[unit] ?? 0);
  }
  return { agoMs: Math.round(totalMs), ...(months > 0 && { agoMonths: months }) };
}

function unitOf(word: string): string | undefined {
  if (/^(?:mo|mos|months?)$/.test(word)) return 'month';
  // A letter alone has no plural: ms would be minutes.
  return /^(?:[smhdwy]|(?:sec|second|min|minute|hr|hour|day|week|yr|year)s?)$/.exec(word)?.[0].charAt(0);
}

import { printable } from '../../core/printable';
import { utc } from '../../core/units';

/** The moment of a restore, as it was asked for. */
export interface AskedMoment {
  /** Epoch milliseconds; Infinity for the newest state. */
  readonly momentMs: number;
  /** The words, where they mean another moment each time: "3 days ago", "yesterday 14:05". Null where they do not; undefined: nobody noted it. */
  readonly relativeWords?: string | null;
}

/** For people: `as of 2026-11-23 14:05:00 UTC ("3 days ago")`. */
export function askedMomentWords({ momentMs, relativeWords }: AskedMoment): string {
  const words = typeof relativeWords === 'string' ? ` (${JSON.stringify(printable(relativeWords))})` : '';
  return `${momentMs === Infinity ? 'to the newest state' : `as of ${utc(momentMs)}`}${words}`;
}

/**
 * Whether a restore that was begun is the one that is asked for. The same relative words go on with the moment that they meant then; other ones
 * mean another, however long ago either is.
 */
export function isOtherMoment(begun: AskedMoment, asked: AskedMoment): boolean {
  if (typeof asked.relativeWords !== 'string') return begun.momentMs !== asked.momentMs;
  const isLater = begun.momentMs > asked.momentMs;
  return isLater || (begun.relativeWords !== undefined && begun.relativeWords !== asked.relativeWords);
}

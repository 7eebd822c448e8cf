/** A window as `--from` and `--to` say it: what happened within the second of each is before it, and in it. */
export interface AskedWindow {
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether both ends were given. */
  readonly isWhole: boolean;
}

const SECOND = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const WHOLE_SECOND_MS = 999;

/** @throws Error for what is no window */
export function windowIn(query: URLSearchParams): AskedWindow {
  const at = (name: string, missing: number) => {
    const text = query.get(name);
    if (text === null) return missing;
    const ms = SECOND.test(text) ? Date.parse(text) : NaN;
    if (Number.isNaN(ms)) throw new Error(`${name} is no second in UTC, such as 2026-11-23T14:05:00Z`);
    return ms + WHOLE_SECOND_MS;
  };
  const [fromMs, toMs] = [at('from', -Infinity), at('to', Infinity)];
  if (fromMs >= toMs) throw new Error('the window is empty: from is not before to');
  return { fromMs, toMs, isWhole: query.has('from') && query.has('to') };
}

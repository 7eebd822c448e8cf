import type { Bar } from '../answers';
import { counted } from './words';

/** A stretch of time in whole seconds: from <= time < to, epoch milliseconds. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** An image is stored about a second after its change, and times are whole seconds. */
const STORED_LATER_MS = 1_000;

/**
 * The options of a command for a window of the chart. `--from` is the second before the first one, since what happened within
 * it stays; another second before that, since the chart shows when images were stored.
 */
export function asOptions({ fromMs, toMs }: Span): { from: string; to: string } {
  return { from: second(fromMs - 1_000 - STORED_LATER_MS), to: second(toMs - 1_000) };
}

export function second(ms: number): string {
  return new Date(Math.floor(ms / 1_000) * 1_000).toISOString().replace('.000', '');
}

/** For people, without the T. */
export function clock(ms: number): string {
  return `${second(ms).replace('T', ' ').replace('Z', '')} UTC`;
}

/** Both ends, the day said once where it is one. */
export function spanText({ fromMs, toMs }: Span): string {
  const [from, to] = [clock(fromMs), clock(toMs)];
  return `${from.replace(' UTC', '')} to ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to}`;
}

export function spanOf(bars: readonly Bar[], barMs: number): Span {
  const [first, last] = [bars[0], bars.at(-1)];
  return { fromMs: first?.atMs ?? 0, toMs: (last?.atMs ?? 0) + barMs };
}

/** Changes of all bars that have anything of a window: its own where it begins and ends with bars, else more may be told. */
export function changesIn(bars: readonly Bar[], { fromMs, toMs }: Span, barMs: number): number {
  const inside = bars.filter(({ atMs }) => atMs + barMs > fromMs && atMs < toMs);
  return inside.reduce((sum, bar) => sum + bar.insert + bar.change + bar.delete, 0);
}

/**
 * In words. What was chosen closer by, or an address has, may be finer than the bars: then it is at most so many. Where not
 * every change is recorded there may be more of them, and it is said of those that are.
 */
export function changesText(bars: readonly Bar[], window: Span, barMs: number, isPartial = false): string {
  const changes = `${counted(changesIn(bars, window, barMs), 'change')}${isPartial ? ' recorded' : ''}`;
  const isOfBars = [window.fromMs, window.toMs].every((ms) => ms % barMs === 0);
  return isOfBars ? changes : `at most ${changes}`;
}

/** To bars, one at least, within the whole. */
export function snapped({ fromMs, toMs }: Span, whole: Span, barMs: number): Span {
  const [low, high] = fromMs <= toMs ? [fromMs, toMs] : [toMs, fromMs];
  const from = Math.min(whole.toMs - barMs, Math.max(whole.fromMs, Math.floor(low / barMs) * barMs));
  const to = Math.max(from + barMs, Math.min(whole.toMs, Math.ceil(high / barMs) * barMs));
  return { fromMs: from, toMs: to };
}

/** What of a stretch lies within another; undefined for nothing. */
export function clipped({ fromMs, toMs }: Span, whole: Span): Span | undefined {
  const [from, to] = [Math.max(fromMs, whole.fromMs), Math.min(toMs, whole.toMs)];
  return from < to ? { fromMs: from, toMs: to } : undefined;
}

export function barLength(barMs: number): string {
  const [ms, unit] = (
    [
      [86_400_000, 'day'],
      [3_600_000, 'hour'],
      [60_000, 'minute'],
      [1_000, 'second'],
    ] as const
  ).find(([each]) => barMs >= each) ?? [1_000, 'second'];
  const n = barMs / ms;
  return n === 1 ? `1 ${unit}` : `${n} ${unit}s`;
}

import type { Span } from './window';

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28, 91, 364].map((n) => n * DAY),
];

export interface Tick {
  readonly atMs: number;
  readonly label: string;
}

/** Round times, so many at most. Midnight is told as the day that it begins. */
export function ticksOf({ fromMs, toMs }: Span, most: number): Tick[] {
  const step = STEPS.find((each) => (toMs - fromMs) / each <= most) ?? (toMs - fromMs) / most;
  const ticks: Tick[] = [];
  for (let atMs = Math.ceil(fromMs / step) * step; atMs < toMs; atMs += step) {
    ticks.push({ atMs, label: labelOf(atMs, step) });
  }
  return ticks;
}

function labelOf(atMs: number, step: number): string {
  const at = new Date(atMs);
  if (step >= DAY || atMs % DAY === 0)
    return at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
  return at.toISOString().slice(11, step >= MINUTE ? 16 : 19);
}

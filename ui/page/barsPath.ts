import type { Bar } from '../answers';
import type { Span } from './window';

export interface Lane {
  readonly bars: readonly Bar[];
  readonly barMs: number;
  readonly whole: Span;
  /** Of the drawing, and of the tallest bar. */
  readonly width: number;
  readonly height: number;
  /** Where bars stand. */
  readonly base: number;
}

/** All bars of a lane as one path: a shape each would be slow, and needs no more than this. A bar that is there is seen. */
export function barsPath({ bars, barMs, whole, width, height, base }: Lane, of: (bar: Bar) => number): string {
  const most = mostOf(bars, of);
  const each = (barMs / (whole.toMs - whole.fromMs)) * width;
  const wide = Math.max(1, each - (each > 4 ? 1.5 : 0));
  return bars
    .filter((bar) => of(bar) > 0)
    .map((bar) => {
      const tall = Math.max(3, (of(bar) / most) * height);
      const left = ((bar.atMs - whole.fromMs) / (whole.toMs - whole.fromMs)) * width;
      return `M${left.toFixed(1)} ${(base - tall).toFixed(1)}h${wide.toFixed(1)}v${tall.toFixed(1)}h-${wide.toFixed(1)}z`;
    })
    .join('');
}

export function mostOf(bars: readonly Bar[], of: (bar: Bar) => number): number {
  return bars.reduce((most, bar) => Math.max(most, of(bar)), 1);
}

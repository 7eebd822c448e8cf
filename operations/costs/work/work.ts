import type { CostLine } from '../lines';

/** Something that is done once: what it costs, and how long it takes at least. */
export interface Work {
  readonly name: string;
  readonly lines: readonly CostLine[];
  readonly bounds: readonly Bound[];
}

/** What it cannot be faster than. */
export interface Bound {
  readonly what: string;
  /** NaN: not known. */
  readonly seconds: number;
}

/** PUTs and GETs a second that a prefix takes, until S3 has partitioned it (S3 user guide, optimizing-performance). */
export const PUTS_A_SECOND = 3_500;
export const GETS_A_SECOND = 5_500;
/** Writes a second that a new on-demand table takes at first (developer guide, on-demand-capacity-mode). */
export const WRITE_UNITS_A_SECOND = 4_000;
/** Keys that one machine lists in a second of CPU. Measured: docs/performance.md. */
export const LISTED_A_SECOND = 291_000;
/** What a LIST request shows. */
export const KEYS_OF_LIST = 1_000;

/** Seconds at least; NaN where no bound is known. */
export function leastSeconds(bounds: readonly Bound[]): number {
  const known = bounds.map(({ seconds }) => seconds).filter((seconds) => !Number.isNaN(seconds));
  return known.length === 0 ? NaN : Math.max(...known);
}

export function listBound(versions: number): Bound {
  return { what: 'listing, on one machine', seconds: versions / LISTED_A_SECOND };
}

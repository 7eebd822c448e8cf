import { UsageError } from '../../core/errors';
import type { ChangeKind } from './changesOfObject';

/** What happened in one stretch of time. */
export interface Bucket {
  /** Its first millisecond. */
  readonly atMs: number;
  readonly insert: number;
  readonly change: number;
  readonly delete: number;
  /** Of the deletes, those by time to live, where anybody has looked. */
  readonly timeToLive: number;
}

const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What a bucket can be. S3 tells whole seconds. */
export const RESOLUTIONS = { second: SECOND_MS, minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS } as const;
export type ResolutionMs = (typeof RESOLUTIONS)[keyof typeof RESOLUTIONS];

/** Round numbers of the larger units: buckets begin where a clock does. */
const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14, 28, 91, 364].map((days) => days * DAY_MS),
];

/** More than anybody looks at. */
const MOST_BUCKETS = 10_000;

function tooFine(stretches: number): UsageError {
  return new UsageError([
    `--by would make ${stretches} stretches of time, and ${MOST_BUCKETS} are the most; narrow it with --from and --to, or take a longer one`,
  ]);
}

type Kind = ChangeKind | 'timeToLive';
type Counts = Record<Kind, number>;

/**
 * Counts changes by when they were made. Keeps minutes (or what was asked for), so that its size is bounded by the length of
 * the history, not by the number of changes: half a million entries for a year without a quiet minute.
 */
export class Histogram {
  private readonly buckets = new Map<number, Counts>();
  private readonly fineMs: number;

  constructor(private readonly resolutionMs?: ResolutionMs) {
    this.fineMs = Math.min(resolutionMs ?? MINUTE_MS, MINUTE_MS);
  }

  add(atMs: number, kind: Kind): void {
    const at = Math.floor(atMs / this.fineMs);
    const counts = this.buckets.get(at) ?? { insert: 0, change: 0, delete: 0, timeToLive: 0 };
    counts[kind] += 1;
    this.buckets.set(at, counts);
  }

  /** Minutes in which there was anything. */
  minutes(): Bucket[] {
    return this.by(MINUTE_MS);
  }

  /** With every stretch between the first and the last, those without a change too. @param bars so many at most, unless a resolution was asked for */
  shown(bars: number): { buckets: Bucket[]; bucketMs: number } {
    const bucketMs = this.resolutionMs ?? this.stepFor(bars);
    const filled = this.by(bucketMs);
    const [first, last] = [filled[0], filled.at(-1)];
    if (!first || !last) return { buckets: [], bucketMs };
    const stretches = (last.atMs - first.atMs) / bucketMs + 1;
    if (stretches > MOST_BUCKETS) throw tooFine(stretches);
    const known = new Map(filled.map((bucket) => [bucket.atMs, bucket]));
    const buckets: Bucket[] = [];
    for (let atMs = first.atMs; atMs <= last.atMs; atMs += bucketMs) {
      buckets.push(known.get(atMs) ?? { atMs, insert: 0, change: 0, delete: 0, timeToLive: 0 });
    }
    return { buckets, bucketMs };
  }

  counts(): Counts {
    const sum: Counts = { insert: 0, change: 0, delete: 0, timeToLive: 0 };
    for (const counts of this.buckets.values()) addTo(sum, counts);
    return sum;
  }

  private stepFor(bars: number): number {
    let [first, last] = [Infinity, -Infinity];
    for (const at of this.buckets.keys()) [first, last] = [Math.min(first, at), Math.max(last, at)];
    const spanMs = (last - first + 1) * this.fineMs;
    const fits = STEPS_MS.find((stepMs) => stepMs >= this.fineMs && spanMs / stepMs + 1 <= bars);
    return fits ?? STEPS_MS.at(-1) ?? DAY_MS;
  }

  private by(bucketMs: number): Bucket[] {
    const sums = new Map<number, Counts>();
    for (const [at, counts] of this.buckets) {
      const atMs = Math.floor((at * this.fineMs) / bucketMs) * bucketMs;
      const sum = sums.get(atMs) ?? { insert: 0, change: 0, delete: 0, timeToLive: 0 };
      addTo(sum, counts);
      sums.set(atMs, sum);
    }
    return [...sums].map(([atMs, counts]) => ({ atMs, ...counts })).sort((a, b) => a.atMs - b.atMs);
  }
}

function addTo(sum: Counts, counts: Counts): void {
  for (const kind of Object.keys(sum) as Kind[]) sum[kind] += counts[kind];
}

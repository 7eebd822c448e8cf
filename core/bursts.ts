/** How many changes there were in one bucket of time. */
export interface BucketCount {
  /** The first millisecond of the bucket. */
  readonly atMs: number;
  readonly changes: number;
}

/** Buckets side by side with many times the usual number of changes. */
export interface Burst {
  readonly fromMs: number;
  /** The first millisecond after it. */
  readonly toMs: number;
  readonly changes: number;
  /** Changes in a bucket elsewhere, on average. */
  readonly usual: number;
  /** How many times the usual its buckets have, on average. Infinity where there is nothing elsewhere. */
  readonly times: number;
}

/** So many changes in a bucket, and so many times the usual, are a burst: a few more than nothing are none. */
const LEAST_CHANGES = 10;
const LEAST_TIMES = 8;

/**
 * Where a table changed far more than elsewhere. What is usual is found without the bursts themselves, or a large one would
 * hide the others.
 *
 * @param counts those that are not zero, in order of time
 * @param range with `toMs` excluded; buckets without changes in it count as such
 */
export function burstsIn(
  counts: readonly BucketCount[],
  range: { readonly fromMs: number; readonly toMs: number; readonly bucketMs: number },
): Burst[] {
  const { bucketMs } = range;
  const buckets = Math.max(1, Math.ceil((range.toMs - range.fromMs) / bucketMs));
  const inBursts = new Set<BucketCount>();
  let usual = 0;
  for (let before = -1; before < inBursts.size;) {
    before = inBursts.size;
    const others = counts.reduce((sum, count) => (inBursts.has(count) ? sum : sum + count.changes), 0);
    usual = others / Math.max(1, buckets - inBursts.size);
    for (const count of counts) {
      if (count.changes >= LEAST_CHANGES && count.changes >= LEAST_TIMES * usual) inBursts.add(count);
    }
  }
  return sideBySide([...inBursts], bucketMs).map((group) => burstOf(group, usual, bucketMs));
}

function sideBySide(counts: BucketCount[], bucketMs: number): BucketCount[][] {
  const groups: BucketCount[][] = [];
  for (const count of counts.sort((a, b) => a.atMs - b.atMs)) {
    const last = groups.at(-1);
    // One quiet bucket between does not make two of it.
    // Stryker disable next-line OptionalChaining: for the compiler; no group is empty
    if (last && count.atMs - (last.at(-1)?.atMs ?? 0) <= 2 * bucketMs) last.push(count);
    else groups.push([count]);
  }
  return groups;
}

function burstOf(group: readonly BucketCount[], usual: number, bucketMs: number): Burst {
  // Stryker disable next-line OptionalChaining: for the compiler; no group is empty
  const fromMs = group[0]?.atMs ?? 0;
  // Stryker disable next-line OptionalChaining: for the compiler; no group is empty
  const toMs = (group.at(-1)?.atMs ?? 0) + bucketMs;
  const changes = group.reduce((sum, count) => sum + count.changes, 0);
  return { fromMs, toMs, changes, usual, times: changes / ((toMs - fromMs) / bucketMs) / usual };
}

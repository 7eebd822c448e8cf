/** Half jitter on 50 ms, 100 ms, ... 5 s: how long to wait before what was left out of a batch is sent again. */
export function backoffMs(attempt: number): number {
  return Math.min(25 * 2 ** attempt, 5_000) * (0.5 + Math.random() / 2);
}

/** Full jitter on `firstMs`, twice that, ... `longestMs`, as the SDK waits. */
export function fullJitterMs(attempt: number, firstMs: number, longestMs: number): number {
  return Math.random() * Math.min(firstMs * 2 ** (attempt - 1), longestMs);
}

const HALF_LIFE_MS = 20_000;

/**
 * How fast something goes on. What was lately counts more than what was before, so that it follows a change within half a
 * minute, and one slow answer moves it little.
 */
export class Rate {
  private items = 0;
  private spanMs = 0;
  private atMs: number;

  constructor(nowMs: number) {
    this.atMs = nowMs;
  }

  add(items: number, nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.atMs);
    const kept = 2 ** (-passedMs / HALF_LIFE_MS);
    this.items = this.items * kept + items;
    this.spanMs = this.spanMs * kept + passedMs;
    this.atMs = nowMs;
  }

  get perSecond(): number {
    return this.spanMs === 0 ? 0 : (this.items * 1_000) / this.spanMs;
  }
}

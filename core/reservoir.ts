/**
 * Draws some of what goes past, in one pass and holding no more than what is drawn: each of all that were offered has the
 * same chance to be among them (Vitter's algorithm R).
 */
export class Reservoir<Value> {
  private readonly kept: Value[] = [];
  private count = 0;

  /** @param random from 0 up to but not including 1 */
  constructor(
    private readonly size: number,
    private readonly random: () => number = Math.random,
  ) {}

  offer(value: Value): void {
    this.count += 1;
    const at = this.kept.length < this.size ? this.kept.length : Math.floor(this.random() * this.count);
    if (at < this.size) this.kept[at] = value;
  }

  /** All that were offered, or as many as were asked for. */
  get drawn(): readonly Value[] {
    return this.kept;
  }

  /** How many were offered. */
  get offered(): number {
    return this.count;
  }
}

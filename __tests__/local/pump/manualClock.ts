import type { Clock } from '../../../local/pump/clock';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Time that stands still until it is told to go on. */
export class ManualClock implements Clock {
  private timeMs = Date.parse('2026-11-23T12:00:00Z');
  private sleepers: Sleeper[] = [];

  now(): number {
    return this.timeMs;
  }

  /** Whether nobody waits for a time any more. */
  get isIdle(): boolean {
    return this.sleepers.length === 0;
  }

  sleep(milliseconds: number, cut: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = {
        atMs: this.timeMs + milliseconds,
        wake: () => {
          this.sleepers = this.sleepers.filter((other) => other !== sleeper);
          resolve();
        },
      };
      this.sleepers.push(sleeper);
      cut.addEventListener('abort', sleeper.wake);
      if (cut.aborted) sleeper.wake();
    });
  }

  /** Lets time go on from one sleeper to the next until the condition holds; a day at most. */
  async until(condition: () => boolean): Promise<void> {
    const end = this.timeMs + 26 * 3_600_000;
    for (;;) {
      await everythingThatCanHappenNow();
      if (condition()) return;
      const next = this.sleepers.reduce<Sleeper | undefined>((a, b) => (a && a.atMs <= b.atMs ? a : b), undefined);
      if (!next) throw new Error(`nobody waits for a time, and this does not hold: ${String(condition)}`);
      if (next.atMs > end) throw new Error(`within a day this did not hold: ${String(condition)}`);
      this.timeMs = next.atMs;
      next.wake();
    }
  }

  /** Lets the promise settle, and time go on for it as far as it needs. */
  async through<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const settled = () => void (isSettled = true);
    promise.then(settled, settled);
    await this.until(() => isSettled);
    return promise;
  }

  /** Lets exactly so much time pass. */
  async advance(milliseconds: number): Promise<void> {
    let isOver = false;
    const over = this.sleep(milliseconds, new AbortController().signal).then(() => (isOver = true));
    await this.until(() => isOver);
    await over;
    await everythingThatCanHappenNow();
  }
}

/** The fakes answer at once, so that one turn of the event loop runs every promise dry. */
export function everythingThatCanHappenNow(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

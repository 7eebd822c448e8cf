/** Time, as the pump sees it. Tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves when the time has passed, or at once when `cut` is aborted. Leaves no timer behind. */
  sleep(milliseconds: number, cut: AbortSignal): Promise<void>;
}

export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, cut) =>
    new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        cut.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      cut.addEventListener('abort', wake);
      if (cut.aborted) wake();
    }),
};

/** Wakes whoever waits for something to change. Every waiter looks for itself whether it was meant. */
export class Bell {
  private readonly waiting = new Set<() => void>();

  ring(): void {
    const woken = [...this.waiting];
    this.waiting.clear();
    for (const wake of woken) wake();
  }

  heard(): Promise<void> {
    return new Promise((resolve) => void this.waiting.add(resolve));
  }

  /** Resolves at the next ring, and after the time at the latest. */
  async heardWithin(milliseconds: number, clock: Clock): Promise<void> {
    const rung = new AbortController();
    const wake = () => rung.abort();
    this.waiting.add(wake);
    await clock.sleep(milliseconds, rung.signal);
    this.waiting.delete(wake);
  }
}

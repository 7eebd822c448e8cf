import { AbortError } from './httpErrors';
import { onAbort } from './onAbort';

/** How many calls may be under way. It shrinks by half when the link is too slow for them, and grows by one a round. */
export interface Window {
  readonly calls: number;
  /** How often it has shrunk. */
  readonly cuts: number;
}

export function grown(window: Window, most: number): Window {
  return window.calls >= most ? window : { ...window, calls: Math.min(most, window.calls + 1 / window.calls) };
}

/** Calls that began before the last cut tell of the time before it: all that break at once are one sign. */
export function shrunk(window: Window, cutsWhenBegun: number): Window {
  if (cutsWhenBegun < window.cuts) return window;
  return { calls: Math.max(1, window.calls / 2), cuts: window.cuts + 1 };
}

const SLOW_LINK = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'RequestTimeout', 'TimeoutError']);

/** Lets calls go, as many at a time as the link carries. */
export class InFlight {
  private window: Window;
  private running = 0;
  private waiting: (() => void)[] = [];

  constructor(private readonly most: number) {
    this.window = { calls: most, cuts: 0 };
  }

  /** Lets a call begin, at once where there is room. What it says, {@link end} is told. @throws AbortError */
  begin(signal?: AbortSignal): number | Promise<number> {
    if (!this.isFree) return this.turn(signal);
    this.running++;
    return this.window.cuts;
  }

  /** @param error of a call that failed */
  end(begun: number, error?: unknown): void {
    if (error === undefined) this.window = grown(this.window, this.most);
    else if (SLOW_LINK.has((error as Error).name)) this.window = shrunk(this.window, begun);
    this.running--;
    if (this.waiting.length > 0) this.letGo();
  }

  private get isFree(): boolean {
    return this.running + 1 <= this.window.calls;
  }

  private letGo(): void {
    while (this.waiting.length > 0 && this.isFree) this.waiting.shift()?.();
  }

  private turn(signal: AbortSignal | undefined): Promise<number> {
    return new Promise((resolve, reject) => {
      const forget = onAbort(signal, (reason) => {
        this.waiting = this.waiting.filter((other) => other !== go);
        reject(new AbortError(reason));
      });
      const go = () => {
        forget();
        this.running++;
        resolve(this.window.cuts);
      };
      this.waiting.push(go);
    });
  }
}

import type { Random } from './random';
import type { World } from './world';

/** How often calls go wrong, as shares of one. */
export interface FaultRates {
  /** Refused with 503 until the client gives up: nothing was done. */
  readonly unavailable: number;
  /** Done, and the answer lost until the client gives up. */
  readonly lostAnswer: number;
  /** Done, the answer lost, done again by the client's own retry. */
  readonly doneTwice: number;
}

export const NO_FAULTS: FaultRates = { unavailable: 0, lostAnswer: 0, doneTwice: 0 };

export interface ProcessPlan {
  /** Milliseconds that its clock is ahead of the true time. */
  readonly skewMs?: number;
  /** Its nth call outside is its last: made or not, answered or not, chance decides. */
  readonly crashAtCall?: number;
  /** After its nth call everything stands still for a time, as on a laptop that was shut. */
  readonly pauseAtCall?: number;
  readonly pauseMs?: number;
  /** Added to each way of a call, at most. */
  readonly slowMs?: number;
  readonly faults?: FaultRates;
}

/** How a service says that it is away, and how a client says that no answer came. */
export interface CallErrors {
  readonly unavailable: () => Error;
  readonly lostAnswer: () => Error;
}

type Outcome<Answer> = { readonly answer: Answer } | { readonly error: Error };

/** One run of a program: everything that it does outside goes through {@link call}, which takes time and may fail. */
export class Process {
  calls = 0;
  isDead = false;
  private pausedUntilMs = 0;
  private pausedForMs = 0;
  private whenDead: () => void = () => undefined;

  constructor(
    readonly name: string,
    readonly world: World,
    private readonly random: Random,
    private readonly plan: ProcessPlan = {},
  ) {}

  /** What its own clock shows. */
  readonly nowMs = (): number => this.world.nowMs + (this.plan.skewMs ?? 0);

  /** Stands still with the machine, as CLOCK_MONOTONIC of Linux does while it is suspended (clock_gettime(2)). */
  readonly monotonicMs = (): number => this.world.nowMs - this.pausedForMs;

  readonly pause = (ms: number): Promise<void> => new Promise((resolve) => this.deliver(ms, resolve));

  /** Runs a program to its end. `crashed` when it had none; whatever it holds is gone then. */
  async run<Result>(program: () => Promise<Result>): Promise<Result | 'crashed'> {
    const death = new Promise<'crashed'>((resolve) => (this.whenDead = () => resolve('crashed')));
    return Promise.race([program(), death]);
  }

  /**
   * A call to a service: done when the request arrives, answered later. After the process has died, what it had sent still
   * arrives.
   */
  call<Answer>(errors: CallErrors, does: () => Answer): Promise<Answer> {
    if (this.isDead) return new Promise(() => undefined);
    const number = ++this.calls;
    const isLast = number === this.plan.crashAtCall;
    if (isLast && this.random.chance(0.3)) return this.die();
    const fault = this.faultOfCall();
    return new Promise((resolve, reject) => {
      this.world.after(this.latencyMs(), () => {
        const outcome = this.outcomeOf(fault, errors, does);
        if (isLast) return void this.die();
        if (number === this.plan.pauseAtCall) this.standStill(this.plan.pauseMs ?? 0);
        this.deliver(this.latencyMs(), () => ('error' in outcome ? reject(outcome.error) : resolve(outcome.answer)));
      });
    });
  }

  private outcomeOf<Answer>(
    fault: keyof FaultRates | undefined,
    errors: CallErrors,
    does: () => Answer,
  ): Outcome<Answer> {
    if (fault === 'unavailable') return { error: errors.unavailable() };
    const first = attempt(does);
    if (fault === 'lostAnswer') return { error: errors.lostAnswer() };
    return fault === 'doneTwice' ? attempt(does) : first;
  }

  private faultOfCall(): keyof FaultRates | undefined {
    const { unavailable, lostAnswer, doneTwice } = this.world.isCalm ? NO_FAULTS : (this.plan.faults ?? NO_FAULTS);
    const at = this.random.next();
    if (at < unavailable) return 'unavailable';
    if (at < unavailable + lostAnswer) return 'lostAnswer';
    return at < unavailable + lostAnswer + doneTwice ? 'doneTwice' : undefined;
  }

  private standStill(ms: number): void {
    this.pausedUntilMs = this.world.nowMs + ms;
    this.world.after(ms, () => (this.pausedForMs += ms));
  }

  private deliver(ms: number, happen: () => void): void {
    this.world.after(ms, () => {
      const waitMs = this.pausedUntilMs - this.world.nowMs;
      if (waitMs > 0) this.deliver(waitMs, happen);
      else if (!this.isDead) happen();
    });
  }

  private die(): Promise<never> {
    this.isDead = true;
    this.whenDead();
    return new Promise(() => undefined);
  }

  private latencyMs(): number {
    const slowMs = this.random.next() * (this.plan.slowMs ?? 0);
    return slowMs + this.ordinaryLatencyMs();
  }

  private ordinaryLatencyMs(): number {
    return this.random.chance(0.02) ? this.random.between(1_000, 20_000) : this.random.between(3, 40);
  }
}

function attempt<Answer>(does: () => Answer): Outcome<Answer> {
  try {
    return { answer: does() };
  } catch (error) {
    return { error: error as Error };
  }
}

import { Random } from './random';

interface Pending {
  readonly atMs: number;
  readonly happen: () => void;
}

/**
 * Time, and what is going to happen in it. Nothing takes real time: the clock jumps to what comes next. One thing happens
 * at a time, and everything that it sets off in running code has ended before the next. So one seed gives one run.
 */
export class World {
  /** What everything that is there may happen at; replays do the same. */
  private readonly pending: Pending[] = [];
  private timeMs: number;
  /** The second part of a run: nothing fails any more. */
  isCalm = false;
  steps = 0;
  private failure?: Error;

  constructor(
    readonly seed: number,
    startMs: number,
  ) {
    this.timeMs = startMs;
  }

  /** The true time, which no process sees. Epoch milliseconds. */
  get nowMs(): number {
    return this.timeMs;
  }

  random(...purpose: readonly (string | number)[]): Random {
    return new Random(this.seed, ...purpose);
  }

  at(atMs: number, happen: () => void): void {
    let [low, high] = [0, this.pending.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      // Last come stands first, so that the next one is taken from the end; of one time, the first one asked.
      if ((this.pending[middle]?.atMs ?? 0) > atMs) low = middle + 1;
      else high = middle;
    }
    this.pending.splice(low, 0, { atMs: Math.max(atMs, this.timeMs), happen });
  }

  after(ms: number, happen: () => void): void {
    this.at(this.timeMs + ms, happen);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Ends the run with an error, after what is happening now. */
  fail(error: Error): void {
    this.failure ??= error;
  }

  /** Lets things happen until nothing is left, or all that remains is later. */
  async runUntil(untilMs: number): Promise<void> {
    await turn();
    for (let next = this.pending.at(-1); next && next.atMs <= untilMs; next = this.pending.at(-1)) {
      this.pending.pop();
      this.timeMs = next.atMs;
      this.steps += 1;
      next.happen();
      await turn();
      if (this.failure) throw this.failure;
    }
    if (untilMs < Infinity) this.timeMs = Math.max(this.timeMs, untilMs);
  }
}

/** Everything that promises have set off is over then, also what lets others have their turn, or compresses beside. */
async function turn(): Promise<void> {
  await nextTurn();
  while (isStillAtWork()) await new Promise((resolve) => setImmediate(resolve));
}

/** So many turns are asked of Node at a time: a way around its event loop costs more than most of what happens in a turn. */
const TURNS_AT_A_TIME = 32;
let turnsAsked = 0;
let whoseTurn: (() => void) | undefined;

/** Between one of these and the next, Node ends all that promises have set off, and ends the process by an error that nobody has caught. */
function nextTurn(): Promise<void> {
  if (turnsAsked === 0) {
    // Only the last one counts as something to wait for.
    for (; turnsAsked < TURNS_AT_A_TIME - 1; turnsAsked++) setImmediate(takeTurn).unref();
    setImmediate(takeTurn);
    turnsAsked += 1;
  }
  return new Promise((resolve) => (whoseTurn = resolve));
}

function takeTurn(): void {
  turnsAsked -= 1;
  const taken = whoseTurn;
  whoseTurn = undefined;
  taken?.();
}

/** As Node names them. */
const STILL_AT_WORK: ReadonlySet<string> = new Set(['Immediate', 'Zlib', 'ZLIB', 'FSReqPromise']);

function isStillAtWork(): boolean {
  const atWork = process.getActiveResourcesInfo().filter((resource) => STILL_AT_WORK.has(resource));
  return atWork.length > (turnsAsked > 0 ? 1 : 0);
}

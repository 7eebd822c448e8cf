import type { Pause } from './pace';

/** Something that was wrong when it was looked at. */
export interface Open {
  /** When it was first seen to be so, epoch milliseconds. */
  readonly sinceMs: number;
}

export interface LookAgainRequest<Wrong extends Open> {
  /** Looks once more at all of them. Returns those that are still wrong. */
  readonly look: (open: readonly Wrong[]) => Promise<readonly Wrong[]>;
  /** The time that each has to become right. */
  readonly settleMs: number;
  /** From look to look; the last one for all that follow. */
  readonly pausesMs: readonly number[];
  readonly clock: { readonly nowMs: () => number; readonly pause: Pause; readonly signal: AbortSignal };
  /** Told how many are still waited for, first of all and after each look. */
  readonly onOpen?: (open: number) => void;
}

/**
 * Looks again and again at what was wrong, until it is right or has had its time: what is on its way must not be told as a
 * difference. Whatever was never right is wrong by a look that began after its time was over.
 *
 * @returns what was never right
 */
export async function lookAgain<Wrong extends Open>(
  wrong: readonly Wrong[],
  { look, settleMs, pausesMs, clock, onOpen }: LookAgainRequest<Wrong>,
): Promise<Wrong[]> {
  const { nowMs, pause, signal } = clock;
  const stood: Wrong[] = [];
  let open = wrong;
  for (let round = 0; open.length > 0; round++) {
    onOpen?.(open.length);
    const lastMs = open.reduce((last, { sinceMs }) => Math.max(last, sinceMs), -Infinity) + settleMs;
    const pauseMs = pausesMs[Math.min(round, pausesMs.length - 1)] ?? 0;
    await pause(Math.max(0, Math.min(pauseMs, lastMs - nowMs())), signal);
    const startedMs = nowMs();
    const left: Wrong[] = [];
    for (const one of await look(open)) (startedMs >= one.sinceMs + settleMs ? stood : left).push(one);
    open = left;
  }
  if (wrong.length > 0) onOpen?.(0);
  return stood;
}

import { setTimeout as delay } from 'node:timers/promises';

/** Waits. A test's clock takes no time. @throws the signal's reason when it is aborted meanwhile */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

export const realPause: Pause = async (ms, signal) => {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
};

/** Lets through `perSecond` items a second on average, and no more than one second's at once. */
export function pace(perSecond: number | undefined, nowMs: () => number, pause: Pause) {
  let freeAtMs = nowMs();
  return async (items: number, signal: AbortSignal): Promise<void> => {
    if (perSecond === undefined) return;
    const startMs = Math.max(freeAtMs, nowMs());
    freeAtMs = startMs + (items * 1_000) / perSecond;
    if (startMs > nowMs()) await pause(startMs - nowMs(), signal);
  };
}

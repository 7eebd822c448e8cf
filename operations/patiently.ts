import { backoffMs } from '../aws/backoff';
import type { Pause } from './pace';

export interface Patience {
  readonly signal: AbortSignal;
  readonly pause: Pause;
  /** How often a call is made at most, the first time included. */
  readonly tries: number;
  /** Whether an error may be gone in some seconds. */
  readonly mayPass: (error: unknown) => boolean;
}

/** Makes a call again, with growing pauses, while its error may pass. @throws the first that may not, or the last */
export async function patiently<Answer>(patience: Patience, call: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      await beforeNextTry(patience, error, attempt);
    }
  }
}

/** Waits when another try may help. @param attempt how often it has been tried @throws the error when it will not */
export async function beforeNextTry(
  { signal, pause, tries, mayPass }: Patience,
  error: unknown,
  attempt: number,
): Promise<void> {
  signal.throwIfAborted();
  if (attempt >= tries || !mayPass(error)) throw error;
  await pause(backoffMs(attempt), signal);
}

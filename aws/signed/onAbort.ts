const waiting = new WeakMap<AbortSignal, Set<(reason: unknown) => void>>();
const nothing = () => undefined;

/**
 * Calls back when the signal is aborted, and says how to stop waiting for that. However many calls wait for one signal,
 * it has one listener: each further one would make adding and removing slower for all of them.
 */
export function onAbort(signal: AbortSignal | undefined, callback: (reason: unknown) => void): () => void {
  if (signal === undefined) return nothing;
  const callbacks = waiting.get(signal) ?? listen(signal);
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}

function listen(signal: AbortSignal): Set<(reason: unknown) => void> {
  const callbacks = new Set<(reason: unknown) => void>();
  waiting.set(signal, callbacks);
  signal.addEventListener('abort', () => {
    for (const callback of [...callbacks]) callback(signal.reason);
  });
  return callbacks;
}

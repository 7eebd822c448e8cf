/**
 * Sends a batch, what the service has left out of it, and so on, until nothing is left.
 *
 * @param send resolves to what was left out
 * @param pause waits before the rest is sent. `inVain`: after how many calls in a row that did none of it, 0 after one that did
 * some
 */
export async function untilNoneLeft<Part>(
  parts: readonly Part[],
  send: (left: readonly Part[]) => Promise<readonly Part[]>,
  pause: (inVain: number, left: number) => Promise<void>,
): Promise<void> {
  let inVain = 0;
  for (let left = parts; left.length > 0;) {
    const rest = await send(left);
    inVain = rest.length < left.length ? 0 : inVain + 1;
    if (rest.length > 0) await pause(inVain, rest.length);
    left = rest;
  }
}

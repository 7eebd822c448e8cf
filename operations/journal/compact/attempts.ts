import type { Folder } from '../runs/folders';

const HOUR_MS = 3_600_000;
/** Nobody is still at work on what was begun so long ago. */
export const ABANDONED_MS = 24 * HOUR_MS;
/** Long before that nobody goes on with it, so that nothing is ever finished that is tagged as abandoned meanwhile. */
const TOO_OLD_MS = ABANDONED_MS / 2;

/** When the first of what is in a folder was stored. */
export function begunAtMs({ files }: Folder): number {
  return Math.min(...[...files.values()].map(({ versions }) => versions[0]?.storedAtMs ?? Infinity));
}

/**
 * The first attempt under whose name nothing was begun long ago.
 *
 * @param unfinished folders without a manifest
 * @param nameOf the folder of an attempt
 * @param retired what nobody may go on with, however young it is
 */
export function attemptOf(
  unfinished: readonly Folder[],
  nowMs: number,
  nameOf: (attempt: number) => string,
  retired: readonly Folder[] = [],
): number {
  const old = unfinished.filter((folder) => begunAtMs(folder) < nowMs - TOO_OLD_MS);
  const tooOld = new Set([...old, ...retired].map(({ name }) => name));
  let attempt = 0;
  while (tooOld.has(nameOf(attempt))) attempt += 1;
  return attempt;
}

import { setMaxListeners } from 'node:events';
import { runDcs } from '../../../cli/run';
import { realPause } from '../../../operations/pace';
import type { Outcome } from '../../support/outcome';

/**
 * Runs a command line in this process, with the environment that the SDK reads.
 *
 * @param nowMs this machine's clock
 */
export async function runInProcess(
  env: NodeJS.ProcessEnv,
  args: readonly string[],
  nowMs: () => number = Date.now,
): Promise<Outcome> {
  const [out, err]: [string[], string[]] = [[], []];
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const before = process.env;
  process.env = { ...before, ...env };
  try {
    const code = await runDcs(args, {
      stdout: { write: (text) => out.push(text) },
      stderr: { write: (text) => err.push(text) },
      env,
      signal,
      nowMs,
      pause: realPause,
    });
    return { code, stdout: out.join(''), stderr: err.join('') };
  } finally {
    process.env = before;
  }
}

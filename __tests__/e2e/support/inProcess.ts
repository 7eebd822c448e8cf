import { setMaxListeners } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { runDcs } from '../../../cli/run';
import { realPause, type Pause } from '../../../operations/pace';
import { watchingCalls } from '../../support/calls/httpCall';
import { expectKnown, type CommandRun } from '../../support/calls/known';
import type { Outcome } from '../../support/outcome';

const calls = watchingCalls<CommandRun>(expectKnown);

/** What is not as most tests want it. */
export interface OddTerminal {
  /** That stdout is. */
  readonly columns?: number;
  readonly pause?: Pause;
}

/**
 * Runs a command line in this process, with the environment that the SDK reads.
 *
 * @param nowMs this machine's clock
 */
export async function runInProcess(
  env: NodeJS.ProcessEnv,
  args: readonly string[],
  nowMs: () => number = Date.now,
  { columns, pause = realPause }: OddTerminal = {},
): Promise<Outcome> {
  const [out, err]: [string[], string[]] = [[], []];
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const before = process.env;
  process.env = { ...before, ...env };
  try {
    const code = await calls.within({ command: args[0] ?? '', sourceHost: sourceHostOf(env) }, () =>
      runDcs(args, {
        stdout: { write: (text) => out.push(text), ...(columns !== undefined && { isTTY: true, columns }) },
        stderr: { write: (text) => err.push(text) },
        env,
        signal,
        nowMs,
        pause,
      }),
    );
    return { code, stdout: out.join(''), stderr: err.join('') };
  } finally {
    process.env = before;
  }
}

function sourceHostOf({ DCS_CONFIG: file }: NodeJS.ProcessEnv): string | undefined {
  if (file === undefined || !existsSync(file)) return undefined;
  const { source } = JSON.parse(readFileSync(file, 'utf8')) as { source?: { endpoint?: string } };
  return source?.endpoint === undefined ? undefined : new URL(source.endpoint).host;
}

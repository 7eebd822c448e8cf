import { createInterface } from 'node:readline';
import type { Terminal } from './mfaCode';

/**
 * Asks at a terminal whether to go on; without one the answer is no.
 *
 * @param isSaid `--yes` was given: nothing is asked
 */
export async function confirmed(
  why: string,
  isSaid: boolean,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  if (isSaid) return true;
  if (!input.isTTY) return false;
  // Not in raw mode: Ctrl-C then ends the command as ever.
  const lines = createInterface({ input, output, terminal: false });
  const stop = () => lines.close();
  process.once('SIGINT', stop);
  try {
    const line = await new Promise<string>((resolve) => {
      lines.once('close', () => resolve(''));
      lines.question(`This needs a yes: ${why}. Go on? Only "yes" will do: `, resolve);
    });
    return line.trim() === 'yes';
  } finally {
    process.off('SIGINT', stop);
    lines.close();
  }
}

import type { ChildProcessWithoutNullStreams } from 'node:child_process';

/** Presses Ctrl-C, and waits until the command has taken notice. */
export function interrupted(child: ChildProcessWithoutNullStreams): Promise<void> {
  let said = '';
  const noticed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.stderr.on('data', (text: Buffer) => {
      said += text.toString();
      if (said.includes('Stopping in good order')) resolve();
    });
  });
  child.kill('SIGINT');
  return noticed;
}

import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

/** What a command line came to. */
export interface Outcome {
  /** Null when it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @throws what kept the process from being started */
export function outcomeOf(
  child: ChildProcess & { readonly stdout: Readable; readonly stderr: Readable },
): Promise<Outcome> {
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

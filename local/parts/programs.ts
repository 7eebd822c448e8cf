import { access, constants } from 'node:fs/promises';
import path from 'node:path';

/** What the machine has to have where it cannot be fetched. */
export type Need = 'java' | 'python';

/** What a search for a tool ends with: how to run it, or why it cannot be, and what would help. */
export type Search<Tool> = { readonly found: Tool } | { readonly missing: string; readonly needs?: Need };

/** Every program of that name on the PATH, in its order. */
export async function programsOnPath(name: string, { PATH = '' }: NodeJS.ProcessEnv): Promise<string[]> {
  const candidates = PATH.split(path.delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, name));
  const executable = await Promise.all(candidates.map(isExecutable));
  return candidates.filter((_, i) => executable[i]);
}

export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The last line that a failed program wrote, where it usually says what went wrong. */
export function lastWords(error: unknown): string {
  const { stderr = '', stdout = '', message } = error as Error & { stderr?: string; stdout?: string };
  return (stderr.trim() || stdout.trim() || message).split('\n').at(-1) ?? message;
}

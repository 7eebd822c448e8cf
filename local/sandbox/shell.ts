import { spawn } from 'node:child_process';
import type { Workspace } from './workspace';

export interface ShellResult {
  readonly code: number;
}

/**
 * A shell in the sandbox's folder, at this terminal.
 *
 * @param command what it runs; undefined: what is typed
 * @param ended kills it
 */
export async function runShell(
  { folder, environment }: Workspace,
  command: string | undefined,
  ended: AbortSignal,
): Promise<ShellResult> {
  const { SHELL = '/bin/sh' } = process.env;
  const args = command === undefined ? [] : ['-c', command];
  const shell = spawn(command === undefined ? SHELL : '/bin/sh', args, {
    cwd: folder,
    env: { ...withoutOtherAccounts(process.env), ...environment },
    stdio: 'inherit',
    // A shell to type in has to be in front at this terminal; a command and all that it starts ends with the sandbox.
    detached: command !== undefined,
  });
  const kill = () => {
    if (command === undefined) shell.kill('SIGHUP');
    else endGroup(shell.pid);
  };
  ended.addEventListener('abort', kill);
  try {
    return await new Promise<ShellResult>((resolve, reject) => {
      shell.once('error', reject);
      shell.once('close', (code) => resolve({ code: code ?? 130 }));
    });
  } finally {
    ended.removeEventListener('abort', kill);
    if (command !== undefined) endGroup(shell.pid);
  }
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGTERM');
  } catch {
    // All of them have ended.
  }
}

/** Whoever has an account of AWS in their environment does not mean that one here. */
function withoutOtherAccounts(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(AWS|DCS)_/.test(name) || name === 'AWS_PAGER'));
}

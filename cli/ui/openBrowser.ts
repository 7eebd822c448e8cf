import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  linux: ['xdg-open'],
  win32: ['cmd', '/c', 'start', ''],
};

/**
 * Opens an address by a file that leads to it: other users of this machine can read what a program is started with, and the
 * address has the token in it.
 *
 * @returns what removes the file
 */
export async function openBrowser(address: string): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'dcs-ui-'));
  const file = path.join(folder, 'open.html');
  await writeFile(file, `<!doctype html><meta http-equiv="refresh" content="0; url=${address}">\n`, { mode: 0o600 });
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const opener = spawn(program, [...args, file], { stdio: 'ignore', detached: true });
  opener.on('error', () => undefined); // The address is printed too.
  opener.unref();
  return () => rm(folder, { recursive: true, force: true });
}

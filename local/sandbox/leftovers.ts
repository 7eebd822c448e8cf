import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** Of a sandbox's folder: its process stands in the name, so that one whose process has gone can be told. */
export function folderPrefix(pid: number): string {
  return `dcs-sandbox-${pid}-`;
}

/** Folders that sandboxes which were killed have left. Nothing is removed: somebody may have put something there. */
export async function leftovers(below: string, isRunning = hasProcess): Promise<string[]> {
  const names = await readdir(below).catch(() => []);
  return names
    .filter((name) => {
      const pid = /^dcs-sandbox-(\d+)-/.exec(name)?.[1];
      return pid !== undefined && !isRunning(Number(pid));
    })
    .map((name) => path.join(below, name))
    .sort();
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

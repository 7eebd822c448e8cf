import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHARED } from './sharedFolder/make';

/** What was made of the key by any test file of this run of Jest, or else is made now. It has to be JSON, and is a new object each time. */
export function onceInARun<Made extends object>(key: string, make: () => Made): Made {
  return (kept(key) as Made | undefined) ?? keep(key, make());
}

/** The same for what is waited for. */
export async function onceInARunAwaited<Made extends object>(key: string, make: () => Promise<Made>): Promise<Made> {
  return (kept(key) as Made | undefined) ?? keep(key, await make());
}

function kept(key: string): unknown {
  const file = fileOf(key);
  if (file === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

function keep<Made extends object>(key: string, made: Made): Made {
  const file = fileOf(key);
  if (file === undefined) return made;
  // In one step: another worker may make the same.
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(made));
  renameSync(`${file}.${process.pid}`, file);
  return made;
}

function fileOf(key: string): string | undefined {
  const folder = process.env[SHARED];
  return folder === undefined ? undefined : join(folder, createHash('sha256').update(key).digest('hex'));
}

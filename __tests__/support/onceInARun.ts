import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHARED } from './sharedFolder/make';

/** What was made of the key by any test file of this run of Jest, or else is made now. It has to be JSON, and is a new object each time. */
export function onceInARun<Made extends object>(key: string, make: () => Made): Made {
  const folder = process.env[SHARED];
  if (folder === undefined) return make();
  const file = join(folder, createHash('sha256').update(key).digest('hex'));
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const made = make();
  // In one step: another worker may make the same.
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(made));
  renameSync(`${file}.${process.pid}`, file);
  return made;
}

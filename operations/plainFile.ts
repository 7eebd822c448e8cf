import { constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { lstat, open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { RefusedError } from '../core/errors';

/*
 * What is written on a machine goes where it is said to go. A link that somebody has put there (on a stick, in a folder
 * that others may write to) would lead it over another file.
 */

/**
 * Makes a folder and those above it, unless they are there. Node.js's own way of that never ends where a folder takes none
 * (`/proc/x`).
 */
function makeFolders(folder: string): void {
  const above = path.dirname(folder);
  if (above !== folder && !existsSync(above)) makeFolders(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** Makes a folder, unless it is there. @throws RefusedError when it is a link */
export async function makeFolder(folder: string): Promise<void> {
  makeFolders(path.resolve(folder));
  const there = await lstat(folder);
  if (!there.isDirectory()) throw new RefusedError(`${folder} is a link; name the folder that it leads to`);
}

/** @throws RefusedError when there is something else than a plain file */
export async function requirePlainFile(file: string): Promise<void> {
  const there = await lstat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  });
  if (!there || there.isFile()) return;
  throw new RefusedError(
    `${file} is ${there.isSymbolicLink() ? 'a link' : 'no plain file'}, and nothing is written there; remove it, or name another folder`,
  );
}

/** A new file for writing, in the place of an older one. @throws RefusedError when there is something else than a plain file */
export async function newFile(file: string): Promise<FileHandle> {
  await requirePlainFile(file);
  await rm(file, { force: true });
  return open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW);
}

/** Writes a whole file, and has it on the disk. @throws RefusedError as {@link newFile} */
export async function writePlainFile(file: string, text: string): Promise<void> {
  const handle = await newFile(file);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

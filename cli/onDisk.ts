import { DcsError } from '../core/errors';

/** What a disk refuses; none of these comes from a network. */
const DISK_CODES = new Set([
  'EACCES',
  'EDQUOT',
  'EEXIST',
  'EFBIG',
  'EIO',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'ENOENT',
  'ENOSPC',
  'ENOTDIR',
  'EPERM',
  'EROFS',
]);

/**
 * Does work that writes files, whose failure is not ours: the message then says what could not be written, and what to do.
 *
 * @param what what is written, for people
 * @param option the option that names another folder
 */
export async function onDisk<Result>(what: string, option: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    if (!DISK_CODES.has(code)) throw cause;
    throw new DcsError(
      `${what} cannot be written: ${message}. Free some space, or give another folder with ${option}, and run the same command again`,
      { cause },
    );
  }
}

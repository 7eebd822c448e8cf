import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../core/errors';

/**
 * The file of this name in a folder or in the nearest one above it, as git finds its repository.
 *
 * @param userId of who runs this; undefined where files have no owner's number (Windows)
 * @returns undefined when there is none
 * @throws UsageError for one above the folder that belongs to somebody else: who may write in /tmp could have it read
 */
export function findFile(name: string, folder: string, userId: number | undefined): string | undefined {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const file = path.join(at, name);
    if (existsSync(file)) {
      const isAbove = at !== path.resolve(folder);
      const owner = statSync(file).uid;
      if (!isAbove) return name;
      if (userId === undefined || owner === userId || owner === 0) return path.relative(folder, file);
      throw new UsageError([
        `${file} belongs to another user (${owner}), so it is not taken unasked. Name it with --config or DCS_CONFIG if you trust it`,
      ]);
    }
    if (path.dirname(at) === at) return undefined;
  }
}

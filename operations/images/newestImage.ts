import type { ObjectVersion } from '../../aws/objectVersions';
import { readDecidingVersions, type ReadVersion } from '../../core/decidingVersions';
import { isOfFormerTable, mayBeOfTable } from '../../core/formerTable';
import { newestOf } from '../../core/newest';
import { headerOf } from './headerOf';
import type { ImageSource } from './imageSource';

/**
 * Which of an object's versions is the image of the newest change, with its header: of one change stored twice, the copy
 * that was stored last. Reads the metadata of those that may be it. Undefined when there is no version.
 *
 * @throws what {@link headerOf} throws for any of those: with one that cannot be read, no other is known to be the newest
 */
export async function newestImage(
  source: Pick<ImageSource, 'images'>,
  versions: readonly ObjectVersion[],
  createdAtMs?: number,
): Promise<ReadVersion<ObjectVersion> | undefined> {
  return newestOf(await decidingNow(source, versions, createdAtMs));
}

/**
 * The versions that may be the image of the newest change, in the order of being stored.
 *
 * @param createdAtMs when the table was created, where there was another one of its name before: what is of that is left out
 */
export function decidingNow(
  source: Pick<ImageSource, 'images'>,
  versions: readonly ObjectVersion[],
  createdAtMs?: number,
): Promise<ReadVersion<ObjectVersion>[]> {
  const own = versions.filter((version) => mayBeOfTable(version, createdAtMs));
  return readDecidingVersions(own, Infinity, async (version) => {
    const header = await headerOf(source, version);
    return isOfFormerTable(header, version, createdAtMs) ? undefined : header;
  });
}

import type { ObjectVersion } from '../../aws/objectVersions';
import { readDecidingVersions, type ReadVersion } from '../../core/decidingVersions';
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
): Promise<ReadVersion<ObjectVersion> | undefined> {
  return newestOf(await decidingNow(source, versions));
}

/** The versions that may be the image of the newest change, in the order of being stored. */
export function decidingNow(
  source: Pick<ImageSource, 'images'>,
  versions: readonly ObjectVersion[],
): Promise<ReadVersion<ObjectVersion>[]> {
  return readDecidingVersions(versions, Infinity, (version) => headerOf(source, version));
}

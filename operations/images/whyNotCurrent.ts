import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import type { ReadVersion } from '../../core/decidingVersions';
import { TOMBSTONE_BODY } from '../../core/image';
import { newestOf } from '../../core/newest';
import { utc } from '../../core/units';
import { isSameChange } from './objectForWriting';

/** How an object shows something else than its newest image to S3, whose lifecycle keeps the current version alone. */
export interface NotCurrent {
  /** `hidden`: the current version is a delete marker. `notCurrent`: it is an older image. */
  readonly is: 'hidden' | 'notCurrent';
  readonly reason: string;
  /** What S3 shows, or shows nothing for, is of an older change and holds the same: only a change that is still to come in between tells them apart. */
  readonly isSameState: boolean;
}

/**
 * Undefined where the current version is the newest image, or a copy of it: when all others have expired it is still there. So it
 * is under a delete marker where that is the tombstone: lifecycle puts one there at its end, and what lies below goes sooner.
 *
 * @param read the versions that may be the newest, with their headers
 */
export function whyNotCurrent(
  { versions, hiddenBy }: Pick<ObjectHistory, 'versions' | 'hiddenBy'>,
  read: readonly Pick<ReadVersion<ObjectVersion>, 'version' | 'header'>[],
): NotCurrent | undefined {
  const newest = newestOf(read);
  if (!newest || isInJournal(newest, read)) return undefined;
  const last = versions.findLast(({ image }) => !image);
  const current = read.find(({ version }) => version.versionId === last?.versionId);
  const isNewest = current && isSameChange(current.header.position, newest.header.position);
  if (isNewest && (!hiddenBy || isTombstone(current.version))) return undefined;
  const isSame = !!current && current.header.digest !== undefined && current.header.digest === newest.header.digest;
  if (hiddenBy) {
    return {
      is: 'hidden',
      isSameState: isSame && isTombstone(current.version),
      reason: `its images lie under the delete marker ${hiddenBy.versionId} of ${utc(hiddenBy.storedAtMs)}: S3 shows no object, and lifecycle will remove them`,
    };
  }
  return {
    is: 'notCurrent',
    isSameState: isSame,
    reason: 'the current version is an older image than the newest one, and lifecycle will keep that',
  };
}

/** Of what a journal holds lifecycle keeps all, whatever its order: also of a change that is stored as an image besides. */
function isInJournal(
  { header }: Pick<ReadVersion<ObjectVersion>, 'header'>,
  read: readonly Pick<ReadVersion<ObjectVersion>, 'version' | 'header'>[],
): boolean {
  return read.some((one) => one.version.image && isSameChange(one.header.position, header.position));
}

/** As the rule of lifecycle tells them. */
export function isTombstone({ sizeBytes }: Pick<ObjectVersion, 'sizeBytes'>): boolean {
  return sizeBytes <= TOMBSTONE_BODY.length;
}

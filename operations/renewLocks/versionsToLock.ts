import type { LockedVersion, LockStore } from '../../aws/objectLocks';
import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import { S3Error } from '../../aws/s3Error';
import { readDecidingVersions } from '../../core/decidingVersions';
import { versionsToRead } from '../../core/history';
import type { KeptLocked, VersionLock } from '../../core/lockRenewal';
import { newestOf } from '../../core/newest';
import { readHeader } from '../../core/readImage';
import { isTombstone } from '../images/whyNotCurrent';
import { whyDamaged } from '../images/whyUnreadable';

/** A version that has to be locked, with the lock that it has. */
export interface VersionToLock {
  readonly version: ObjectVersion;
  readonly lock?: VersionLock;
}

/**
 * Which versions of an object have to be locked: the current one, and of an item the newest by the change order where that is another.
 * Under a delete marker it is the newest alone. Of a journal it is every version. What lifecycle has put a marker on at its end, reports, tombstones and what is covered, may go.
 *
 * @throws S3Error
 */
export async function versionsToLock(
  locks: Pick<LockStore, 'look'>,
  { versions, hiddenBy }: ObjectHistory,
  kind: KeptLocked,
): Promise<VersionToLock[]> {
  const looks = looksOnce(locks);
  const current = versions.slice(-1);
  // Nobody writes an object of a journal twice: what comes later may be forged, and must not leave the first one unlocked.
  if (kind === 'journal') return looks.at(hiddenBy ? [] : versions);
  if (kind === 'report') return looks.at(hiddenBy ? [] : current);
  if (kind === 'definition') return looks.at(current);
  const newest = await newestImages(versions, looks.look);
  if (!hiddenBy) return looks.at([...current, ...newest]);
  return looks.at(newest.filter((version) => !isTombstone(version)));
}

/** The image of the newest change; where that cannot be told, every version that may be it. */
async function newestImages(
  versions: readonly ObjectVersion[],
  look: (version: ObjectVersion) => Promise<LockedVersion | undefined>,
): Promise<readonly ObjectVersion[]> {
  try {
    const read = await readDecidingVersions(versions, Infinity, async (version) => {
      const found = await look(version);
      return found && readHeader(found);
    });
    const newest = newestOf(read);
    return newest ? [newest.version] : [];
  } catch (error) {
    if (whyDamaged(error) === undefined) throw error;
    return versionsToRead(versions);
  }
}

/** Looks at each version once, whoever asks. What has been deleted since it was listed is not there. */
function looksOnce(locks: Pick<LockStore, 'look'>) {
  const looked = new Map<string, Promise<LockedVersion | undefined>>();
  const look = ({ objectKey, versionId }: ObjectVersion) => {
    const found = looked.get(versionId) ?? locks.look(objectKey, versionId).catch(undefinedIfGone);
    looked.set(versionId, found);
    return found;
  };
  return {
    look,
    async at(versions: readonly ObjectVersion[]): Promise<VersionToLock[]> {
      const found = await Promise.all(
        [...new Set(versions)].map(async (version) => [version, await look(version)] as const),
      );
      return found.flatMap(([version, there]) => (there ? [{ version, lock: there.lock }] : []));
    },
  };
}

function undefinedIfGone(error: unknown): undefined {
  if (error instanceof S3Error && error.statusCode === 404) return undefined;
  throw error;
}

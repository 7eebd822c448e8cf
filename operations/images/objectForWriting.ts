import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import type { WriteCondition } from '../../aws/conditionalPut';
import { compareChanges, type ChangePosition } from '../../core/changePosition';
import type { ReadVersion } from '../../core/decidingVersions';
import { isOfFormerTable } from '../../core/formerTable';
import { versionsToRead } from '../../core/history';
import type { ImageHeader } from '../../core/image';
import { inParallel } from '../../core/inParallel';
import { newestOf } from '../../core/newest';
import { headerOf } from './headerOf';
import type { ImageSource } from './imageSource';
import { whyDamaged } from './whyUnreadable';

/** What an object holds, as far as a change that is to be applied to it depends on it. */
export interface ObjectForWriting {
  /** Every image, in the order of being stored. */
  readonly read: readonly ReadVersion<ObjectVersion>[];
  /**
   * The version of the newest change that was stored last; undefined when there is no image. Those of a former table of the
   * name count where there are no others.
   */
  readonly newest?: ReadVersion<ObjectVersion>;
  /** There are images, and all are of a former table. */
  readonly isOfFormerTable: boolean;
  /** Whether that is the current version, which S3 shows and lifecycle keeps, or a line of a journal, which keeps all. */
  readonly isNewestCurrent: boolean;
  /** Holds as long as nobody has stored anything since. */
  readonly condition: WriteCondition;
}

type Source = Pick<ImageSource, 'history' | 'images'>;

const READS = 64;

/**
 * Reads the metadata of every version: whoever writes goes by nothing but the change order.
 *
 * @param createdAtMs when the table was created, where there was another one of its name before
 */
export async function readForWriting(
  source: Source,
  objectKey: string,
  createdAtMs?: number,
): Promise<ObjectForWriting> {
  const { versions }: Pick<ObjectHistory, 'versions'> = (await source.history(objectKey)) ?? { versions: [] };
  const headers = await headersOf(source, versions);
  const read = versions.flatMap((version) => {
    const header = headers.get(version);
    return header ? [{ version, header }] : [];
  });
  const own = read.filter(({ header, version }) => !isOfFormerTable(header, version, createdAtMs));
  const isFormer = read.length > 0 && own.length === 0;
  const newest = newestOf(isFormer ? read : own);
  // What a journal has may have been stored later, and is in no object of the item.
  const latest = versions.find(({ isLatest }) => isLatest);
  const current = read.find(({ version }) => version === latest);
  const isCurrent = !!newest && !!current && isSameChange(current.header.position, newest.header.position);
  const isNewestCurrent = isCurrent || newest?.version.image !== undefined;
  return { read, newest, isOfFormerTable: isFormer, isNewestCurrent, condition: conditionOf(latest) };
}

async function headersOf(source: Source, versions: readonly ObjectVersion[]): Promise<Map<ObjectVersion, ImageHeader>> {
  const recent = new Set(versionsToRead(versions));
  const headers = new Map<ObjectVersion, ImageHeader>();
  await inParallel(versions, READS, async (version) => {
    try {
      headers.set(version, await headerOf(source, version));
    } catch (error) {
      // An old version that is damaged must not stand in the way of every change to come.
      if (whyDamaged(error) === undefined || recent.has(version)) throw error;
    }
  });
  return headers;
}

/** Under a delete marker no version is the current one, and an object counts as not there. */
function conditionOf(latest: ObjectVersion | undefined): WriteCondition {
  return latest ? { IfMatch: latest.etag } : { IfNoneMatch: '*' };
}

export function isSameChange(a: ChangePosition, b: ChangePosition): boolean {
  return compareChanges(a, b) === 0;
}

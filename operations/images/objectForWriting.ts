import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import type { WriteCondition } from '../../aws/conditionalPut';
import { compareChanges, type ChangePosition } from '../../core/changePosition';
import type { ReadVersion } from '../../core/decidingVersions';
import { CLOCK_SLACK_MS } from '../../core/history';
import type { ImageHeader } from '../../core/image';
import { newestOf } from '../../core/newest';
import { headerOf } from './headerOf';
import type { ImageSource } from './imageSource';
import { decidingNow } from './newestImage';

/** What an object holds, as far as a change that is to be applied to it depends on it. */
export interface ObjectForWriting {
  readonly versions: readonly ObjectVersion[];
  /** The version of the newest change that was stored last; undefined when there is no image. */
  readonly newest?: ReadVersion<ObjectVersion>;
  /** What S3 shows to those who do not know of change order: the version stored last. */
  readonly last?: ReadVersion<ObjectVersion>;
  /** Holds as long as nobody has stored anything since. */
  readonly condition: WriteCondition;
}

type Source = Pick<ImageSource, 'history' | 'images'>;

export async function readForWriting(source: Source, objectKey: string): Promise<ObjectForWriting> {
  const { versions }: Pick<ObjectHistory, 'versions'> = (await source.history(objectKey)) ?? { versions: [] };
  const read = await decidingNow(source, versions);
  return { versions, newest: newestOf(read), last: read.at(-1), condition: conditionOf(versions.at(-1)) };
}

/** Under a delete marker no version is the current one, and an object counts as not there. */
function conditionOf(last: ObjectVersion | undefined): WriteCondition {
  return last?.isLatest ? { IfMatch: last.etag } : { IfNoneMatch: '*' };
}

/** Whether an image of this very change is among the versions. Looked for where it can be: by its size and time. */
export async function isStored(
  source: Source,
  { versions, newest }: ObjectForWriting,
  change: { readonly header: Pick<ImageHeader, 'position' | 'changedAtMs'>; readonly body: string },
): Promise<boolean> {
  const { position, changedAtMs } = change.header;
  if (newest && compareChanges(newest.header.position, position) === 0) return true;
  const sizeBytes = Buffer.byteLength(change.body);
  for (const version of versions) {
    if (version.sizeBytes !== sizeBytes || version.storedAtMs + CLOCK_SLACK_MS < changedAtMs) continue;
    const header = await headerOf(source, version);
    if (isSameChange(header.position, position)) return true;
  }
  return false;
}

export function isSameChange(a: ChangePosition, b: ChangePosition): boolean {
  return a.source === b.source && compareChanges(a, b) === 0;
}

import type { ObjectTag } from '../../../aws/objectTags';
import type { ObjectVersion } from '../../../aws/objectVersions';
import { inParallel } from '../../../core/inParallel';
import type { Folder } from '../runs/folders';
import type { CompactRequest } from './request';

const TAGS_AT_A_TIME = 16;

export async function tagVersions(
  { tags, signal }: Pick<CompactRequest, 'tags' | 'signal'>,
  versions: Iterable<Pick<ObjectVersion, 'objectKey' | 'versionId'>>,
  tag: ObjectTag,
): Promise<void> {
  await inParallel(versions, TAGS_AT_A_TIME, ({ objectKey, versionId }) => {
    signal.throwIfAborted();
    return tags.put(objectKey, versionId, tag, { signal });
  });
}

/** Every version of every file. */
export function versionsIn(folders: Iterable<Folder>): ObjectVersion[] {
  return [...folders].flatMap(({ files }) => [...files.values()].flatMap(({ versions }) => versions));
}

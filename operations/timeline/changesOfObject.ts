import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import { TOMBSTONE_BODY } from '../../core/image';

export type ChangeKind = 'insert' | 'change' | 'delete';

export interface SeenChange {
  readonly kind: ChangeKind;
  readonly version: ObjectVersion;
}

/**
 * What happened to an item, from the listing alone: a delete is known by its size, a change that was stored twice by its ETag.
 *
 * What a backfill stored looks like an insert, and a repair like a change. The time is that of storing, about a second after
 * the change; where capture had stood still, later.
 */
export function changesOfObject({ versions }: ObjectHistory): SeenChange[] {
  const changes: SeenChange[] = [];
  let before: ObjectVersion | undefined;
  for (const version of versions) {
    if (before?.etag === version.etag) continue;
    changes.push({ kind: kindOf(before, version), version });
    before = version;
  }
  return changes;
}

function kindOf(before: ObjectVersion | undefined, version: ObjectVersion): ChangeKind {
  if (isTombstone(version)) return 'delete';
  return before === undefined || isTombstone(before) ? 'insert' : 'change';
}

function isTombstone({ sizeBytes }: ObjectVersion): boolean {
  return sizeBytes === TOMBSTONE_BODY.length;
}

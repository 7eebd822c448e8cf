import { ARCHIVE_CLASSES } from '../aws/archive';
import type { ObjectHistory, ObjectVersion } from '../aws/objectVersions';
import type { Image } from '../core/image';
import { isInRange } from '../core/objectKey';
import { readImage } from '../core/readImage';
import type { ConfiguredTable } from '../settings/configuredTable';
import type { ImageSource } from './images/imageSource';
import { storedImageOf } from './images/storedImageOf';
import { whyUnreadable } from './images/whyUnreadable';
import type { SelectedChange, Selection } from './selection';
import { changesOfObject, type SeenChange } from './timeline/changesOfObject';
import { keysInObject } from './verify/keysInObject';

/** Of which changes something is: an item's by its keys, and each by what it was before and after it. */
export interface Choice {
  readonly table: ConfiguredTable;
  readonly selection: Selection;
  /** Told of a version that would have to be read, and cannot be: whether its change is chosen, nobody knows. */
  readonly onUnknown: (objectKey: string, reason: string) => void;
}

/**
 * The changes of an object that are chosen. An expression is asked of each change with the item as it was stored before and
 * after it, so each version in the time is read, and the one before.
 *
 * @param isInTime of which versions it is asked at all
 */
export async function chosenChanges(
  source: Pick<ImageSource, 'name' | 'history' | 'images'>,
  { table, selection, onUnknown }: Choice,
  history: ObjectHistory,
  isInTime: (version: ObjectVersion) => boolean = () => true,
): Promise<SeenChange[]> {
  const { objectKey, versions } = history;
  if (versions.length === 0) {
    onUnknown(objectKey, `${source.name} has no image of it`);
    return [];
  }
  const changes = changesOfObject(history);
  const { matches, partition, keyPrefix } = selection;
  const range = { ...(partition && { partition }), ...(keyPrefix !== undefined && { keyPrefix }) };
  const isWholeTable = partition === undefined && keyPrefix === undefined;
  if (isWholeTable && !matches) return changes;
  const keys = await keysInObject([source], table, table.keyTypes, objectKey);
  if (!keys || !isInRange(table.keySchema, range, keys)) return [];
  if (!matches) return changes;
  const chosen: SeenChange[] = [];
  for (const [i, change] of changes.entries()) {
    if (!isInTime(change.version)) continue;
    const [after, before] = [await read(change.version), await read(changes[i - 1]?.version)];
    if (after === undefined || before === undefined) continue;
    const is = { is: 'change', objectKey, keys, before: before.item, after: after.item } as const;
    if (matches({ ...is, deletedBy: after.header?.deletedBy } satisfies SelectedChange)) chosen.push(change);
  }
  return chosen;

  /** Undefined for what cannot be read, which is told. */
  async function read(version: ObjectVersion | undefined): Promise<Partial<Image> | undefined> {
    if (version === undefined) return {};
    try {
      if (!ARCHIVE_CLASSES.has(version.storageClass))
        return readImage({ ...(await storedImageOf(source, version)), storedAtMs: version.storedAtMs });
      onUnknown(objectKey, `a version of it is in ${version.storageClass}`);
    } catch (error) {
      const reason = whyUnreadable(error);
      if (reason === undefined) throw error;
      onUnknown(objectKey, reason);
    }
    return undefined;
  }
}

import type { ObjectHistory } from '../aws/objectVersions';
import type { AttributeMap, AttributeValue } from '../core/attributeValue';
import { canonicalValue } from '../core/canonicalItem';
import {
  isImageKey,
  objectKeyOf,
  partitionPrefixes,
  tablePrefix,
  type KeySchema,
  type TableLocation,
} from '../core/objectKey';
import type { ImageSource } from './images/imageSource';

/** What happened to one item between two moments. */
export interface SelectedChange {
  readonly is: 'change';
  readonly objectKey: string;
  readonly keys: AttributeMap;
  /** Undefined: it was not there. */
  readonly before: AttributeMap | undefined;
  readonly after: AttributeMap | undefined;
  /** The service that deleted it, as DynamoDB tells it. */
  readonly deletedBy: string | undefined;
}

/** Which items of a table something is about. What is left out selects all. */
export interface Selection {
  /** The items of these keys alone. */
  readonly keys?: AsyncIterable<AttributeMap>;
  /** All items of one partition key. */
  readonly partition?: AttributeValue;
  /** By what happened to it. */
  readonly matches?: (change: SelectedChange) => boolean;
}

interface Place {
  readonly source: Pick<ImageSource, 'histories' | 'history'>;
  readonly table: TableLocation & { readonly keySchema: KeySchema };
}

/**
 * The objects of the items that are selected by their keys: as few as can be listed, and those of shortened keys. One that was
 * asked for and is not there has no versions.
 */
export async function* selectedHistories(
  { source, table }: Place,
  { keys, partition }: Selection,
  signal?: AbortSignal,
): AsyncGenerator<ObjectHistory> {
  if (keys) {
    for await (const asked of keys) {
      const objectKey = objectKeyOf(table, table.keySchema, asked);
      yield (await source.history(objectKey)) ?? { objectKey, versions: [] };
    }
    return;
  }
  const prefixes = partition ? partitionPrefixes(table, table.keySchema, partition) : [tablePrefix(table)];
  for (const prefix of prefixes) {
    for await (const history of source.histories(prefix, signal)) if (isImageKey(history.objectKey)) yield history;
  }
}

/** Whether an item is among those selected: its object may have been listed for being below the same prefix. */
export function isSelected(
  { table }: Pick<Place, 'table'>,
  { partition, matches }: Selection,
  change: SelectedChange,
): boolean {
  const value = change.keys[table.keySchema.partitionKey];
  if (partition && (!value || canonicalValue(value) !== canonicalValue(partition))) return false;
  return matches?.(change) ?? true;
}

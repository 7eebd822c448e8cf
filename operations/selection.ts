import type { ObjectHistory } from '../aws/objectVersions';
import type { AttributeMap } from '../core/attributeValue';
import {
  isImageKey,
  isInRange,
  objectKeyOf,
  rangePrefixes,
  type KeyRange,
  type KeySchema,
  type TableLocation,
} from '../core/objectKey';
import { chosenOf } from '../core/steps';
import type { ImageSource, WantedState } from './images/imageSource';

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
export interface Selection extends KeyRange {
  /** The items of these keys alone. */
  readonly keys?: AsyncIterable<AttributeMap>;
  /** By what happened to it. */
  readonly matches?: (change: SelectedChange) => boolean;
}

/** @param from the bucket or folder */
export function noImages(
  from: string,
  { tableName }: TableLocation,
  { keys, partition, keyPrefix }: Selection,
): string {
  const chosen = (keys ?? partition ?? keyPrefix) ? 'what was chosen of ' : '';
  return `${from} has no images of ${chosen}${tableName}; check table, prefix and --copy`;
}

interface Place {
  readonly source: Pick<ImageSource, 'histories' | 'history'>;
  readonly table: TableLocation & { readonly keySchema: KeySchema };
}

/**
 * The objects of the items that are selected by their keys: as few as can be listed, and those of shortened keys. One that was
 * asked for and is not there has no versions.
 *
 * @param wanted where nothing but this state of each is asked for
 */
export function selectedHistories(
  place: Place,
  selection: Selection,
  signal?: AbortSignal,
  wanted?: WantedState,
): AsyncIterable<ObjectHistory> {
  const { keys, ...range } = selection;
  if (keys) return historiesOfKeys(place, keys);
  const { source, table } = place;
  const listings = rangePrefixes(table, table.keySchema, range).map(
    (prefix) => () => source.histories(prefix, signal, wanted),
  );
  return chosenOf(listings, ({ objectKey }) => isImageKey(objectKey));
}

async function* historiesOfKeys(
  { source, table }: Place,
  keys: AsyncIterable<AttributeMap>,
): AsyncGenerator<ObjectHistory> {
  for await (const asked of keys) {
    const objectKey = objectKeyOf(table, table.keySchema, asked);
    yield (await source.history(objectKey)) ?? { objectKey, versions: [] };
  }
}

/** Whether an item is among those selected: its object may have been listed for being below the same prefix. */
export function isSelected(
  { table }: Pick<Place, 'table'>,
  { matches, ...range }: Selection,
  change: SelectedChange,
): boolean {
  return isInRange(table.keySchema, range, change.keys) && (matches?.(change) ?? true);
}

import type { ObjectHistory } from '../../aws/objectVersions';
import type { AttributeMap } from '../../core/attributeValue';
import { CouldNotLookError } from '../../core/errors';
import { imageBody } from '../../core/image';
import { mapInParallel } from '../../core/mapInParallel';
import { ReadGuard } from '../guards';
import { stateOfObject, type ObjectState, type StateRequest } from '../images/stateOfObject';
import { isSelected, noImages, selectedHistories, type Selection } from '../selection';

export interface ListRequest extends StateRequest {
  readonly selection: Selection;
  readonly signal: AbortSignal;
  readonly watch?: ListWatch;
}

/** Told what is found, in no order. */
export interface ListWatch {
  readonly onItem?: (item: ListedItem) => void;
  /** An item whose state at the moment cannot be told. */
  readonly onUnknown?: (left: {
    readonly objectKey: string;
    readonly why: 'unknown' | 'unreadable';
    readonly reason: string;
  }) => void;
  readonly onLooked?: () => void;
}

/** An item as it was at a moment. */
export interface ListedItem {
  readonly objectKey: string;
  readonly keys: AttributeMap;
  readonly item: AttributeMap;
  /** Of its DynamoDB JSON. */
  readonly sizeBytes: number;
  /** When it was last changed by then. */
  readonly changedAtMs: number;
}

export interface ListCounts {
  items: number;
  bytes: number;
  /** Items that were not there at the moment. */
  absent: number;
  unknown: number;
  unreadable: number;
}

const READS = 64;

/**
 * What was in a table at a moment, from the images alone.
 *
 * @throws CouldNotLookError when there is no image
 */
export async function listItems(request: ListRequest): Promise<Readonly<ListCounts>> {
  const { source, table, selection, signal, watch } = request;
  const counts: ListCounts = { items: 0, bytes: 0, absent: 0, unknown: 0, unreadable: 0 };
  const guard = new ReadGuard();
  let looked = 0;
  const states = mapInParallel(selectedHistories(request, selection, signal, request), READS, (history) =>
    stateIn(request, history),
  );
  for await (const state of states) {
    signal.throwIfAborted();
    looked += 1;
    watch?.onLooked?.();
    note(request, counts, guard.checked(state));
  }
  if (looked > 0 || selection.keys) return counts;
  throw new CouldNotLookError(noImages(source.name, table, selection));
}

function stateIn(request: ListRequest, history: ObjectHistory): Promise<ObjectState> {
  const { objectKey, versions } = history;
  if (versions.length > 0) return stateOfObject(request, history);
  return Promise.resolve({ is: 'unknown', objectKey, reason: `${request.source.name} has no image of it` });
}

function note({ table, selection, watch }: ListRequest, counts: ListCounts, state: ObjectState): void {
  if (state.is === 'absent') counts.absent += 1;
  if (state.is === 'unknown' || state.is === 'unreadable') {
    counts[state.is] += 1;
    watch?.onUnknown?.({ objectKey: state.objectKey, why: state.is, reason: state.reason });
  }
  if (state.is !== 'item') return;
  const { objectKey, keys, item, changedAtMs } = state;
  const change = { is: 'change', objectKey, keys, before: undefined, after: item, deletedBy: undefined } as const;
  if (!isSelected({ table }, selection, change)) return;
  const sizeBytes = Buffer.byteLength(imageBody(item));
  counts.items += 1;
  counts.bytes += sizeBytes;
  watch?.onItem?.({ objectKey, keys, item, sizeBytes, changedAtMs });
}

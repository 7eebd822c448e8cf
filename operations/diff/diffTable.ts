import type { ObjectHistory } from '../../aws/objectVersions';
import type { AttributeMap } from '../../core/attributeValue';
import { CouldNotLookError } from '../../core/errors';
import { CLOCK_SLACK_MS, versionsToRead } from '../../core/history';
import { itemChanges, type ValueChange } from '../../core/itemChanges';
import { mapInParallel } from '../../core/mapInParallel';
import { tableCreatedAt } from '../formerTable';
import { stateOfObject, type ObjectState, type StateRequest } from '../images/stateOfObject';
import { isTombstone } from '../images/whyNotCurrent';
import { isSelected, noImages, selectedHistories, type Selection } from '../selection';

/** What became of one item between two moments. */
export type ItemDifference =
  | { readonly is: 'same'; readonly objectKey: string }
  /** It was there at neither moment. */
  | { readonly is: 'absent'; readonly objectKey: string }
  | {
      readonly is: 'added' | 'removed' | 'changed';
      readonly objectKey: string;
      readonly keys: AttributeMap;
      readonly changes: readonly ValueChange[];
      /** How often it was changed: by the versions that were stored between the moments, so 1 at least. */
      readonly times: number;
      /** When it was last changed by the later moment; undefined where only a former table had it. */
      readonly changedAtMs?: number;
    }
  /** The state at one of the moments is not known, or cannot be read. */
  | { readonly is: 'unknown'; readonly objectKey: string; readonly reason: string };

export interface DiffRequest extends Omit<StateRequest, 'momentMs'> {
  readonly fromMs: number;
  readonly toMs: number;
  readonly selection: Selection;
  readonly signal: AbortSignal;
  readonly watch?: DiffWatch;
}

/** The table may have been made again between the moments. */
interface DiffLives extends DiffRequest {
  readonly createdAtFromMs?: number;
}

/** Told what is found, as it is found. */
export interface DiffWatch {
  readonly onItem?: (difference: ItemDifference) => void;
}

/** Items by what became of them. */
export type DiffCounts = Record<ItemDifference['is'], number>;

const READS = 32;

/**
 * What became of every item between two moments, from the bucket alone, in no order.
 *
 * @throws CouldNotLookError when there is no image
 */
export async function diffTable(request: DiffRequest): Promise<Readonly<DiffCounts>> {
  const { source, table, signal, watch } = request;
  const counts: DiffCounts = { same: 0, added: 0, removed: 0, changed: 0, absent: 0, unknown: 0 };
  let isEmpty = true;
  const [createdAtFromMs, createdAtMs] = await Promise.all([
    tableCreatedAt(source, table, request.fromMs, request.storedByMs),
    tableCreatedAt(source, table, request.toMs, request.storedByMs),
  ]);
  const differences = mapInParallel(selectedHistories(request, request.selection, signal), READS, async (history) => {
    signal.throwIfAborted();
    return diffObject({ ...request, createdAtFromMs, createdAtMs }, history);
  });
  for await (const difference of differences) {
    isEmpty = false;
    if (!difference) continue;
    counts[difference.is] += 1;
    watch?.onItem?.(difference);
  }
  if (!isEmpty || request.selection.keys) return counts;
  throw new CouldNotLookError(noImages(source.name, table, request.selection));
}

/** Undefined for what was not chosen. */
async function diffObject(request: DiffLives, history: ObjectHistory): Promise<ItemDifference | undefined> {
  const { objectKey, versions } = history;
  if (versions.length === 0) return { is: 'unknown', objectKey, reason: `${request.source.name} has no image of it` };
  const { fromMs, toMs } = request;
  // Nothing is of a change later than it was stored.
  const isOneTable = request.createdAtFromMs === request.createdAtMs;
  if (isOneTable && versions.every(({ storedAtMs }) => storedAtMs + CLOCK_SLACK_MS <= fromMs))
    return { is: await whatStayed(request, history), objectKey };
  const [before, after] = await Promise.all([
    stateOfObject({ ...request, momentMs: fromMs, createdAtMs: request.createdAtFromMs }, history),
    stateOfObject({ ...request, momentMs: toMs }, history),
  ]);
  return compare(request, [before, after], timesChanged(request, history));
}

/** By the listing, where it tells: a delete is known by its size. */
async function whatStayed(request: DiffLives, history: ObjectHistory): Promise<'same' | 'absent'> {
  const deciding = versionsToRead(history.versions);
  const deletes = deciding.filter(isTombstone).length;
  if (deletes === 0) return 'same';
  if (deletes === deciding.length) return 'absent';
  const state = await stateOfObject({ ...request, momentMs: request.toMs }, history);
  return state.is === 'absent' ? 'absent' : 'same';
}

function timesChanged({ fromMs, toMs }: DiffLives, { versions }: ObjectHistory): number {
  return Math.max(1, versions.filter(({ storedAtMs }) => storedAtMs > fromMs && storedAtMs <= toMs).length);
}

function compare(
  { table, selection }: DiffLives,
  [before, after]: readonly [ObjectState, ObjectState],
  times: number,
): ItemDifference | undefined {
  const { objectKey } = after;
  for (const state of [before, after]) {
    if (state.is === 'unknown' || state.is === 'unreadable') return { is: 'unknown', objectKey, reason: state.reason };
  }
  const [old, now] = [before, after].map((state) => (state.is === 'item' ? state : undefined));
  const keys = (now ?? old)?.keys;
  if (!keys) return { is: 'absent', objectKey };
  if (old?.digest === now?.digest) return { is: 'same', objectKey };
  const deletedBy = after.is === 'absent' ? after.deletedBy : undefined;
  const change = { is: 'change', objectKey, keys, before: old?.item, after: now?.item, deletedBy } as const;
  if (!isSelected({ table }, selection, change)) return undefined;
  const changes = itemChanges(old?.item, now?.item);
  return { is: old ? (now ? 'changed' : 'removed') : 'added', objectKey, keys, changes, times, ...whenChanged(after) };
}

function whenChanged(after: ObjectState): { changedAtMs?: number } {
  const changedAtMs = 'changedAtMs' in after ? after.changedAtMs : undefined;
  return changedAtMs === undefined ? {} : { changedAtMs };
}

import { BATCH_GET_KEYS, type BatchTable } from '../../aws/batchTable';
import type { ObjectHistory } from '../../aws/objectVersions';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { CLOCK_SLACK_MS } from '../../core/history';
import { itemDigest } from '../../core/image';
import { inBatches, mapInParallel } from '../../core/mapInParallel';
import { keysOf } from '../../core/objectKey';
import { plannedWrite, type PlannedWrite } from '../../core/plannedWrite';
import { undoOf, type ConflictRule } from '../../core/undo';
import { ReadGuard } from '../guards';
import type { ObjectState } from '../images/stateOfObject';
import { isSelected, selectedHistories, type SelectedChange, type Selection } from '../selection';
import type { WindowStates } from './windowStates';

/** What a window did to one item, and what undoes it. */
export type RevertStep =
  /** Not changed by the window, not chosen, or back already. */
  | { readonly is: 'nothing'; readonly objectKey: string }
  /** `conflicts`: attributes that are left, or that the rule has decided. */
  | {
      readonly is: 'write';
      readonly write: PlannedWrite;
      readonly now: AttributeMap | undefined;
      readonly conflicts: Conflicts;
    }
  /** All that the window did was changed again later: nothing to write. */
  | { readonly is: 'conflict'; readonly objectKey: string; readonly keys: AttributeMap; readonly conflicts: Conflicts }
  | { readonly is: 'unknown' | 'unreadable'; readonly objectKey: string; readonly reason: string };

/** Names of attributes, or the item as a whole: it was made or deleted in the window, and changed since. */
export type Conflicts = readonly string[] | 'item';

export interface PlanRevertRequest {
  readonly states: WindowStates;
  readonly target: Pick<BatchTable, 'getBatch'>;
  readonly selection: Selection;
  readonly conflictRule: ConflictRule;
  readonly signal: AbortSignal;
}

const READS = 32;
const BATCH_READS = 4;

/** What undoes a window, item by item as it is found out: the images say what it did, and the table what is there now. */
export async function* planRevert(request: PlanRevertRequest): AsyncGenerator<RevertStep> {
  const { states, signal, selection } = request;
  const guard = new ReadGuard();
  const found = mapInParallel(selectedHistories(states, selection, signal), READS, (history) =>
    inWindow(request, history, guard),
  );
  for await (const steps of mapInParallel(inBatches(found, BATCH_GET_KEYS), BATCH_READS, (batch) =>
    againstTable(request, batch),
  )) {
    yield* steps;
  }
}

type InWindow = SelectedChange | Exclude<RevertStep, { is: 'write' | 'conflict' }>;

async function inWindow(
  { states, selection }: PlanRevertRequest,
  history: ObjectHistory,
  guard: ReadGuard,
): Promise<InWindow> {
  const { objectKey, versions } = history;
  const nothing = { is: 'nothing', objectKey } as const;
  if (versions.length === 0) return { is: 'unknown', objectKey, reason: `${states.source.name} has no image of it` };
  // Nothing is of a change later than it was stored.
  if (versions.every(({ storedAtMs }) => storedAtMs + CLOCK_SLACK_MS <= states.fromMs)) return nothing;
  const [before, after] = await states.of(history);
  for (const state of [before, after]) {
    guard.checked(state);
    if (state.is === 'unknown' || state.is === 'unreadable') return { is: state.is, objectKey, reason: state.reason };
  }
  const change = changeOf(before, after);
  return change && isSelected(states, selection, change) ? change : nothing;
}

function changeOf(before: ObjectState, after: ObjectState): SelectedChange | undefined {
  const [was, then] = [before, after].map((state) => (state.is === 'item' ? state : undefined));
  const keys = (then ?? was)?.keys;
  if (!keys || was?.digest === then?.digest) return undefined;
  const deletedBy = after.is === 'absent' ? after.deletedBy : undefined;
  return { is: 'change', objectKey: after.objectKey, keys, before: was?.item, after: then?.item, deletedBy };
}

async function againstTable(
  { states, target, conflictRule }: PlanRevertRequest,
  batch: readonly InWindow[],
): Promise<RevertStep[]> {
  const { keySchema } = states.table;
  const wanted = batch.flatMap((one) => (one.is === 'change' ? [one.keys] : []));
  const items = wanted.length === 0 ? [] : await target.getBatch(wanted);
  const found = new Map(items.map((item) => [canonicalItem(keysOf(keySchema, item)), item]));
  return batch.map((one) =>
    one.is === 'change' ? stepOf(one, found.get(canonicalItem(one.keys)), conflictRule) : one,
  );
}

function stepOf(
  { objectKey, keys, before, after }: SelectedChange,
  now: AttributeMap | undefined,
  rule: ConflictRule,
): RevertStep {
  const { undo, conflicts } = undoOf({ before, after, now }, rule);
  if (undo.do !== 'nothing') {
    const isChangedLater = itemDigest(after) !== itemDigest(now);
    return { is: 'write', write: plannedWrite({ objectKey, keys, now }, undo, isChangedLater), now, conflicts };
  }
  return conflicts.length > 0 ? { is: 'conflict', objectKey, keys, conflicts } : { is: 'nothing', objectKey };
}

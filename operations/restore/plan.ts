import { BATCH_GET_KEYS, type BatchTable } from '../../aws/batchTable';
import { BATCH_WRITE_ITEMS } from '../../aws/table';
import type { ObjectHistory } from '../../aws/objectVersions';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { itemDigest } from '../../core/image';
import { ITEM_OF_TEXT, type ItemText } from '../../core/itemText';
import { batchesInParallel, interleaved, mapInParallel } from '../../core/mapInParallel';
import { isInRange, keysOf, objectKeyOf } from '../../core/objectKey';
import { flattened } from '../../core/steps';
import { ReadGuard } from '../guards';
import { isSelected, selectedHistories, type Selection } from '../selection';
import type { KeptListing } from './keptListing';
import { stateAtHand, stateOfObject, type ObjectState, type StateRequest } from '../images/stateOfObject';
import { isWrittenLater } from './writtenLater';

/**
 * How the plan meets what is in the target table. `fill`: it is empty, so everything is put. `merge`: add and change.
 * `mirror`: delete what was not there at the moment, too.
 */
export type RestoreMode = 'fill' | 'merge' | 'mirror';

/** What is to be done about one item. `ahead`: what is wrong with the time that its image states. */
export type Action = (
  | Write
  | ({ readonly do: 'equal' } & PlannedItem)
  /** It was not there at the moment, and is not to be deleted or not there. */
  | { readonly do: 'nothing'; readonly objectKey: string; readonly isOfFormerTable?: true }
  | {
      readonly do: 'unknown' | 'unreadable' | 'newer';
      readonly objectKey: string;
      readonly reason: string;
      /** Of an item that belongs elsewhere. */
      readonly ownKey?: string;
    }
  /** It was written after the moment, and that is to stay. */
  | {
      readonly do: 'changedLater';
      readonly objectKey: string;
      readonly keys: AttributeMap;
      readonly reason: string;
    }
) & { readonly ahead?: string };

/** An action that changes the table. `isChangedLater`: it was written after the moment, as far as anybody asked. */
export type Write = (
  | ({ readonly do: 'put' } & PlannedItem)
  | ({ readonly do: 'change'; readonly now: AttributeMap } & PlannedItem)
  | { readonly do: 'delete'; readonly objectKey: string; readonly keys: AttributeMap; readonly now: AttributeMap }
) & { readonly isChangedLater?: boolean };

interface PlannedItem {
  readonly objectKey: string;
  /** Parsed when somebody asks for it, where there is its `text`. */
  readonly item: AttributeMap;
  readonly text?: ItemText;
  /** Digest of the item's state. */
  readonly digest: string;
}

export interface PlanRequest extends StateRequest {
  readonly target: Pick<BatchTable, 'getBatch' | 'scan'>;
  readonly mode: RestoreMode;
  /**
   * When the restore began that this one continues, in epoch milliseconds of the service. What the table holds is then either
   * as planned, or as the images said at that time, or `newer` and left alone: somebody else has written it.
   */
  readonly continuesSinceMs?: number;
  /**
   * What was written after the moment: `keep` leaves such items as they are, `mark` says so of those that are changed or put.
   * Undefined: nobody asks, and it costs no reads.
   */
  readonly later?: 'keep' | 'mark';
  /** To count the items whose time to live has passed since the moment, up to `nowMs`. */
  readonly timeToLive?: { readonly attributeName: string; readonly nowMs: number };
  /** Only the items of these keys; undefined for all. Gone through once for the plan and once for the comparison. */
  readonly keys?: AsyncIterable<AttributeMap>;
  /** Only the items of this range, for which `matches` holds at the moment. */
  readonly selection?: Omit<Selection, 'keys'>;
  /** What a listing has shown already. Without it, or where it is incomplete, the source is listed. */
  readonly listing?: KeptListing;
  readonly signal?: AbortSignal;
  /** Images read at a time. */
  readonly parallelism?: number;
}

/** At 20 ms an answer, what the 4,000 writes a second of a new on-demand table need. */
const READS = 96;
const BATCH_READS = 8;
const SEGMENTS = 4;

/** What is to be done, some items at a time, as it is found out. Nothing but the bucket and the table decides. */
export async function* planItems(request: PlanRequest): AsyncGenerator<Action[]> {
  const states = request.keys ? statesOfKeys(request, request.keys) : statesOfAll(request);
  if (request.mode === 'fill') {
    for await (const batch of states)
      yield batch.map((state) => withAhead(actionOn(state, undefined, request.mode), state));
    return;
  }
  yield* mapInParallel(states, BATCH_READS, (batch) => compare(request, batch));
}

/**
 * The second half of a plan in mirror mode: what the table has and the bucket does not know of.
 *
 * @param mentioned the object keys of everything that is to stay
 */
export async function* planDeletes(
  request: PlanRequest,
  mentioned: { has(objectKey: string): boolean },
): AsyncGenerator<Action[]> {
  const { table, target } = request;
  for await (const page of scannedPages(target)) {
    request.signal?.throwIfAborted();
    yield page.flatMap((item): Action[] => {
      const keys = keysOf(table.keySchema, item);
      if (!isInRange(table.keySchema, request.selection ?? {}, keys)) return [];
      const objectKey = objectKeyOf(table, table.keySchema, keys);
      // It was not there at the moment, so it was written later.
      return mentioned.has(objectKey) ? [] : [{ do: 'delete', objectKey, keys, now: item, isChangedLater: true }];
    });
  }
}

/** Every item of a table, read in segments side by side. */
export function scanned(target: Pick<BatchTable, 'scan'>): AsyncIterable<AttributeMap> {
  return flattened(scannedPages(target));
}

/** The same, as many at a time as DynamoDB answers. */
export function scannedPages(target: Pick<BatchTable, 'scan'>): AsyncGenerator<AttributeMap[]> {
  return interleaved(Array.from({ length: SEGMENTS }, (_, segment) => target.scan(segment, SEGMENTS)));
}

/** A state together with the keys that were asked for, which a tombstone does not have, and where it comes from. */
type KeyedState = ObjectState & { readonly askedKeys?: AttributeMap; readonly history?: ObjectHistory };

/** The objects that a request is about. */
export function historiesOf(request: PlanRequest): AsyncIterable<ObjectHistory> {
  const { signal, keys, listing, selection = {} } = request;
  if (keys) return historiesOfKeys(request, keys);
  if (listing?.isComplete) return listing.histories();
  // What an item was before the moment decides as well who wrote what the table has now.
  const isStateAlone = request.later === undefined && request.continuesSinceMs === undefined;
  return selectedHistories(request, selection, signal, isStateAlone ? request : undefined);
}

async function* historiesOfKeys(
  { source, table }: PlanRequest,
  keys: AsyncIterable<AttributeMap>,
): AsyncGenerator<ObjectHistory> {
  for await (const asked of keys) {
    const history = await source.history(objectKeyOf(table, table.keySchema, asked));
    if (history) yield history;
  }
}

/** As many as are compared or written in one call. */
function batchOf({ mode }: PlanRequest): number {
  return mode === 'fill' ? BATCH_WRITE_ITEMS : BATCH_GET_KEYS;
}

async function* statesOfAll(request: PlanRequest): AsyncGenerator<KeyedState[]> {
  const { signal, parallelism = READS } = request;
  const guard = new ReadGuard();
  // Stryker disable next-line ConditionalExpression: what nobody asks for need not be held
  const isStateAlone = request.continuesSinceMs === undefined && !request.later;
  const isAtOnce = isStateAlone && request.mode === 'fill';
  const states = batchesInParallel(historiesOf(request), parallelism, batchOf(request), (history) => {
    signal?.throwIfAborted();
    const atHand = isAtOnce ? stateAtHand(request, history) : undefined;
    if (atHand) return guard.checked(atHand);
    return stateOfObject(request, history).then((state) => {
      guard.checked(state);
      return isStateAlone ? state : { ...state, history };
    });
  });
  for await (const batch of states) yield batch.filter((state) => isChosen(request, state));
}

/** Only of an item that was there it is known whether it is chosen. */
function isChosen({ table, selection }: PlanRequest, state: ObjectState): boolean {
  if (!selection || state.is !== 'item') return true;
  const { objectKey, keys, item } = state;
  return isSelected({ table }, selection, {
    is: 'change',
    objectKey,
    keys,
    before: undefined,
    after: item,
    deletedBy: undefined,
  });
}

/** Whether a plan is for some of the items alone. */
export function isOfSome({ keys, selection }: Pick<PlanRequest, 'keys' | 'selection'>): boolean {
  return keys !== undefined || selection !== undefined;
}

function statesOfKeys(request: PlanRequest, keys: AsyncIterable<AttributeMap>): AsyncGenerator<KeyedState[]> {
  const { source, table, signal, parallelism = READS } = request;
  return batchesInParallel(keys, parallelism, batchOf(request), async (askedKeys): Promise<KeyedState> => {
    signal?.throwIfAborted();
    const objectKey = objectKeyOf(table, table.keySchema, askedKeys);
    const history = await source.history(objectKey);
    if (!history) return { is: 'unknown', objectKey, reason: `${source.name} has no image of it`, askedKeys };
    return { ...(await stateOfObject(request, history)), askedKeys, history };
  });
}

async function compare(request: PlanRequest, states: readonly KeyedState[]): Promise<Action[]> {
  const { table, target, mode } = request;
  const keysOfStates = states.map((state) => (state.is === 'item' ? state.keys : state.askedKeys));
  const wanted = new Map(keysOfStates.flatMap((keys) => (keys ? [[canonicalItem(keys), keys] as const] : [])));
  const items = wanted.size === 0 ? [] : await target.getBatch([...wanted.values()]);
  const found = new Map(items.map((item) => [canonicalItem(keysOf(table.keySchema, item)), item]));
  const actions = states.map(async (state, i): Promise<Action> => {
    const keys = keysOfStates[i];
    const current = keys && found.get(canonicalItem(keys));
    if (state.is === 'absent' && !state.isOfFormerTable && mode === 'mirror' && keys && current) {
      return { do: 'delete', objectKey: state.objectKey, keys, now: current, isChangedLater: true };
    }
    const action = actionOn(state, current, mode);
    if (action.do !== 'change' && action.do !== 'put') return action;
    const isNewer = current && (await isOfSomebodyElse(request, state, current));
    if (isNewer) return { do: 'newer', objectKey: action.objectKey, reason: NEWER };
    return keys ? heedingLater(request, { ...action, keys }, state.history, current) : action;
  });
  return (await Promise.all(actions)).map((action, i) => withAhead(action, states[i]));
}

async function heedingLater(
  request: PlanRequest,
  { keys, ...action }: Extract<Write, { do: 'put' | 'change' }> & { readonly keys: AttributeMap },
  history: ObjectHistory | undefined,
  current: AttributeMap | undefined,
): Promise<Action> {
  if (!request.later || !history) return action;
  const isChangedLater = await isWrittenLater(request, history, current);
  if (!current || !isChangedLater || request.later === 'mark') return { ...action, isChangedLater };
  return { do: 'changedLater', objectKey: action.objectKey, keys, reason: LATER };
}

const LATER = 'it was written after the moment, and is left as it is; --merge=overwrite writes over it';
const NEWER = 'it was changed in the table after the restore that is continued began';

/** Whether an item that differs from the plan is not what the restore that is continued can have written. */
export async function isOfSomebodyElse(
  request: PlanRequest,
  { history }: Pick<KeyedState, 'history'>,
  current: AttributeMap,
): Promise<boolean> {
  const { continuesSinceMs, storedByMs = Infinity } = request;
  if (continuesSinceMs === undefined || !history) return false;
  const then = await stateOfObject({ ...request, storedByMs: Math.min(storedByMs, continuesSinceMs) }, history);
  // Stryker disable next-line ConditionalExpression: for the compiler; nothing else has a digest
  const digestThen = then.is === 'item' ? then.digest : undefined;
  return digestThen !== itemDigest(current);
}

/** Of an item whose JSON is parsed when somebody asks for it. The text alone does not go with what is spread. */
class TextPut {
  readonly do = 'put';
  declare readonly item: AttributeMap;
  readonly #text: ItemText;

  constructor(
    readonly objectKey: string,
    text: ItemText,
    readonly digest: string,
  ) {
    this.#text = text;
    Object.defineProperty(this, 'item', ITEM_OF_TEXT);
  }

  get text(): ItemText {
    return this.#text;
  }
}

function withAhead(action: Action, state: ObjectState | undefined): Action {
  return state && 'ahead' in state ? { ...action, ahead: state.ahead } : action;
}

function actionOn(state: ObjectState, current: AttributeMap | undefined, mode: RestoreMode): Action {
  const { objectKey } = state;
  if (state.is === 'absent') return nothingOr(state, mode, current);
  if (state.is !== 'item') {
    const { reason, ownKey } = state;
    return { do: state.is, objectKey, reason, ...(ownKey !== undefined && { ownKey }) };
  }
  const { text, digest } = state;
  if (!current) return text ? new TextPut(objectKey, text, digest) : { do: 'put', objectKey, item: state.item, digest };
  const { item } = state;
  if (itemDigest(current) === digest) return { do: 'equal', objectKey, item, digest };
  return { do: 'change', objectKey, item, digest, now: current };
}

const OF_FORMER_TABLE =
  'it holds images of a former table of the name alone. If the table was restored by AWS under its old name, run dcs backfill; a moment before the table was created brings the former items back';

/** What a former table held is not there; but the item may be, in a table that AWS restored: nothing deletes it on that word. */
function nothingOr(
  { objectKey, isOfFormerTable }: Extract<ObjectState, { is: 'absent' }>,
  mode: RestoreMode,
  current: AttributeMap | undefined,
): Action {
  if (isOfFormerTable && (mode === 'mirror' || current)) return { do: 'unknown', objectKey, reason: OF_FORMER_TABLE };
  return { do: 'nothing', objectKey, ...(isOfFormerTable && { isOfFormerTable }) };
}

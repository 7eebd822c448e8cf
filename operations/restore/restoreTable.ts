import { inBatchesOf, mapInParallel } from '../../core/mapInParallel';
import { BATCH_WRITE_ITEMS } from '../../aws/table';
import type { BatchTable } from '../../aws/batchTable';
import type { AttributeMap } from '../../core/attributeValue';
import { RefusedError } from '../../core/errors';
import { itemDigest } from '../../core/image';
import { headerOf } from '../images/headerOf';
import { whyUnreadable } from '../images/whyUnreadable';
import { pace, type Pause } from '../pace';
import { applyWrites } from './apply';
import { followPlan, type FollowWatch, type KeepPlan } from './followPlan';
import { holdsWhatWasRestored, isLeft, Ledger } from './ledger';
import { isOfSome, planDeletes, planItems, type Action, type PlanRequest, type Write } from './plan';

/** Everything that a restore needs, without a settings file or a terminal. */
export interface RestoreRequest extends PlanRequest {
  readonly target: Pick<BatchTable, 'getBatch' | 'scan' | 'write'>;
  /** Find out and count, and change nothing. */
  readonly dryRun?: boolean;
  /** Mirror may delete everything when nothing was there at the moment. A wrong moment does the same, so: only if told. */
  readonly allowEmpty?: boolean;
  readonly writesPerSecond?: number;
  /** Batches of 25 written at a time. */
  readonly writers?: number;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly pause: Pause;
  /** The plan is made whole first, and the writes follow it, each on the condition that the item still is what was read. */
  readonly keep?: KeepPlan;
  /** Awaited once everything is written, before the comparison. */
  readonly whenWritten?: () => Promise<void>;
  readonly watch?: RestoreWatch;
}

/** Told what happens, as it happens. */
export interface RestoreWatch extends Pick<FollowWatch, 'onPlannedWrite'> {
  /** One object has been looked at. */
  readonly onPlanned?: (action: Action) => void;
  readonly onWritten?: (writes: number) => void;
  readonly onThrottled?: (operations: number) => void;
  /** The table is being compared: one more item has been read. */
  readonly onCompared?: () => void;
  /** An object whose image states a later time than S3 stored it. */
  readonly onAhead?: (ahead: { readonly objectKey: string; readonly reason: string }) => void;
  /** An item that could not be brought back. */
  readonly onLeft?: (left: LeftItem) => void;
  /** An item that is not as the plan says after all was written. */
  readonly onDifference?: (action: Action) => void;
}

export interface LeftItem {
  readonly why: 'unknown' | 'unreadable' | 'newer' | 'changedLater' | 'deletedSince' | 'rejected' | 'moved';
  readonly objectKey: string;
  /** Where they are known. */
  readonly keys?: AttributeMap;
  readonly reason: string;
}

export interface RestoreReport {
  /** Items by what was done about them; with `dryRun`, by what would be. */
  readonly counts: Readonly<Ledger['counts']>;
  /** Items that could not be brought back. */
  readonly left: number;
  /** Items in the table as planned whose time to live has passed since the moment. */
  readonly expired: number;
  /** Objects whose image states a later time than S3 stored it; they are brought back all the same. */
  readonly ahead: number;
  /** Objects that hold images of a former table of the name alone; they are among `nothing`. */
  readonly ofFormerTable: number;
  /** Items that differ from the plan afterwards; undefined after a dry run, which compares nothing. */
  readonly differences?: number;
}

const WRITERS = 8;
const NOTHING_THERE =
  'no item was there at that moment, so mirroring it would empty the table. Check the moment with --dry-run; if the table is to be emptied, add --allow-empty';

/**
 * Brings the items of a table back as they were at a moment.
 *
 * Three parts: the plan (bucket against table) is a stream, the writes follow it batch by batch while it goes on, and at
 * the end the table is read again and compared with what was planned. Stopped at any point, the same call continues:
 * what has been written already is found equal. Nothing grows with the table but 16 bytes an item, and these only where
 * the table had items before.
 */
export async function restoreTable(request: RestoreRequest): Promise<RestoreReport> {
  const ledger = new Ledger(request);
  const writes = writesOf(request, ledger);
  if (request.keep) await followPlan(request, request.keep, ledger, writes);
  else await carryOut(request, ledger, writes);
  if (request.dryRun) return reportOf(ledger);
  await request.whenWritten?.();
  const differences = await compareWithPlan(request, ledger);
  return { ...reportOf(ledger), differences };
}

function reportOf({ counts, left, expired, ahead, ofFormerTable }: Ledger): RestoreReport {
  return { counts, left, expired, ahead, ofFormerTable };
}

async function* writesOf(request: RestoreRequest, ledger: Ledger): AsyncGenerator<Write[]> {
  const { watch, keep } = request;
  yield* notedIn(ledger, planItems(request), watch);
  // The items to delete are those that the first part has not mentioned, so it has to be over.
  if (request.mode !== 'mirror' || request.keys) return;
  const isOnlyLooked = request.dryRun && !keep?.plan;
  if (ledger.desired.size === 0 && !isOnlyLooked && !request.allowEmpty) throw new RefusedError(NOTHING_THERE);
  const mentioned = { has: (key: string) => ledger.desired.has(key) || ledger.leftAlone.has(key) };
  yield* notedIn(ledger, planDeletes(request, mentioned), watch);
}

async function carryOut(request: RestoreRequest, ledger: Ledger, writes: AsyncGenerator<Write[]>): Promise<void> {
  const { dryRun = false, writesPerSecond, writers = WRITERS, signal, nowMs, pause, watch, target } = request;
  if (dryRun) {
    // Counting is all that is wanted.
    while (!(await writes.next()).done);
    return;
  }
  const whenAllowed = pace(writesPerSecond, nowMs, pause);
  const written = mapInParallel(inBatchesOf(BATCH_WRITE_ITEMS, writes), writers, async (batch) => {
    await whenAllowed(batch.length, signal);
    const rejected = await applyWrites({ target, signal, pause, onThrottled: watch?.onThrottled }, batch);
    for (const { write, reason } of rejected) {
      ledger.noteRejected(write);
      watch?.onLeft?.({ why: 'rejected', objectKey: write.objectKey, reason });
    }
    return batch.length - rejected.length;
  });
  for await (const done of written) watch?.onWritten?.(done);
}

/** Counts every action, and passes on those that change the table. */
async function* notedIn(ledger: Ledger, plan: AsyncGenerator<Action[]>, watch?: RestoreWatch): AsyncGenerator<Write[]> {
  for await (const actions of plan) {
    yield actions.filter((action): action is Write => {
      note(ledger, action, watch);
      return action.do === 'put' || action.do === 'change' || action.do === 'delete';
    });
  }
}

function note(ledger: Ledger, action: Action, watch?: RestoreWatch): void {
  ledger.note(action);
  watch?.onPlanned?.(action);
  if (action.ahead !== undefined) watch?.onAhead?.({ objectKey: action.objectKey, reason: action.ahead });
  if (!isLeft(action)) return;
  const { do: why, objectKey, reason } = action;
  watch?.onLeft?.({ why, objectKey, ...('keys' in action && { keys: action.keys }), reason });
}

/** Whether an item is as any of its images has it, as what a restore has written is. */
async function isAnImage({ source }: RestoreRequest, objectKey: string, item: AttributeMap): Promise<boolean> {
  const { versions = [] } = (await source.history(objectKey)) ?? {};
  const digest = itemDigest(item);
  for (const version of versions) {
    const header = await headerOf(source, version).catch((error: unknown) => {
      if (whyUnreadable(error) === undefined) throw error;
    });
    if (header?.digest === digest) return true;
  }
  return false;
}

const DELETED_SINCE =
  'the restore that is continued wrote it, and by its images it was deleted since; what is continued deletes nothing, --mirror does';

/**
 * Reads the table once. Only where it is not what was planned is the plan made again, to name the items: what it would
 * change now is what differs. For chosen keys the plan is short, and made again at once.
 */
async function compareWithPlan(request: RestoreRequest, ledger: Ledger): Promise<number> {
  const { watch } = request;
  const onAbsent = async (objectKey: string, item: AttributeMap) => {
    if (!(await isAnImage(request, objectKey, item))) return;
    ledger.counts.deletedSince += 1;
    watch?.onLeft?.({ why: 'deletedSince', objectKey, reason: DELETED_SINCE });
  };
  const onItem = () => watch?.onCompared?.();
  if (!isOfSome(request) && (await holdsWhatWasRestored(request, ledger, { onItem, onAbsent }))) return 0;

  let differences = 0;
  const mode = request.mode === 'fill' ? 'mirror' : request.mode;
  const again: RestoreRequest = {
    ...request,
    mode,
    dryRun: true,
    // What is newer is a difference from the plan by now.
    ...{ continuesSinceMs: undefined, later: undefined, keep: undefined },
    watch: {
      onPlanned: (action) => {
        if (action.do !== 'put' && action.do !== 'change' && action.do !== 'delete') return;
        if (ledger.leftAlone.has(action.objectKey)) return;
        differences += 1;
        watch?.onDifference?.(action);
      },
    },
  };
  await restoreTable(again);
  return differences;
}

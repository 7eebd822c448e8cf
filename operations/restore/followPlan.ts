import type { BatchTable } from '../../aws/batchTable';
import type { ConditionalWrites } from '../../aws/conditionalWrites';
import type { AttributeMap } from '../../core/attributeValue';
import { keysOf, type KeySchema } from '../../core/objectKey';
import { flattened } from '../../core/steps';
import { plannedWrite, type PlannedWrite } from '../../core/plannedWrite';
import { undoOf } from '../../core/undo';
import type { Pause } from '../pace';
import { carryOutPlan } from '../plan/carryOutPlan';
import type { PlanSize } from '../plan/needsYes';
import type { PlanFile } from '../plan/planFile';
import type { Ledger } from './ledger';
import type { Write } from './plan';

export interface KeepPlan {
  /** Where the plan is kept; undefined for a dry run that only shows it. */
  readonly plan?: PlanFile;
  /** What was found out before that it cannot bring back, beside items. */
  readonly leftBefore: number;
  readonly writes: ConditionalWrites;
  /** The plan is whole, and nothing has been written. Throws where nothing is to be. */
  readonly whenWhole: (size: PlanSize) => Promise<void>;
}

export interface FollowRequest {
  readonly table: { readonly keySchema: KeySchema };
  readonly target: Pick<BatchTable, 'getBatch'>;
  readonly dryRun?: boolean;
  readonly writesPerSecond?: number;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly pause: Pause;
  readonly watch?: FollowWatch;
}

export interface FollowWatch {
  /** A line of a plan that is made whole first. @param now the item as it is */
  readonly onPlannedWrite?: (write: PlannedWrite, now: AttributeMap | undefined) => void;
  readonly onWritten?: (writes: number) => void;
  readonly onLeft?: (left: {
    readonly why: 'moved' | 'rejected';
    readonly objectKey: string;
    readonly keys: AttributeMap;
    readonly reason: string;
  }) => void;
}

/** Makes the whole plan, has it agreed to, and carries out exactly that. */
export async function followPlan(
  request: FollowRequest,
  { plan, leftBefore, writes, whenWhole }: KeepPlan,
  ledger: Ledger,
  planned: AsyncIterable<Write[]>,
): Promise<void> {
  const { table, target, dryRun, watch } = request;
  const { keySchema } = table;
  for await (const write of flattened(planned)) {
    request.signal.throwIfAborted();
    const line = lineOf(write, keySchema);
    watch?.onPlannedWrite?.(line, nowOf(write));
    await plan?.add(line);
  }
  await plan?.end(leftBefore + ledger.left);
  const { put, change, delete: deletes, equal, changedLater, newer } = ledger.counts;
  await whenWhole({ put, change, delete: deletes, items: change + deletes + equal + changedLater + newer });
  if (dryRun || !plan) return;
  await carryOutPlan({
    ...{ ...request, keySchema, plan: plan.planned(), isOfWholeItems: true },
    target: { getBatch: (keys) => target.getBatch(keys), writeIf: (write) => writes.writeIf(write) },
    watch: {
      onDone: () => watch?.onWritten?.(1),
      onLeft({ why, write: { objectKey, keys }, write, reason }) {
        ledger.noteNotWritten(write, why);
        watch?.onLeft?.({ why, objectKey, keys, reason });
      },
    },
  });
}

/** Items whose state is replaced change where they differ, and nowhere else. */
function lineOf(write: Write, keySchema: KeySchema): PlannedWrite {
  const { objectKey, isChangedLater = false } = write;
  const now = nowOf(write);
  if (write.do === 'delete')
    return plannedWrite({ objectKey, keys: write.keys, now }, { do: 'delete' }, isChangedLater);
  const keys = keysOf(keySchema, write.item);
  const { undo } = undoOf({ before: write.item, after: now, now });
  const change = undo.do === 'nothing' ? ({ do: 'put', item: write.item } as const) : undo;
  return plannedWrite({ objectKey, keys, now }, change, isChangedLater);
}

function nowOf(write: Write) {
  return write.do === 'put' ? undefined : write.now;
}

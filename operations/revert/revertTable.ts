import type { BatchTable } from '../../aws/batchTable';
import type { ConditionalWrites } from '../../aws/conditionalWrites';
import { CouldNotLookError } from '../../core/errors';
import { noImages } from '../selection';
import { carryOutPlan, type CarryOutCounts, type CarryOutWatch } from '../plan/carryOutPlan';
import { kindOf, needsYes, requireYes, type MayDo, type PlanSize } from '../plan/needsYes';
import { PlanFile, type PlanHeader } from '../plan/planFile';
import type { Pause } from '../pace';
import { planRevert, type PlanRevertRequest, type RevertStep } from './planRevert';

export interface RevertRequest extends PlanRevertRequest {
  readonly target: Pick<BatchTable, 'getBatch'> & ConditionalWrites;
  readonly header: PlanHeader;
  /** Items of the table as DynamoDB counts them, every six hours. */
  readonly itemCount: number;
  /** Find out and tell, and change nothing. */
  readonly dryRun: boolean;
  /** Where the plan of a dry run is kept. */
  readonly planFile?: string;
  readonly mayDo: MayDo;
  readonly writesPerSecond?: number;
  readonly nowMs: () => number;
  readonly pause: Pause;
  readonly watch?: RevertWatch;
}

/** Told what is planned, and then what is done. */
export interface RevertWatch extends CarryOutWatch {
  readonly onPlanned?: (step: RevertStep) => void;
  /** The plan is whole. @param needs why it needs a yes */
  readonly onPlan?: (counts: RevertCounts, needs: string | undefined) => void;
}

export interface RevertCounts extends PlanSize {
  /** Objects that were looked at. */
  readonly looked: number;
  /** Attributes of an item, or items, that a later change has touched too, and that are left. */
  readonly conflicts: number;
  /** Those that the rule has decided. */
  readonly conflictsDecided: number;
  readonly changedLater: number;
  readonly unknown: number;
  readonly unreadable: number;
}

export interface RevertOutcome {
  readonly planned: RevertCounts;
  /** Undefined after a dry run. */
  readonly done?: Readonly<CarryOutCounts>;
}

/**
 * Undoes what a window did to the items of a table, and nothing else. The whole plan is made first, and the writes follow it.
 *
 * @throws CouldNotLookError when there is no image
 * @throws RefusedError when much would be deleted or changed and nobody said yes; nothing has been written then
 */
export async function revertTable(request: RevertRequest): Promise<RevertOutcome> {
  const { header, dryRun, planFile, states, watch } = request;
  const file = await PlanFile.create(header, dryRun ? planFile : undefined);
  try {
    const planned = await planInto(file, request);
    const needs = needsYes(planned);
    watch?.onPlan?.(planned, needs);
    if (dryRun) return { planned };
    await requireYes(needs, request.mayDo);
    return {
      planned,
      done: await carryOutPlan({
        ...{ ...request, plan: file.planned(), keySchema: states.table.keySchema },
        isOfWholeItems: false,
      }),
    };
  } finally {
    await file.close();
  }
}

async function planInto(file: PlanFile, request: RevertRequest): Promise<RevertCounts> {
  const counts = {
    put: 0,
    change: 0,
    delete: 0,
    looked: 0,
    conflicts: 0,
    conflictsDecided: 0,
    changedLater: 0,
    unknown: 0,
    unreadable: 0,
  };
  for await (const step of planRevert(request)) {
    request.signal.throwIfAborted();
    counts.looked += 1;
    request.watch?.onPlanned?.(step);
    if (step.is === 'unknown' || step.is === 'unreadable') counts[step.is] += 1;
    if (step.is === 'write' || step.is === 'conflict')
      counts[conflictsOf(request)] += step.conflicts === 'item' ? 1 : step.conflicts.length;
    if (step.is !== 'write') continue;
    counts[kindOf(step.write.change)] += 1;
    if (step.write.isChangedLater) counts.changedLater += 1;
    await file.add(step.write);
  }
  const { states, selection } = request;
  if (counts.looked === 0 && !selection.keys)
    throw new CouldNotLookError(noImages(states.source.name, states.table, selection));
  await file.end(counts.conflicts + counts.unknown + counts.unreadable);
  return { ...counts, items: Math.max(counts.looked, request.itemCount) };
}

function conflictsOf({ conflictRule }: RevertRequest): 'conflicts' | 'conflictsDecided' {
  return conflictRule === 'leave' ? 'conflicts' : 'conflictsDecided';
}

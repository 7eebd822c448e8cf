import type { BatchTable } from '../../aws/batchTable';
import type { ConditionalWrites } from '../../aws/conditionalWrites';
import { RefusedError } from '../../core/errors';
import { asOfWords } from '../../core/units';
import { needsYes, requireYes, type MayDo, type PlanSize } from '../plan/needsYes';
import { PlanFile } from '../plan/planFile';
import type { KeepPlan } from './followPlan';
import type { PreparedRestore } from './prepare';

export interface Keeping {
  readonly target: BatchTable & ConditionalWrites;
  readonly dryRun: boolean;
  /** Where the plan of a dry run is kept. */
  readonly planFile?: string;
  readonly mayDo: MayDo;
  readonly watch?: KeepingWatch;
}

export interface KeepingWatch {
  /** The plan is whole, where it is made before anything is written. @param needs why it needs a yes */
  readonly onPlan?: (size: PlanSize, needs: string | undefined) => void;
}

/**
 * Keeps a plan where somebody has to agree to it or wants to read it. A table that is filled is written as the plan is made:
 * nothing of it can be lost.
 */
export async function keepingPlan<Result>(
  request: Keeping,
  prepared: PreparedRestore,
  work: (keep: KeepPlan | undefined) => Promise<Result>,
): Promise<Result> {
  const { dryRun, planFile } = request;
  if (!dryRun && prepared.decision.later === undefined) return work(undefined);
  const plan = dryRun && planFile === undefined ? undefined : await newPlan(request, prepared);
  try {
    return await work({
      ...{ plan, leftBefore: prepared.passedOver.length, writes: request.target },
      whenWhole: (size) => agreedTo(request, prepared, size),
    });
  } finally {
    await plan?.close();
  }
}

/** The plan of a table that is as planned already. @param left items that could not be planned for */
export async function keepNothingToDo(request: Keeping, prepared: PreparedRestore, left: number): Promise<void> {
  if (request.planFile === undefined) return;
  const plan = await newPlan(request, prepared);
  await plan.end(prepared.passedOver.length + left);
  await plan.close();
}

function newPlan(
  { target: { tableName }, dryRun, planFile }: Keeping,
  { tableId, momentMs, plan, decision: { mode } }: PreparedRestore,
): Promise<PlanFile> {
  if (tableId === undefined) {
    throw new RefusedError(
      `there is no table ${tableName} yet, and a plan is for one that is there; without --plan it is made and filled`,
    );
  }
  const title = `Restoring ${plan.table.tableName} ${asOfWords(momentMs)} from ${plan.source.name} into ${tableName}.`;
  return PlanFile.create({ verb: 'restore', mode, tableName, tableId, title }, dryRun ? planFile : undefined);
}

async function agreedTo(
  { dryRun, mayDo, watch }: Keeping,
  { decision, itemCount }: PreparedRestore,
  planned: PlanSize,
): Promise<void> {
  const size = { ...planned, items: Math.max(planned.items, itemCount) };
  const needs = needsYes(size, decision.mode);
  watch?.onPlan?.(size, needs);
  if (!dryRun) await requireYes(needs, mayDo);
}

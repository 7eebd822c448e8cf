import { requireYes, type MayDo } from '../plan/needsYes';
import { carryOutErase, type CarryOutEraseRequest, type EraseCounts } from './carryOutErase';
import { keepErasePlan, keptErasePlan, requireNamed, type ErasePlanHeader } from './erasePlanFile';
import { planErase, type ErasedObject } from './erasePlan';
import type { ErasePlanRequest, LeftObject } from './erasePlanRequest';

export interface EraseRequest extends Omit<ErasePlanRequest, 'onLeft'>, Omit<CarryOutEraseRequest, 'plan' | 'onLeft'> {
  readonly header: ErasePlanHeader;
  readonly dryRun: boolean;
  /** With `dryRun`: where the plan is kept. Without: the plan that is carried out. */
  readonly planFile?: string;
  readonly mayDo: MayDo;
  readonly onUnclear: (left: LeftObject) => void;
  /** The plan is whole, and nothing has been erased. */
  readonly onPlan: (plan: readonly ErasedObject[]) => void;
  readonly onLeft: CarryOutEraseRequest['onLeft'];
}

export interface EraseOutcome {
  readonly plan: readonly ErasedObject[];
  /** Objects of which nobody can tell, or that cannot be erased yet. */
  readonly unclear: number;
  /** Undefined after a dry run. */
  readonly done?: Readonly<EraseCounts>;
}

/**
 * Erases the whole history of some items from both buckets, and what names them beside it.
 *
 * @throws RefusedError when nobody said yes; nothing has been erased then
 */
export async function eraseItems(request: EraseRequest): Promise<EraseOutcome> {
  const { table, dryRun, planFile, header, onUnclear } = request;
  let unclear = 0;
  const onLeft = (left: LeftObject) => {
    unclear += 1;
    onUnclear(left);
  };
  const plan =
    planFile !== undefined && !dryRun ? await keptErasePlan(planFile, header) : await planErase({ ...request, onLeft });
  requireNamed(plan, table);
  if (dryRun && planFile !== undefined) await keepErasePlan(planFile, header, plan);
  request.onPlan(plan);
  if (dryRun || plan.length === 0) return { plan, unclear, ...(!dryRun && { done: { erased: 0, left: 0 } }) };
  await requireYes(whyAsked(plan), request.mayDo);
  return { plan, unclear, done: await carryOutErase({ ...request, plan }) };
}

function whyAsked(plan: readonly ErasedObject[]): string {
  const versions = plan.reduce((sum, { versions: { length } }) => sum + length, 0);
  return `it erases ${versions} versions of ${plan.length} objects for good: nothing brings them back`;
}

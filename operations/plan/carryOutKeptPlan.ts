import { tableIdOf } from '../../core/formerTable';
import { RefusedError } from '../../core/errors';
import type { BatchTable } from '../../aws/batchTable';
import { keySchemaIn } from '../../core/tableDefinition';
import { carryOutPlan, type CarryOutCounts, type CarryOutRequest } from './carryOutPlan';
import { kindOf, needsYes, requireYes, type MayDo, type PlanSize } from './needsYes';
import { openPlan, type KeptPlan } from './planFile';

/** `left`: items that were left when it was made. */
export type PlanOnFile = PlanSize & { readonly title: string; readonly left: number };

export interface KeptPlanCounts extends Readonly<CarryOutCounts> {
  /** Items that were left when the plan was made, and of which it says nothing. */
  readonly leftByPlan: number;
}

export interface KeptPlanRequest extends Omit<CarryOutRequest, 'plan' | 'keySchema' | 'isOfWholeItems'> {
  readonly planFile: string;
  readonly verb: 'revert' | 'restore';
  readonly target: CarryOutRequest['target'] & Pick<BatchTable, 'tableName' | 'describe'>;
  readonly mayDo: MayDo;
  /** Told what the plan is for, and how much it is. @param needs why it needs a yes */
  readonly onPlan?: (plan: PlanOnFile, needs: string | undefined) => void;
}

/**
 * Carries out a plan that was kept: exactly that, and nothing for an item that has been written since.
 *
 * @throws UsageError when the file is no whole plan, or was changed after it was made
 * @throws RefusedError when it is for another table, or needs a yes that nobody says; nothing has been written then
 */
export async function carryOutKeptPlan(request: KeptPlanRequest): Promise<KeptPlanCounts> {
  const { target, planFile } = request;
  const plan = await openPlan(planFile);
  const { header, left } = plan;
  try {
    const description = await target.describe();
    requireSameTable(plan, request, description && tableIdOf(description));
    const size = await sizeOf(plan, description?.ItemCount ?? 0);
    const needs = needsYes(size, header.mode);
    request.onPlan?.({ ...size, title: header.title, left }, needs);
    await requireYes(needs, request.mayDo);
    const keySchema = keySchemaIn(description ?? {}, target.tableName);
    const isOfWholeItems = header.verb === 'restore';
    const done = await carryOutPlan({ ...request, plan: plan.planned(), keySchema, isOfWholeItems });
    return { ...done, leftByPlan: left };
  } finally {
    await plan.close();
  }
}

function requireSameTable(
  { header }: KeptPlan,
  { verb, target, planFile }: KeptPlanRequest,
  tableId: string | undefined,
) {
  if (header.verb !== verb)
    throw new RefusedError(`${planFile} is a plan of dcs ${header.verb}; give it to that command`);
  if (header.tableName !== target.tableName)
    throw new RefusedError(`${planFile} is a plan for the table ${header.tableName}, not for ${target.tableName}`);
  if (header.tableId !== tableId)
    throw new RefusedError(
      `${planFile} was made for another table of the name ${target.tableName}: it has been ${tableId === undefined ? 'deleted' : 'made again'} since. Make the plan again`,
    );
}

async function sizeOf(plan: KeptPlan, items: number): Promise<PlanSize> {
  const counts = { put: 0, change: 0, delete: 0 };
  for await (const { change } of plan.planned()) counts[kindOf(change)] += 1;
  return { ...counts, items };
}

import { plainJson } from '../core/plainJson';
import { printable } from '../core/printable';
import { count } from '../core/units';
import type { CarryOutWatch } from '../operations/plan/carryOutPlan';
import type { KeptPlanCounts, PlanOnFile } from '../operations/plan/carryOutKeptPlan';
import type { Output } from './output/output';

/** Lists what is left of a plan and what is not as planned, as it is carried out. */
export function watchCarryOut(output: Output, onDone: () => void): CarryOutWatch {
  return {
    onDone,
    onLeft: ({ why, write: { objectKey, keys }, reason }) =>
      output.result({ type: 'left', objectKey, keys, why, reason }, `${plainJson(keys)}  ${why}: ${reason}`),
    onDifference: ({ objectKey, keys }) =>
      output.result(
        { type: 'difference', objectKey, keys },
        `${plainJson(keys)}  is not as it was written: is somebody else writing it?`,
      ),
  };
}

/** What a plan that was carried out does not bring back. */
export function leftByPlanWords(left: number): string {
  return `Left when the plan was made: ${count(left)}; its dry run has listed them`;
}

/** Whether all is done that was asked for when the plan was made. */
export function isAllDone({ moved, rejected, differences, leftByPlan }: KeptPlanCounts): boolean {
  return moved + rejected + differences + leftByPlan === 0;
}

/** Shows a plan that was kept, and how it is carried out. */
export function watchKeptPlan(output: Output) {
  let progress: ReturnType<Output['progress']> | undefined;
  return {
    watch: watchCarryOut(output, () => progress?.add(1)),
    onPlan: ({ title, put, change, delete: deletes }: PlanOnFile) => {
      output.say(
        `The plan: ${printable(title)} Made again ${count(put)}, changed ${count(change)}, deleted ${count(deletes)}.`,
      );
      progress = output.progress('written items', put + change + deletes);
    },
    end: () => progress?.end(),
  };
}

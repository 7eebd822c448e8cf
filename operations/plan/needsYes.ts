import { RefusedError } from '../../core/errors';
import type { Change } from '../../core/plannedWrite';
import type { PlanMode } from './planFile';

/** What a plan would do to a table, in numbers. */
export interface PlanSize {
  /** Items put that were not there. */
  readonly put: number;
  /** Items whose state is replaced. */
  readonly change: number;
  readonly delete: number;
  /** Items of the table, as far as anybody has counted. */
  readonly items: number;
}

/** Asked before much is deleted or changed. @returns whether to go on */
export type MayDo = (why: string) => Promise<boolean>;

const ONE_IN = 10;

/**
 * Why a plan needs a yes: it deletes or reverts more than one item in ten. A restore that makes a table exactly what it was
 * needs one whatever it writes. Undefined where it needs none.
 */
export function needsYes(size: PlanSize, mode?: PlanMode): string | undefined {
  return mode === 'mirror' ? mirrorNeedsYes(size) : muchNeedsYes(size);
}

function muchNeedsYes({ change, delete: deletes, items }: PlanSize): string | undefined {
  const touched = change + deletes;
  if (touched * ONE_IN <= Math.max(items, touched)) return undefined;
  return `it deletes ${deletes} and changes ${change} of ${Math.max(items, touched)} items, more than one in ${ONE_IN}`;
}

function mirrorNeedsYes(size: PlanSize): string | undefined {
  const { put, change, delete: deletes } = size;
  if (put + change + deletes === 0) return undefined;
  return (
    muchNeedsYes(size) ??
    `--mirror deletes ${deletes}, changes ${change} and puts ${put} of the items of a table in use`
  );
}

/** @throws RefusedError when nobody says yes to what needs one */
export async function requireYes(needs: string | undefined, mayDo: MayDo): Promise<void> {
  if (needs === undefined || (await mayDo(needs))) return;
  throw new RefusedError(`the plan needs a yes: ${needs}. Look at it with --dry-run, and add --yes to carry it out`);
}

/** The number of a {@link PlanSize} that a change counts for. */
export function kindOf(change: Change): 'put' | 'change' | 'delete' {
  return change.do === 'update' ? 'change' : change.do;
}

import type { OptionReader } from '../core/commandLine/optionReader';
import type { OptionTable } from '../core/commandLine/parse';

/** How a plan is looked at, kept and carried out. */
export interface PlanOptions {
  readonly dryRun: boolean;
  /** With `dryRun`: where the plan is kept. Without: the plan that is carried out. */
  readonly planFile?: string;
  readonly yes: boolean;
  readonly writeRate?: number;
}

export const PLAN_OPTIONS: OptionTable = {
  'dry-run': { type: 'boolean', help: 'List what would be written, item by item, and write nothing.' },
  plan: {
    type: 'string',
    value: 'FILE',
    help: 'With --dry-run: keep the plan in this new file, as JSON lines. Without: carry out exactly that plan; an item that was written since is left and listed.',
  },
  yes: {
    type: 'boolean',
    help: 'Go on without being asked, where a plan deletes or changes more than one item in ten, or is of --mirror.',
  },
  'write-rate': {
    type: 'string',
    value: 'N',
    help: 'Items written per second at most. Default: as fast as the table takes them.',
  },
};

/** Of a kept plan that is carried out: what has chosen already, and cannot be said again. */
export function refuseWithPlan(given: OptionReader, { planFile, dryRun }: PlanOptions, names: readonly string[]): void {
  if (planFile === undefined || dryRun) return;
  for (const name of names) {
    if (given.has(name))
      given.problem(`--plan and --${name} contradict each other: a plan that is carried out has chosen already`);
  }
}

export function readPlanOptions(given: OptionReader): PlanOptions {
  return {
    dryRun: given.flag('dry-run'),
    planFile: given.text('plan'),
    yes: given.flag('yes'),
    writeRate: given.wholeNumber('write-rate', 1, 1_000_000),
  };
}

import { readProgramArguments, type Program } from '../core/commandLine/program';
import { parseAllowance, type Allowance } from './allow';

export interface ReviewOptions {
  readonly files: readonly string[];
  readonly allowances: readonly Allowance[];
  readonly json: boolean;
}

const USAGE = 'npm run plan:review -- [--allow ADDRESS:NAME]... [--json] PLAN.json...';

export const HELP = `Usage: ${USAGE}

Reads what terraform show -json writes for a saved plan, and ends with 3 when the plan would destroy, replace or forget what
holds data, or weaken what guards it. --allow lets one finding pass that somebody has looked at; --json gives a JSON line for
each finding and one summary.`;

const PROGRAM: Program<ReviewOptions> = {
  usage: USAGE,
  positionals: ['PLAN.json'],
  isOpen: true,
  options: {
    allow: { type: 'string', value: 'ADDRESS:NAME', multiple: true, help: 'Let this finding pass.' },
    json: { type: 'boolean', help: 'A JSON line for each finding, and one summary.' },
  },
  read(given) {
    const allowances: Allowance[] = [];
    for (const text of given.texts('allow')) {
      const allowance = parseAllowance(text);
      if ('problem' in allowance) given.problem(allowance.problem);
      else allowances.push(allowance);
    }
    return { files: given.positionals(), allowances, json: given.flag('json') };
  },
};

/** @returns undefined when help is asked for. @throws UsageError */
export const readReviewOptions = (args: readonly string[]) => readProgramArguments(args, PROGRAM);

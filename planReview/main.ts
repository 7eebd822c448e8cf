import { readFileSync } from 'node:fs';
import { UsageError } from '../core/errors';
import { applyAllowances } from './allow';
import type { Finding } from './finding';
import { HELP, readReviewOptions } from './options';
import { NotAPlan, parsePlan, type Plan } from './plan';
import { reviewPlan } from './review';

/*
 * npm run plan:review -- plan.json [plan2.json ...]: what must never pass a review unseen. Exit codes as those of dcs:
 * 0 nothing found, 2 wrong options, 3 findings, 4 a file that is no plan.
 */

function main(args: readonly string[]): number {
  const options = readReviewOptions(args);
  if (!options) {
    print(HELP);
    return 0;
  }
  const { files, allowances, json } = options;
  const plans = files.map((file) => ({ file, plan: readPlan(file) }));
  const found = plans.flatMap(({ file, plan }) => reviewPlan(plan).map((finding) => ({ file, ...finding })));
  const { left, allowed, useless } = applyAllowances(found, allowances);
  if (useless.length > 0) {
    throw new UsageError(
      useless.map(
        ({ text }) =>
          `--allow is ${JSON.stringify(text)}, and no plan has such a finding; leave it out, for it would let a later one pass`,
      ),
    );
  }
  const changes = plans.reduce((sum, { plan }) => sum + changesIn(plan), 0);
  const summary = { plans: files.length, changes, findings: left.length, allowed: allowed.length };
  if (json) {
    for (const finding of found) {
      print(JSON.stringify({ type: 'finding', ...finding, allowed: !left.includes(finding) }));
    }
    print(JSON.stringify({ type: 'summary', ...summary }));
  } else {
    for (const finding of allowed) print(`allowed  ${finding.address}:${finding.finding}  ${finding.what}\n`);
    for (const finding of left) print(paragraph(finding));
    print(conclusion(summary));
  }
  return left.length > 0 ? 3 : 0;
}

function readPlan(file: string): Plan {
  try {
    return parsePlan(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new NotAPlan(`${file} cannot be reviewed. ${(error as Error).message}`);
  }
}

const changesIn = ({ changes }: Plan) => changes.filter(({ actions }) => !actions.includes('no-op')).length;

function paragraph({ file, address, finding, what, why, next }: Finding & { file: string }): string {
  return [
    `${finding}  ${address}  (${file})`,
    `  what   ${what}`,
    `  why    ${why[0]?.toUpperCase()}${why.slice(1)}.`,
    `  next   ${next}`,
    `  allow  --allow '${address}:${finding}'\n`,
  ].join('\n');
}

function conclusion({
  plans,
  changes,
  findings,
  allowed,
}: Record<'plans' | 'changes' | 'findings' | 'allowed', number>) {
  const seen = `${changes} ${changes === 1 ? 'change' : 'changes'} in ${plans} ${plans === 1 ? 'plan' : 'plans'}`;
  const passed = allowed === 0 ? '' : `, ${allowed} allowed`;
  if (findings === 0) return `${seen}: nothing found${passed}.`;
  return `${seen}: ${findings} ${findings === 1 ? 'finding' : 'findings'}${passed}. Not to be applied before somebody has looked.`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return 2;
  return error instanceof NotAPlan ? 4 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = exitCodeOf(error);
}

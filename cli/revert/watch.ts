import { plainJson } from '../../core/plainJson';
import { printable } from '../../core/printable';
import { count, counted, secondOf } from '../../core/units';
import type { ImageSource } from '../../operations/images/imageSource';
import type { KeptPlanCounts } from '../../operations/plan/carryOutKeptPlan';
import type { CarryOutCounts } from '../../operations/plan/carryOutPlan';
import type { Conflicts, RevertStep } from '../../operations/revert/planRevert';
import type { RevertCounts, RevertWatch } from '../../operations/revert/revertTable';
import { leftByPlanWords, watchCarryOut } from '../keptPlan';
import type { Output } from '../output/output';
import { sayPlanned } from '../output/planned';
import type { RevertOptions } from './options';

/** What is undone, for people: it stands at the top of a plan that is kept, too. */
export function titleOf(
  { tableName, into, change, copy }: RevertOptions,
  { fromMs, toMs, source }: { fromMs: number; toMs: number; source: ImageSource },
): string {
  const window =
    change === undefined
      ? `what happened after ${secondOf(fromMs)}${toMs === Infinity ? '' : `, up to ${secondOf(toMs)}`}`
      : `the change ${change}`;
  const where = into === tableName ? into : `${into} (images of ${tableName})`;
  return `Undoing in ${where} ${window}, by the images in ${copy.in === 'folder' ? copy.folder : source.name}.`;
}

/** Of a kept plan: together with what was left when it was made. */
type Done = Readonly<CarryOutCounts> & Partial<Pick<KeptPlanCounts, 'leftByPlan'>>;

export interface RevertSight {
  readonly watch: RevertWatch;
  /** The last word. @param planned undefined where a kept plan was carried out */
  readonly report: (planned: RevertCounts | undefined, done: Done | undefined) => void;
  readonly end: () => void;
}

/** Shows a plan as it is made and carried out. A dry run lists every write; what is left is always listed. */
export function watchRevert(output: Output, options: RevertOptions): RevertSight {
  let progress = output.progress('looked at items');
  return {
    watch: {
      onPlanned(step) {
        progress.add(1);
        sayStep(output, options, step);
      },
      onPlan(planned, needs) {
        progress.end();
        const sum = planned.put + planned.change + planned.delete;
        if (needs !== undefined && options.dryRun) output.say(`The real run will ask, or need --yes: ${needs}.`);
        if (!options.dryRun) progress = output.progress('written items', sum);
      },
      ...watchCarryOut(output, () => progress.add(1)),
    },
    report(planned, done) {
      progress.end();
      report(output, options, planned, done);
    },
    end: () => progress.end(),
  };
}

function sayStep(output: Output, { dryRun, conflictRule }: RevertOptions, step: RevertStep): void {
  if (step.is === 'unknown' || step.is === 'unreadable') {
    const { is, objectKey, reason } = step;
    output.result({ type: 'left', objectKey, why: is, reason }, `${objectKey}  ${is}: ${reason}`);
  } else if (step.is === 'write' && dryRun) {
    sayPlanned(output, step.write, step.now, { put: 'make again', later: 'changed later; that stays' });
  }
  if ((step.is === 'write' || step.is === 'conflict') && step.conflicts.length > 0) {
    const { objectKey, keys } = step.is === 'write' ? step.write : step;
    output.result(
      { type: 'conflict', objectKey, keys, attributes: step.conflicts, rule: conflictRule },
      `${plainJson(keys)}  conflict: ${conflictWords(step.conflicts)} ${RULE_WORDS[conflictRule]}`,
    );
  }
}

const RULE_WORDS = {
  leave: 'left as it is now. --conflicts theirs agrees, --conflicts ours undoes it',
  theirs: 'the later change stays',
  ours: 'the later change is undone too',
} as const;

function conflictWords(conflicts: Conflicts): string {
  if (conflicts === 'item') return 'the window or a later change made or deleted it, and the other changed it:';
  return `${conflicts.map(printable).join(', ')} changed in the window and again later:`;
}

function report(
  output: Output,
  { tableName, into, dryRun }: RevertOptions,
  planned: RevertCounts | undefined,
  done: Done | undefined,
): void {
  const { good, bad } = output.colours;
  const lines: string[] = [];
  if (planned) {
    const { put, change, delete: deletes, looked, changedLater } = planned;
    const verb = dryRun ? 'Would undo' : 'To undo';
    lines.push(
      `${verb}: make again ${count(put)}, change ${count(change)} (${count(changedLater)} of all were changed later), delete ${count(deletes)}; looked at ${count(looked)}`,
    );
    const left = planned.conflicts + planned.unknown + planned.unreadable;
    if (left > 0) {
      lines.push(
        bad(
          `Left: ${counted(planned.conflicts, 'conflict')}, unknown ${count(planned.unknown)}, unreadable ${count(planned.unreadable)}; listed above`,
        ),
      );
    }
  }
  if (done) {
    const { written, already, moved, rejected, differences, leftByPlan = 0 } = done;
    lines.push(`Written ${count(written)}, already so ${count(already)}`);
    if (leftByPlan > 0) lines.push(bad(leftByPlanWords(leftByPlan)));
    if (moved + rejected > 0)
      lines.push(
        bad(
          `Not written: changed since the plan ${count(moved)}, refused by DynamoDB ${count(rejected)}; listed above`,
        ),
      );
    lines.push(
      differences === 0
        ? good('Read again and compared: each is as planned')
        : bad(`Read again and compared: ${counted(differences, 'item differs', 'items differ')}; listed above`),
    );
  }
  output.result({ type: 'revert', table: tableName, into, dryRun, planned, done }, lines.join('\n'));
}

import type { Output } from '../output/output';
import { noProgress, type Progress } from '../output/progress';
import { counted, duration } from '../../core/units';
import type { ReplicationGap } from '../../operations/verify/batchReplication';
import type { StageWatch, VerifyStage } from '../../operations/verify/stages';
import type { VerifyWatch } from '../../operations/verify/verifyTable';
import type { VerifyOfTable } from './options';
import { sayComparison, sayHistory, sayRepairs } from './reporting';

const LABELS: Readonly<Record<VerifyStage, string>> = {
  list: 'listed objects',
  scan: 'compared items',
  journal: 'compared objects of the journal',
  settle: 'settled',
  repair: 'mended items',
  history: 'read versions',
};

/** Shows each stage as it goes on. */
export function watchStages(output: Output, { settleMs }: VerifyOfTable): StageWatch & { end: () => void } {
  let progress: Progress = noProgress;
  const end = () => progress.end();
  return {
    onStage(stage, total) {
      end();
      if (stage === 'settle' && settleMs > 0) {
        output.say(
          `${counted(total ?? 0, 'item differs', 'items differ')} so far; looking again for up to ${duration(settleMs)} (--wait).`,
        );
      }
      progress = output.progress(LABELS[stage], total, stage === 'settle' ? settleMs : undefined);
    },
    onDone: (done) => progress.add(done),
    end,
  };
}

/**
 * Shows a verify as it goes on, and tells what it has found as soon as it has.
 *
 * @param gap that is not closed by this command, and for which another is printed
 */
export function watchVerify(output: Output, options: VerifyOfTable, gap: ReplicationGap | undefined): VerifyWatch {
  const { end, ...stages } = watchStages(output, options);
  return {
    ...stages,
    onCompared(comparison) {
      end();
      sayComparison(output, options, comparison);
    },
    onRepaired(repairs) {
      end();
      sayRepairs(output, repairs);
    },
    onWalked(walked) {
      end();
      sayHistory(output, walked, gap);
    },
  };
}

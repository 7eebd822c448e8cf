import type { RunProgress } from '../operations/engine/followRun';
import type { Output } from './output/output';

/** Shows how far a run of the engine is, a bar for each of its rounds. */
export function engineRunProgress(output: Output): {
  readonly onProgress: (at: RunProgress) => void;
  readonly end: () => void;
} {
  let progress: ReturnType<Output['progress']> | undefined;
  let [round, done] = [-1, 0];
  const end = () => {
    progress?.end();
    progress = undefined;
  };
  return {
    onProgress(at) {
      if (at.round !== round) {
        end();
        progress = output.progress(`tasks of round ${at.round + 1}`, at.tasks);
        [round, done] = [at.round, 0];
      }
      progress?.add(at.folded - done);
      done = at.folded;
    },
    end,
  };
}

import type { Workload } from '../workload';
import { dcsCommand, runWork } from './tables';

const FEW = 10_000;
const MEMORY_IS_FLAT = 1.3;
const TIME_IS_LINEAR = 1.1;

/** Without a limit Node.js keeps what nobody uses any more, and the more the longer a process runs. */
const NODE_OPTIONS = '--max-old-space-size=96 --max-semi-space-size=4';

/** Each command on few items and on many, in one round. The peak of memory holds the process itself, about 60 MB. */
export const scale: Workload = {
  name: 'scale',
  title: 'Scale: from ten thousand items to many',
  about: `Each command on ${FEW.toLocaleString('en')} items and on many, without a peer. Time is CPU time for an item. Node.js is held to a heap of 96 MB (\`NODE_OPTIONS=${NODE_OPTIONS}\`): a command whose objects grew with the table would end with an error. Without the limit a peak shows how long Node.js has put off cleaning up. The digests that verify keeps of each item are packed, outside the heap, and are seen in its peak.`,
  contenders: (['backfill', 'restore', 'verify'] as const).map((work) => ({
    ...{ ...dcsCommand(work), name: work },
    env: { NODE_OPTIONS },
  })),
  items: 1_000_000,
  figures: ['cpuMicrosecondsPerItem', 'timeRatio', 'fewPeakMb', 'peakMb', 'memoryRatio', 'addedBytesPerItem'],
  targets: (['backfill', 'restore', 'verify'] as const).flatMap((of) => [
    { of, figure: 'timeRatio', atMost: TIME_IS_LINEAR },
    of === 'verify'
      ? { of, figure: 'addedBytesPerItem', atMost: 100 }
      : { of, figure: 'memoryRatio', atMost: MEMORY_IS_FLAT },
  ]),
  async run(bench, contender, items) {
    const work = runWork(contender.name as 'backfill' | 'restore' | 'verify');
    const few = Math.min(FEW, items);
    const [atFew, atMany] = [await work(bench, contender, few), await work(bench, contender, items)];
    const [cpuAtFew = NaN, cpuAtMany = NaN] = [atFew.cpuSecondsPer10k, atMany.cpuSecondsPer10k];
    const [fewPeakMb = NaN, peakMb = NaN] = [atFew.peakMb, atMany.peakMb];
    return {
      cpuMicrosecondsPerItem: cpuAtMany * 100,
      timeRatio: cpuAtMany / cpuAtFew,
      fewPeakMb,
      peakMb,
      memoryRatio: peakMb / fewPeakMb,
      addedBytesPerItem: (Math.max(0, peakMb - fewPeakMb) * 1_048_576) / Math.max(1, items - few),
    };
  },
};

import { changesOfItem } from '../sink/simulatedDay';
import { requireDone, type Contender, type Workload } from '../workload';

const LATENCY_MS = 20;
const HISTORY: Contender = { name: 'dcs', file: 'dcsHistory' };

/** What one item costs to look up, however many changes others have had. */
export const day: Workload = {
  name: 'day',
  title: "One item's history in the journal of a busy day",
  about: `\`dcs history\` of one item among a day's changes at 1,000 a second, once the compactor has folded them and what it took them from has expired: eight runs, each with three of the item's changes. Each answer is ${LATENCY_MS} ms late. Sizes are simulated: there are the manifests, and the bytes that are read. Requests are all that the command sends.`,
  contenders: [HISTORY],
  items: 86_400_000,
  figures: ['seconds', 'requests', 'peakMb'],
  targets: [
    { figure: 'seconds', atMost: 5 },
    { figure: 'requests', atMost: 30 },
  ],
  async run(bench, contender, changes) {
    const { cost, received } = await bench.run(contender, {
      task: { items: 1, warmUpItems: 1, batchRecords: 1, revisions: changesOfItem(changes) },
      sink: {
        items: 1,
        hasImages: false,
        bucket: `day of ${changes}`,
        changesOfDay: changes,
        latencyMs: LATENCY_MS,
        jitterMs: 0,
      },
    });
    requireDone(contender.name, { writes: 0, damaged: 0 }, received);
    return { seconds: cost.elapsedMs / 1_000, requests: received.requests, peakMb: cost.peakMb };
  },
};

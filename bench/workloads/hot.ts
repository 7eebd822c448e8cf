import { perItem, requireDone, type Workload } from '../workload';
import { dcsCommand } from './tables';

const LATENCY_MS = 20;

/** One item that changes ten times a second, restored: which of its versions is the newest, their metadata has to tell. */
export const hot: Workload = {
  name: 'hot',
  title: 'Hot items: one item with thousands of versions',
  about: `\`dcs restore\` of one item that was changed ten times a second, each answer ${LATENCY_MS} ms late. "Items" are its versions: each is listed, and the metadata of those is read that may be the newest. No peer looks at change order.`,
  contenders: [dcsCommand('restore')],
  items: 10_000,
  figures: ['seconds', 'itemsPerSecond', 'itemsPerCpuSecond', 'peakMb'],
  targets: [{ figure: 'seconds', atMost: 10 }],
  async run(bench, contender, versions) {
    const { cost, received } = await bench.run(contender, {
      task: { items: 1, warmUpItems: 1, batchRecords: 1, revisions: 1 },
      sink: { items: 1, hasImages: true, versions, latencyMs: LATENCY_MS, jitterMs: 0 },
    });
    requireDone(contender.name, { writes: 1, items: 1, damaged: 0, stale: 0, gets: 1 }, received);
    return { ...perItem(versions, cost), seconds: cost.elapsedMs / 1_000 };
  },
};

import { requireDone, type Workload } from '../workload';

const VERSIONS = 10;

/** From the start of the command to all that the page needs to show a table. */
export const ui: Workload = {
  name: 'ui',
  title: 'The page: first view of a table',
  about: `\`dcs ui\`, and all that its page asks for until a table is seen for the first time: where the tables stand, and the timeline. Each item has ${VERSIONS} versions, so 10,000 items are 100,000 versions. The browser's own time is not in it.`,
  contenders: [{ name: 'dcs', file: 'dcsUi' }],
  items: 10_000,
  figures: ['seconds', 'cpuSeconds', 'peakMb'],
  targets: [{ figure: 'seconds', atMost: 3 }],
  async run(bench, contender, items) {
    const { cost, received } = await bench.run(contender, {
      task: { items, warmUpItems: 100, batchRecords: 1, revisions: 1 },
      sink: { items, hasImages: true, versions: VERSIONS, isListedBefore: true, latencyMs: 0, jitterMs: 0 },
    });
    requireDone(contender.name, { writes: 0, damaged: 0 }, received);
    if (received.listed < items * VERSIONS) throw new Error(`dcs: only ${received.listed} versions were listed.`);
    return { seconds: cost.elapsedMs / 1_000, cpuSeconds: cost.cpuMs / 1_000, peakMb: cost.peakMb };
  },
};

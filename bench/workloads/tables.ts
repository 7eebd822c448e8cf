import { perItem, requireDone, type Contender, type Workload } from '../workload';
import type { Received } from '../sink/state';

type Work = 'backfill' | 'restore' | 'import' | 'verify';

/** The command as it is typed. */
export const dcsCommand = (does: Work): Contender => ({ name: 'dcs', file: 'dcsCommand', does });
const v3 = (does: Exclude<Work, 'import'>): Contender => ({ name: 'v3', file: 'v3Tables', does });
/** The bound of what a client over Node's own HTTP can reach. */
const BARE: Contender = { name: 'node:https alone', file: 'bareRestore' };
const MAPBOX: Contender = { name: 'mapbox', file: 'mapboxBackfill', isInstalled: true, mayRepeat: true };

/** What the sink must have seen when a work was done. */
const DONE: Readonly<Record<Work, (items: number, contender: Contender) => Partial<Received>>> = {
  backfill: (items, { mayRepeat }) => ({ ...(!mayRepeat && { writes: items }), items, damaged: 0 }),
  restore: (items) => ({ writes: items, items, damaged: 0, gets: items }),
  import: (items) => ({ writes: items, items, damaged: 0, gets: items, scanned: items }),
  verify: (items) => ({ writes: 0, scanned: items }),
};

/** Runs a work on so many items. The sink has the images already, except for a backfill. */
export function runWork(work: Work): Workload['run'] {
  return async (bench, contender, items) => {
    const { cost, received } = await bench.run(contender, {
      task: { items, warmUpItems: Math.min(1_000, items), batchRecords: 1, revisions: 1 },
      sink: { items, hasImages: work !== 'backfill', latencyMs: 0, jitterMs: 0 },
    });
    requireDone(contender.name, DONE[work](items, contender), received);
    return perItem(items, cost);
  };
}

/**
 * A restore or a verify of a table that is worth one. A command opens its connections anew, which the peers' processes have
 * done in their warm-up: among 20,000 items that is a tenth of its time, and a user waits for larger tables.
 */
const ITEMS_OF_A_TABLE = 100_000;
const FIGURES = ['itemsPerSecond', 'itemsPerCpuSecond', 'cpuSecondsPer10k', 'peakMb'];

export const backfill: Workload = {
  name: 'backfill',
  title: 'Backfill: every item of a table gets an image',
  about: '`dcs backfill`: list what is there, scan in segments, write each image on condition that there is none.',
  contenders: [dcsCommand('backfill'), v3('backfill'), MAPBOX],
  items: 20_000,
  figures: FIGURES,
  targets: [
    // 7 and 3.5 over a client of our own, whose put took 0.47 CPU seconds for 10,000 where one over node:https takes 0.86.
    { figure: 'itemsPerCpuSecond', peer: 'v3', atLeast: 3.8 },
    { figure: 'itemsPerCpuSecond', peer: 'mapbox', atLeast: 1.9 },
  ],
  run: runWork('backfill'),
};

export const restore: Workload = {
  name: 'restore',
  title: 'Restore: a table from its images',
  about:
    '`dcs restore`: list all versions, read each newest image, write in batches, and at the end read the table again and compare. The peer lists, reads and writes, and compares nothing. `node:https alone` makes the calls of a restore with nothing around them: no signature, no digest, no comparison. No client over `node:https` can do with less.',
  contenders: [dcsCommand('restore'), v3('restore'), BARE],
  items: ITEMS_OF_A_TABLE,
  figures: FIGURES,
  targets: [{ figure: 'itemsPerCpuSecond', peer: 'v3', atLeast: 6 }],
  run: runWork('restore'),
};

/** Named `import` on the command line. */
export const importing: Workload = {
  name: 'import',
  title: 'Import: a new table from its images, by files that DynamoDB loads',
  about:
    '`dcs restore --engine import`: list all versions, read each newest image, write compressed files, have them imported, and at the end read the table again and compare. The sink loads the files at once. Node.js is not held to a heap.',
  contenders: [dcsCommand('import')],
  items: 1_000_000,
  figures: FIGURES,
  targets: [{ figure: 'peakMb', atMost: 300 }],
  run: runWork('import'),
};

export const verify: Workload = {
  name: 'verify',
  title: 'Verify: a table against its images',
  about:
    '`dcs verify`: list all versions of both buckets, scan the table against the digests in the listings. The peer scans, and reads each image of one bucket.',
  contenders: [dcsCommand('verify'), v3('verify')],
  items: ITEMS_OF_A_TABLE,
  figures: FIGURES,
  targets: [{ figure: 'itemsPerCpuSecond', peer: 'v3', atLeast: 20 }],
  run: runWork('verify'),
};

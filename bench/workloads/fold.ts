import { perItem, requireDone, type Bench, type Contender, type Figures, type Workload } from '../workload';
import { dcsCommand } from './tables';

const STEP = { file: 'dcsJournal' } as const;
const WRITE: Contender = { ...STEP, name: 'write', does: 'write' };
const COMPACT: Contender = { ...STEP, name: 'compactor', does: 'compact' };
const PLAN: Contender = { ...STEP, name: 'base, reading half', does: 'plan' };
const IMAGES: Contender = { ...STEP, name: 'images, reading half', does: 'plan' };
const WHOLE: Contender = { ...dcsCommand('restore'), name: 'images, dcs restore' };

let made = 0;

const step = (bench: Bench, contender: Contender, items: number, bucket: string) =>
  bench.run(contender, {
    task: { items, warmUpItems: Math.min(1_000, items), batchRecords: 1, revisions: 1 },
    sink: { items, hasImages: false, bucket, latencyMs: 0, jitterMs: 0 },
  });

/** A bucket that has the journal of as many items. */
async function written(bench: Bench, items: number): Promise<string> {
  const bucket = `journal ${(made += 1)}`;
  await step(bench, WRITE, items, bucket);
  return bucket;
}

/** A bucket that has the journal of as many items, and the base that the compactor has made of it. */
export async function journalWithBase(bench: Bench, items: number): Promise<string> {
  const bucket = await written(bench, items);
  await step(bench, COMPACT, items, bucket);
  return bucket;
}

async function ofImages(bench: Bench, contender: Contender, items: number): Promise<Figures> {
  const { cost, received } = await bench.run(contender, {
    task: { items, warmUpItems: Math.min(1_000, items), batchRecords: 1, revisions: 1 },
    sink: { items, hasImages: true, isOfOrders: true, latencyMs: 0, jitterMs: 0 },
  });
  requireDone(contender.name, { gets: items, ...(contender === WHOLE && { writes: items }) }, received);
  return perItem(items, cost);
}

export const fold: Workload = {
  name: 'fold',
  title: 'Fold: a table read from sorted files',
  about:
    'The reading half of a restore into an empty table, of orders of about 600 bytes: from the base that the compactor has made of their journal, and from their images, by the same code. Everything is checked as a restore checks it; what is read is planned, and nothing is written; and the JSON of items is not parsed: a look at its text tells that it is one, and whoever writes hands the text on. Beside it the whole of `dcs restore` from the images.',
  contenders: [PLAN, IMAGES, WHOLE],
  items: 100_000,
  figures: ['itemsPerSecond', 'itemsPerCpuSecond', 'cpuSecondsPer10k', 'peakMb'],
  targets: [IMAGES, WHOLE].map(({ name }) => ({ figure: 'itemsPerCpuSecond', peer: name, atLeast: 10 })),
  async run(bench, contender, items) {
    if (contender !== PLAN) return ofImages(bench, contender, items);
    const bucket = await journalWithBase(bench, items);
    const { cost } = await step(bench, contender, items, bucket);
    return perItem(items, cost);
  },
};

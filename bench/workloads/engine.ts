import { FOLD_TIMEOUT_SECONDS } from '../../settings/engineDefinition';
import { perItem, type Bench, type Contender, type Figures, type Workload } from '../workload';
import { journalWithBase } from './fold';
import { dcsCommand } from './tables';

const WORKER = { file: 'dcsEngine' } as const;
const JOURNAL: Contender = { ...WORKER, name: 'a worker, of a base', does: 'journal' };
export const HAND_BACKS = 4;
const HANDED: Contender = { ...WORKER, name: `the same, handed back ${HAND_BACKS} times`, does: 'handed' };
const IMAGES: Contender = { ...WORKER, name: 'a worker, of images', does: 'images' };
const WHOLE: Contender = { ...dcsCommand('restore'), name: 'dcs restore of images' };

async function cost(bench: Bench, contender: Contender, items: number, bucket?: string) {
  const isOfImages = bucket === undefined;
  const ran = await bench.run(contender, {
    task: { items, warmUpItems: Math.min(1_000, items), batchRecords: 1, revisions: 1 },
    sink: { items, hasImages: isOfImages, isOfOrders: isOfImages, bucket, latencyMs: 0, jitterMs: 0 },
  });
  return ran.cost;
}

async function figuresOf(bench: Bench, contender: Contender, items: number): Promise<Figures> {
  const whole = { handBackPercent: 0 };
  if (contender === IMAGES || contender === WHOLE) {
    return { ...perItem(items, await cost(bench, contender, items)), ...whole };
  }
  const bucket = await journalWithBase(bench, items);
  const own = await cost(bench, contender, items, bucket);
  if (contender !== HANDED) return { ...perItem(items, own), ...whole };
  const without = await cost(bench, JOURNAL, items, bucket);
  const msOfOne = Math.max(0, own.elapsedMs - without.elapsedMs) / HAND_BACKS;
  return { ...perItem(items, own), handBackPercent: (msOfOne / 1_000 / FOLD_TIMEOUT_SECONDS) * 100 };
}

export const engine: Workload = {
  name: 'engine',
  title: 'The distributed engine: one worker',
  about:
    'What a function of the distributed engine does with its range, here a whole table of orders of about 600 bytes: each item as it was at the moment, checked as a restore checks it, into files for ImportTable, which are dropped. From the base of a journal and from images; beside it the whole of `dcs restore` from the images. Handed back, it looks at the journal anew and reads a part of the base again: what one time of that takes, of the 900 seconds that a function has.',
  contenders: [JOURNAL, HANDED, IMAGES, WHOLE],
  madeBy: ['dcsJournal'],
  items: 100_000,
  figures: ['itemsPerSecond', 'itemsPerCpuSecond', 'peakMb', 'handBackPercent'],
  targets: [
    { figure: 'itemsPerCpuSecond', peer: WHOLE.name, atLeast: 10 },
    { figure: 'peakMb', atMost: 512 },
    { of: IMAGES.name, figure: 'peakMb', atMost: 512 },
    { of: HANDED.name, figure: 'handBackPercent', atMost: 5 },
  ],
  run: figuresOf,
};

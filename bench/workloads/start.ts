import type { Bench, Contender, Figures, Workload } from '../workload';

const STARTS = 5;

/** Medians of several starts: one is too little to tell. */
async function startSeveral(bench: Bench, { name }: Contender): Promise<Figures> {
  const { file, bytes } = bench.bundle(name as 'dcs' | 'v3');
  const starts: { importMs: number; totalMs: number }[] = [];
  for (let start = 0; start < STARTS; start += 1) starts.push(await bench.start(file));
  const middle = (of: 'importMs' | 'totalMs') =>
    starts.map((start) => start[of]).sort((a, b) => a - b)[Math.floor(STARTS / 2)] ?? NaN;
  return { importMs: middle('importMs'), importAndFirstMs: middle('totalMs'), bundleKb: bytes / 1_024 };
}

export const start: Workload = {
  name: 'start',
  title: 'Start of the function',
  about: `Fresh processes: import of the minified bundle, and the first image written. ${STARTS} starts a round. The v3 bundle has a client for S3, PutObject, and nothing else.`,
  contenders: [
    { name: 'dcs', file: 'dcsCapture' },
    { name: 'v3', file: 'v3Start' },
  ],
  items: 1,
  figures: ['importMs', 'importAndFirstMs', 'bundleKb'],
  targets: [
    { figure: 'importAndFirstMs', peer: 'v3', atMost: 1 / 3 },
    { figure: 'bundleKb', atMost: 60 },
  ],
  run: startSeveral,
};

import { VARIABLES } from '../../core/functionVariables';
import { perItem, requireDone, type Contender, type Target, type Workload } from '../workload';

const DCS: Contender = { name: 'dcs', file: 'dcsCapture' };
const V3: Contender = { name: 'v3', file: 'v3Capture' };
const V2: Contender = { name: '2018', file: 'v2Capture', isInstalled: true };
const V2_KEPT: Contender = {
  ...V2,
  name: '2018, keep-alive',
  env: { AWS_NODEJS_CONNECTION_REUSE_ENABLED: '1' },
};
const MAPBOX: Contender = { name: 'mapbox', file: 'mapboxCapture', isInstalled: true, mayRepeat: true };

interface Kind {
  readonly batchRecords: number;
  readonly revisions?: number;
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  readonly warmUpItems?: number;
  readonly isOfOrders?: boolean;
}

/** A function is warm nearly always: what a first batch costs is measured by `start`. */
const WARM_UP_BATCHES = 5;

function captureWorkload(
  kind: Kind,
  rest: Pick<Workload, 'name' | 'title' | 'about' | 'contenders' | 'items' | 'figures' | 'targets'>,
): Workload {
  const { batchRecords, revisions = 1, latencyMs = 0, jitterMs = 0, isOfOrders } = kind;
  const { warmUpItems = (WARM_UP_BATCHES * batchRecords) / revisions } = kind;
  return {
    ...rest,
    async run(bench, contender, items) {
      const { cost, received } = await bench.run(contender, {
        task: { items, warmUpItems: Math.min(warmUpItems, items), batchRecords, revisions, isOfOrders },
        sink: { items, hasImages: false, latencyMs, jitterMs },
      });
      const writes = contender.mayRepeat ? {} : { writes: items * revisions };
      requireDone(contender.name, { ...writes, items, damaged: 0 }, received);
      const bytesPerChange = received.putBytes / (items * revisions);
      return { ...perItem(items * revisions, cost), staleItems: received.stale, bytesPerChange };
    },
  };
}

const ratio = (figure: string, ...peers: [string, number][]): Target[] =>
  peers.map(([peer, atLeast]) => ({ figure, peer, atLeast }));

export const capture = captureWorkload(
  { batchRecords: 1_000 },
  {
    name: 'capture',
    title: 'Capture: the records of a batch written as objects',
    about:
      'Batches of 1,000 stream records, each of another item of about 500 bytes, handled one after the other by a process that has handled five before.',
    contenders: [DCS, V3, V2, V2_KEPT, MAPBOX],
    items: 50_000,
    figures: ['itemsPerSecond', 'itemsPerCpuSecond', 'cpuSecondsPer10k', 'peakMb'],
    targets: ratio('itemsPerCpuSecond', ['v3', 4.5], ['mapbox', 1.8]),
  },
);

export const latency = captureWorkload(
  { batchRecords: 1_000, latencyMs: 20 },
  {
    name: 'latency',
    title: 'Capture, each answer 20 ms later',
    about: 'The same batches of 1,000, with 20 ms added to every answer: about what S3 takes for a small object.',
    contenders: [DCS, V3, V2, V2_KEPT, MAPBOX],
    items: 10_000,
    figures: ['itemsPerSecond', 'itemsPerCpuSecond', 'peakMb'],
    // 6 over a client of our own, whose put took about half the CPU: over node:https a core is at 85 % in this workload.
    targets: ratio('itemsPerSecond', ['v3', 4.5], ['2018, keep-alive', 3.5], ['mapbox', 5]),
  },
);

export const memory = captureWorkload(
  { batchRecords: 10_000, warmUpItems: 1_000 },
  {
    name: 'memory',
    title: 'Capture, one batch of 10,000',
    about: "One batch of 10,000 records, the most that Lambda delivers at once; the process's peak of resident memory.",
    contenders: [DCS, V3, V2_KEPT, MAPBOX],
    items: 10_000,
    figures: ['peakMb', 'itemsPerSecond'],
    targets: [{ figure: 'peakMb', peer: 'v3', atMost: 0.5 }],
  },
);

export const order = captureWorkload(
  { batchRecords: 1_000, revisions: 5, jitterMs: 20 },
  {
    name: 'order',
    title: 'Capture, five changes of each item in a batch',
    about:
      'Batches of 1,000 records, five changes of each of 200 items, answers at random within 20 ms. Stale: items whose last stored image is not of their last change.',
    contenders: [DCS, V3, V2_KEPT, MAPBOX],
    items: 800,
    figures: ['staleItems', 'itemsPerSecond'],
    targets: [{ figure: 'staleItems', atMost: 0 }],
  },
);

const JOURNAL: Contender = { ...DCS, name: 'journal', env: { [VARIABLES.layout]: 'journal' } };

export const journal = captureWorkload(
  { batchRecords: 1_000, isOfOrders: true },
  {
    name: 'journal',
    title: 'Capture into a journal: a batch as one object',
    about:
      'Batches of 1,000 changes of orders of about 600 bytes (names and words come again, ids, amounts and times do not), each with its state before, in both layouts of the same function. Bytes are those of the bodies that are put, for a change.',
    contenders: [JOURNAL, { ...DCS, name: 'images' }],
    items: 50_000,
    figures: ['itemsPerSecond', 'itemsPerCpuSecond', 'bytesPerChange', 'peakMb'],
    targets: [...ratio('itemsPerCpuSecond', ['images', 2.5]), { figure: 'bytesPerChange', atMost: 150 }],
  },
);

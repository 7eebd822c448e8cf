/** What a measured process is to do; `part` 0 warms up. */
export interface Task {
  readonly endpoint: string;
  /** Items, or records of all batches together, in the measured part. */
  readonly items: number;
  readonly warmUpItems: number;
  /** Records of one batch, where there are batches. */
  readonly batchRecords: number;
  /** Changes of each item, one after the other, in each batch. */
  readonly revisions: number;
  /** Changes of orders, which have a state before, instead of inserts of items that are all alike. */
  readonly isOfOrders?: boolean;
  /** A settings file of the commands. */
  readonly settingsFile: string;
}

export type Part = 'warmUp' | 'measured';

/** Prepares one part, which does not count, and returns what carries it out. */
export type Contender = (task: Task, part: Part) => Promise<() => Promise<unknown>> | (() => Promise<unknown>);

/** What is measured of a process. CPU: user and system time of all its threads. */
export interface Cost {
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
}

/** Runs a contender in this process: warms up, says so, waits for the word to go, and tells the cost. */
export function measured(contender: Contender): void {
  const task = JSON.parse(process.argv[2] ?? '') as Task;
  const warmUp = async () => {
    const run = await contender(task, 'warmUp');
    await run();
    return contender(task, 'measured');
  };
  warmUp().then((run) => {
    process.once('message', () => void measure(run).then(done, failed));
    process.send?.('ready');
  }, failed);
}

async function measure(run: () => Promise<unknown>): Promise<Cost> {
  const [cpu, startedMs] = [process.cpuUsage(), performance.now()];
  await run();
  const { user, system } = process.cpuUsage(cpu);
  const elapsedMs = performance.now() - startedMs;
  return { elapsedMs, cpuMs: (user + system) / 1_000, peakMb: process.resourceUsage().maxRSS / 1_024 };
}

function done(cost: Cost): void {
  process.send?.(cost, () => process.exit());
}

function failed(error: unknown): void {
  console.error(error);
  process.exit(1);
}

import type { Cost, Task } from './contenders/subject';
import type { Received, SinkSettings } from './sink/state';

/** What a run is about; each figure in the unit that its name ends with. */
export type Figures = Readonly<Record<string, number>>;

/** One of those that do the same work. The first of a workload is DCS. */
export interface Contender {
  readonly name: string;
  /** The file in contenders/, without its ending. */
  readonly file: string;
  /** What the file is told on its command line. */
  readonly does?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Needs the packages of bench/package.json. */
  readonly isInstalled?: boolean;
  /** Sends a request again when an answer takes its time: things may then be written twice. */
  readonly mayRepeat?: boolean;
}

/** How one contender is run once: which task, against what sink. */
export interface Setting {
  readonly task: Omit<Task, 'endpoint' | 'settingsFile'>;
  readonly sink: SinkSettings;
}

/** A figure of DCS beside the same figure of a peer, or by itself. */
export interface Target {
  /** Which contender it is about; without it, the first. */
  readonly of?: string;
  readonly figure: string;
  readonly peer?: string;
  /** The ratio of DCS's figure to the peer's; without a peer, the figure itself. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  /** What is done, for the page. */
  readonly about: string;
  readonly contenders: readonly Contender[];
  /** Files in contenders/ that make what these work on, and are no contenders themselves. */
  readonly madeBy?: readonly string[];
  /** Items, without --items. */
  readonly items: number;
  readonly figures: readonly string[];
  readonly targets: readonly Target[];
  /** One run of one contender, to its figures. Throws when the work was not done. */
  readonly run: (bench: Bench, contender: Contender, items: number) => Promise<Figures>;
}

/** What a workload runs with. */
export interface Bench {
  /** Runs a contender in a process of its own, against the sink, and tells what each of them says. */
  run(contender: Contender, setting: Setting): Promise<{ cost: Cost; received: Received }>;
  /** The bundle of a function or contender: where it is, and how large. */
  bundle(kind: 'dcs' | 'v3'): { file: string; bytes: number };
  /** Starts a bundle in a fresh process and has it handle one record. */
  start(file: string): Promise<{ importMs: number; totalMs: number }>;
}

/** @throws Error when a sink has not received what it should have */
export function requireDone(name: string, expected: Partial<Received>, received: Received): void {
  for (const [what, count] of Object.entries(expected)) {
    const found = received[what as keyof Received];
    if (found !== count)
      throw new Error(`${name}: ${what} should be ${count} and is ${found}; its figures are no good.`);
  }
}

/** What is told of every run that does something to items. */
export function perItem(items: number, { elapsedMs, cpuMs, peakMb }: Cost): Figures {
  return {
    itemsPerSecond: items / (elapsedMs / 1_000),
    itemsPerCpuSecond: items / (cpuMs / 1_000),
    cpuSecondsPer10k: (cpuMs / 1_000 / items) * 10_000,
    peakMb,
  };
}

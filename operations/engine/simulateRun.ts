import { costLine, sumOf, type CostLine } from '../costs/lines';
import { GB } from '../costs/workload';
import { RESTORED_A_SECOND } from '../costs/work/restore';
import { GETS_A_SECOND, KEYS_OF_LIST } from '../costs/work/work';
import { MOST_FILES } from '../restore/import/importFiles';
import { FOLD_TIMEOUT_SECONDS } from '../../settings/engineDefinition';
import { FOLDED_FILES, MOST_RESERVED_MS, REST_PARTS } from './foldRange';
import { FIRST_RANGES } from './run';

/** A table, and the engine that brings it back. */
export interface SimulatedTable {
  readonly items: number;
  readonly itemBytes: number;
  /** Of images, all of the history. */
  readonly versions: number;
  /** Into how many S3 has split what the images are below: each gives its reads by itself. */
  readonly partitions: number;
  /** The share of the items that is in one of a hundred of the first ranges. 0.01: they are even. */
  readonly shareInHundredth: number;
  readonly maxConcurrency: number;
  readonly memoryMb: number;
  readonly region: string;
}

export interface SimulatedRun {
  readonly rounds: number;
  readonly tasks: number;
  readonly foldSeconds: number;
  /** Of all workers, whether they work or wait for S3. */
  readonly workerSeconds: number;
  readonly files: number;
  /** Uncompressed. */
  readonly importBytes: number;
  /** What the folds could not be faster than, most of the time. */
  readonly boundBy: 'reads of S3' | 'workers';
  /** Whether an import takes so many files. */
  readonly isImportable: boolean;
  readonly lines: readonly CostLine[];
  readonly usd: number;
}

const CPU_MB = 1_769;
const FOLD_SECONDS = FOLD_TIMEOUT_SECONDS - MOST_RESERVED_MS / 1_000;
/** Transitions of a child of the Map, its own start among them. */
const TRANSITIONS_OF_TASK = 3;

/**
 * Plays the rounds of a run, task by task, without a table: how many items a worker folds until its time is over, what it hands
 * back, and how many files that leaves. Workers start together and the next ones when the last of these has ended, which is slower than what Step
 * Functions does. A fold is as fast as its processor at the rate that is measured for `dcs restore`, and all of them as S3's reads.
 */
export function simulateRun(table: SimulatedTable): SimulatedRun {
  const played = playRounds(table);
  const { items, itemBytes } = table;
  const importBytes = items * itemBytes;
  const lines = linesOf(table, played);
  const isReadBound = table.partitions * GETS_A_SECOND < table.maxConcurrency * rateOfWorker(table);
  const boundBy = isReadBound ? 'reads of S3' : 'workers';
  return { ...played, importBytes, boundBy, isImportable: played.files <= MOST_FILES, lines, usd: sumOf(lines).usd };
}

type Played = Pick<SimulatedRun, 'rounds' | 'tasks' | 'foldSeconds' | 'workerSeconds' | 'files'>;

function playRounds(table: SimulatedTable): Played {
  const { maxConcurrency, itemBytes } = table;
  const done = { rounds: 0, tasks: 0, foldSeconds: 0, workerSeconds: 0, files: 0 };
  for (let round = firstRanges(table); round.length > 0; done.rounds++) {
    const next: number[] = [];
    for (let from = 0; from < round.length; from += maxConcurrency) {
      const wave = round.slice(from, from + maxConcurrency);
      const rate = Math.min(rateOfWorker(table), (table.partitions * GETS_A_SECOND) / wave.length);
      let longest = 0;
      for (const items of wave) {
        const folded = Math.min(items, Math.floor(rate * FOLD_SECONDS));
        const seconds = folded / rate;
        longest = Math.max(longest, seconds);
        done.workerSeconds += seconds;
        done.files += Math.ceil((folded * itemBytes) / FOLDED_FILES.fileBytes);
        const rest = items - folded;
        if (rest > 0) next.push(...evenly(rest, Math.min(REST_PARTS, Math.ceil(rest / KEYS_OF_LIST))));
      }
      done.tasks += wave.length;
      done.foldSeconds += longest;
    }
    round = next;
  }
  return done;
}

/** What divides looks at keys and not at how many there are. */
function firstRanges({ items, shareInHundredth }: SimulatedTable): number[] {
  const full = Math.max(1, Math.round(FIRST_RANGES / 100));
  const inFull = Math.round(items * shareInHundredth);
  return [...evenly(inFull, full), ...evenly(items - inFull, FIRST_RANGES - full)].filter((each) => each > 0);
}

function evenly(items: number, parts: number): number[] {
  return Array.from(
    { length: parts },
    (_, i) => Math.floor((items * (i + 1)) / parts) - Math.floor((items * i) / parts),
  );
}

function rateOfWorker({ memoryMb }: SimulatedTable): number {
  return RESTORED_A_SECOND * Math.min(1, memoryMb / CPU_MB);
}

function linesOf(table: SimulatedTable, { tasks, workerSeconds, files }: Played): CostLine[] {
  const { items, itemBytes, versions, memoryMb, region } = table;
  return [
    costLine('LIST requests', Math.ceil(versions / KEYS_OF_LIST) + tasks, 's3Put', region),
    costLine('GET requests', items, 's3Get', region),
    costLine('workers, time', (workerSeconds * memoryMb) / 1_024, 'lambdaTime', region),
    costLine('transitions', tasks * TRANSITIONS_OF_TASK, 'transition', region),
    // Each is written, and copied to where the import looks, beside the result of each task.
    costLine('PUT and COPY requests', 2 * files + tasks, 's3Put', region),
    costLine('import', (items * itemBytes) / GB, 'tableImport', region),
  ];
}

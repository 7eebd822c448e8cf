import { shown, type Judged, type Result } from './results';
import type { Workload } from './workload';

/** The words of each figure in a heading. */
const HEADINGS: Readonly<Record<string, string>> = {
  itemsPerSecond: 'items/s',
  itemsPerCpuSecond: 'items per CPU s',
  cpuSecondsPer10k: 'CPU s per 10,000',
  peakMb: 'peak MB',
  seconds: 'seconds',
  cpuSeconds: 'CPU s',
  startMs: 'start ms',
  staleItems: 'stale items',
  importMs: 'import ms',
  importAndFirstMs: 'import + first image ms',
  bundleKb: 'bundle KB',
  cpuMicrosecondsPerItem: 'CPU µs an item',
  timeRatio: 'CPU µs an item, many ÷ few',
  fewPeakMb: 'peak MB with few',
  memoryRatio: 'peak MB, many ÷ few',
  handBackPercent: '% of its time to be handed back',
  bytesPerChange: 'bytes a change',
  addedBytesPerItem: 'bytes added an item',
};
/** Figures of which a peer's ratio tells nothing. */
const WITHOUT_RATIO = new Set(['cpuSecondsPer10k', 'staleItems', 'handBackPercent']);

/** Heading and rows; beside each figure of a peer, how many times as much DCS has. */
export function resultTable({ figures, name }: Workload, { contenders }: Result): string[][] {
  const [own] = contenders;
  const isAlone = name === 'scale';
  const rows = contenders.map((contender) => [
    contender.name,
    ...figures.map((figure) => {
      const [value = NaN, ours = NaN] = [contender.figures[figure], own?.figures[figure]];
      const hasRatio = contender !== own && !isAlone && !WITHOUT_RATIO.has(figure);
      return hasRatio ? `${shown(value)} (${times(ours / value)})` : shown(value);
    }),
  ]);
  return [['', ...figures.map((figure) => HEADINGS[figure] ?? figure)], ...rows];
}

export function targetLine({ of, figure, peer, atLeast, value, atMost, isMet }: Judged): string {
  const what = `${of === 'dcs' ? '' : `${of}: `}${HEADINGS[figure] ?? figure}`;
  const limit =
    atLeast === undefined ? `at most ${quantity(atMost ?? NaN, peer)}` : `at least ${quantity(atLeast, peer)}`;
  const beside = peer === undefined ? '' : ` that of ${peer}`;
  return `${isMet ? 'met' : 'missed'}: ${what} ${quantity(value, peer)}${beside}; target ${limit}`;
}

function quantity(value: number, peer: string | undefined): string {
  return peer === undefined ? shown(value) : times(value);
}

function times(ratio: number): string {
  return `${shown(ratio)} ×`;
}

export function ofRounds(rounds: number): string {
  return rounds === 1 ? 'one round' : `medians of ${rounds} rounds`;
}

/** Columns of one width, for a terminal. */
export function aligned(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function markdown([heading = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heading), `|---|${'---:|'.repeat(heading.length - 1)}`, ...rows.map(line)].join('\n');
}

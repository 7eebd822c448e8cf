import { count, bytes, duration } from '../../core/units';
import type { TableRow } from '../../operations/status/tableRows';
import type { Colours } from '../output/colours';

const HEADINGS = ['TABLE', 'RECOVERY', 'SINCE', 'VERSIONS', 'SIZE', 'LAG', 'VERIFIED', 'DRILLED'];
const UNKNOWN = '?';
const NONE = '-';

/** A line a table, 80 columns where names are not long. Times are how long ago. */
export function rowsText(rows: readonly TableRow[], nowMs: number | undefined, colours: Colours): string {
  const cells = rows.map((row) => cellsOf(row, nowMs));
  const widths = HEADINGS.map((heading, i) => Math.max(heading.length, ...cells.map((line) => line[i]?.length ?? 0)));
  const line = (texts: readonly string[]) =>
    texts.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join('  ');
  const marked = { ok: colours.good('ok'), problem: colours.bad('✗ '), warning: colours.doubtful('! ') };
  return [
    `   ${colours.dim(line(HEADINGS))}`.trimEnd(),
    ...cells.map((texts, i) => {
      const verdict = rows[i]?.verdict ?? 'cannotTell';
      return `${verdict === 'cannotTell' ? colours.doubtful('? ') : marked[verdict]} ${line(texts)}`.trimEnd();
    }),
  ].join('\n');
}

function cellsOf(row: TableRow, nowMs: number | undefined): string[] {
  const { versions, sizeBytes, isWhole, lagMs } = row;
  const atLeast = isWhole ? '' : '≥';
  return [
    row.table,
    ago(row.recoveryPoint, nowMs),
    ago(row.restorableSince, nowMs),
    versions === undefined ? UNKNOWN : `${atLeast}${count(versions)}`,
    sizeBytes === undefined ? UNKNOWN : `${atLeast}${bytes(sizeBytes)}`,
    lagMs === undefined ? UNKNOWN : lagMs === null ? NONE : short(lagMs),
    ago(row.verifiedAt, nowMs, row.verifyDifferences),
    ago(row.drilledAt, nowMs, row.drillDifferences),
  ];
}

function ago(iso: string | null | undefined, nowMs: number | undefined, differences?: number | null): string {
  if (iso === null) return NONE;
  if (iso === undefined || nowMs === undefined) return UNKNOWN;
  return short(Math.max(0, nowMs - Date.parse(iso))) + (differences ? '!' : '');
}

/** The largest unit alone: `3 d`. */
function short(ms: number): string {
  return duration(ms).split(' ').slice(0, 2).join(' ');
}

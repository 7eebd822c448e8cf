import { count, duration } from '../../core/units';
import { isTooLate, isTooOld, type DrillEntry } from './earlier';
import { escaped, momentText } from './html';

const HEADINGS = ['Began', 'Verdict', 'Items', 'Time to restore', 'All of it back in', 'Recovery point'];

/** Drills as rows, with a bar for how long the restore took beside the longest. @param isLinked to the pages beside this one */
export function trend(entries: readonly DrillEntry[], isLinked = false): string[] {
  const longest = Math.max(1e-9, ...entries.map(({ restoreSeconds }) => restoreSeconds ?? 0));
  return [
    '<table class="trend">',
    `<thead><tr>${HEADINGS.map((heading) => `<th scope="col">${heading}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...entries.map((entry) => `<tr>${cells(entry, longest, isLinked).join('')}</tr>`),
    '</tbody>',
    '</table>',
  ];
}

function cells(entry: DrillEntry, longest: number, isLinked: boolean): string[] {
  const { startedAt, verdict, items, sample, restoreSeconds } = entry;
  const began = escaped(momentText(startedAt));
  const name =
    entry.objectKey
      .split('/')
      .at(-1)
      ?.replace(/\.json$/, '.html') ?? '';
  const share = Math.round(((restoreSeconds ?? 0) / longest) * 100);
  const what = items === null ? UNKNOWN : `${count(items)}${typeof sample === 'number' ? ', a sample' : ''}`;
  return [
    cell(0, isLinked ? `<a href="./${encodeURIComponent(name)}">${began}</a>` : began),
    cell(1, `<span class="${verdict ?? 'unknown'}">${verdictWords(entry)}</span>`),
    cell(2, what),
    cell(3, `${time(restoreSeconds)}<span class="bar" style="width:${share}%"></span>`),
    cell(4, measured(entry.recoverySeconds, entry.recoveryTargetSeconds, isTooLate(entry), entry.isEstimated)),
    cell(5, measured(entry.recoveryPointSeconds, entry.pointTargetSeconds, isTooOld(entry))),
  ];
}

const UNKNOWN = 'not known';

function time(seconds: number | null): string {
  return seconds === null ? UNKNOWN : escaped(duration(seconds * 1_000));
}

/** What was measured, and what was aimed at. */
export function measured(
  seconds: number | null,
  target: number | null,
  isMissed: boolean,
  isEstimated = false,
): string {
  const words = `${isEstimated && seconds !== null ? 'about ' : ''}${time(seconds)}`;
  if (target === null) return words;
  const aim = `target ${time(target)}`;
  return `${words}, ${isMissed ? `<span class="differences">${aim}, missed</span>` : aim}`;
}

function cell(column: number, html: string): string {
  return `<td data-name="${HEADINGS[column] ?? ''}"><span>${html}</span></td>`;
}

function verdictWords({ verdict, differences }: DrillEntry): string {
  if (verdict === null) return UNKNOWN;
  if (verdict === 'same') return 'the same';
  return differences === null ? 'differences' : `${count(differences)} different`;
}

import { count, duration } from '../../core/units';
import type { DrillEntry } from './earlier';
import { escaped, momentText } from './html';

const HEADINGS = ['Began', 'Verdict', 'Items', 'Time to restore', 'Recovery point'];

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
  const { startedAt, verdict, items, sample, restoreSeconds, recoveryPointSeconds } = entry;
  const began = escaped(momentText(startedAt));
  const name =
    entry.objectKey
      .split('/')
      .at(-1)
      ?.replace(/\.json$/, '.html') ?? '';
  const share = Math.round(((restoreSeconds ?? 0) / longest) * 100);
  const took = restoreSeconds === null ? UNKNOWN : escaped(duration(restoreSeconds * 1_000));
  const what = items === null ? UNKNOWN : `${count(items)}${typeof sample === 'number' ? ', a sample' : ''}`;
  return [
    cell(0, isLinked ? `<a href="./${encodeURIComponent(name)}">${began}</a>` : began),
    cell(1, `<span class="${verdict ?? 'unknown'}">${verdictWords(entry)}</span>`),
    cell(2, what),
    cell(3, `${took}<span class="bar" style="width:${share}%"></span>`),
    cell(4, recoveryPointSeconds === null ? UNKNOWN : escaped(duration(recoveryPointSeconds * 1_000))),
  ];
}

const UNKNOWN = 'not known';

function cell(column: number, html: string): string {
  return `<td data-name="${HEADINGS[column] ?? ''}">${html}</td>`;
}

function verdictWords({ verdict, differences }: DrillEntry): string {
  if (verdict === null) return UNKNOWN;
  if (verdict === 'same') return 'the same';
  return differences === null ? 'differences' : `${count(differences)} different`;
}

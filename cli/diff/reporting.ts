import { plainJson } from '../../core/plainJson';
import { changeLines } from '../output/changes';
import type { Output } from '../output/output';
import { count, utc } from '../../core/units';
import type { DiffCounts, DiffWatch, ItemDifference } from '../../operations/diff/diffTable';

/** Shows a comparison as it goes on, and lists what has changed unless only the counts are wanted. */
export function watchDiff(output: Output, isSummary: boolean): DiffWatch & { end: () => void } {
  const progress = output.progress('compared items');
  return {
    onItem(difference) {
      progress.add(1);
      if (!isSummary) sayDifference(output, difference);
    },
    end: () => progress.end(),
  };
}

/** The last word. */
export function reportDiff(
  output: Output,
  found: { table: string; fromMs: number; toMs: number; in: string; counts: Readonly<DiffCounts> },
): void {
  const { table, fromMs, toMs, counts } = found;
  const { same, added, removed, changed, absent, unknown } = counts;
  output.result(
    { type: 'diff', table, from: utc(fromMs), to: toMs === Infinity ? null : utc(toMs), in: found.in, counts },
    `added ${count(added)}, removed ${count(removed)}, changed ${count(changed)}, the same ${count(same)}` +
      (absent > 0 ? `, there at neither moment ${count(absent)}` : '') +
      (unknown > 0 ? `, not known ${count(unknown)}` : ''),
  );
}

function sayDifference(output: Output, difference: ItemDifference): void {
  if (difference.is === 'same' || difference.is === 'absent') return;
  if (difference.is === 'unknown') {
    const { objectKey, reason } = difference;
    output.result({ type: 'unknown', objectKey, reason }, `? ${objectKey}  ${reason}`);
    return;
  }
  const { is, objectKey, keys, changes, times, changedAtMs } = difference;
  const changedAt = changedAtMs === undefined ? undefined : new Date(changedAtMs).toISOString();
  output.result(
    { type: is, objectKey, keys, changes, times, changedAt },
    itemText(difference, changeLines(changes, output.colours)),
  );
}

type Changed = Exclude<ItemDifference, { is: 'same' | 'absent' | 'unknown' }>;

function itemText({ is, keys, times, changedAtMs }: Changed, lines: string[]): string {
  const when = changedAtMs === undefined ? [] : [utc(changedAtMs)];
  const often = times > 1 ? [`${count(times)} changes`] : [];
  const words = [...when, ...often].join(', ');
  return [`${is} ${plainJson(keys)}${words === '' ? '' : `  (${words})`}`, ...lines.map((line) => `    ${line}`)].join(
    '\n',
  );
}

import type { AttributeMap } from '../../core/attributeValue';
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
  const { same, added, removed, changed, unknown } = counts;
  output.result(
    { type: 'diff', table, from: utc(fromMs), to: toMs === Infinity ? null : utc(toMs), in: found.in, counts },
    `added ${count(added)}, removed ${count(removed)}, changed ${count(changed)}, the same ${count(same)}` +
      (unknown > 0 ? `, not known ${count(unknown)}` : ''),
  );
}

function sayDifference(output: Output, difference: ItemDifference): void {
  if (difference.is === 'same') return;
  if (difference.is === 'unknown') {
    const { objectKey, reason } = difference;
    output.result({ type: 'unknown', objectKey, reason }, `? ${objectKey}  ${reason}`);
    return;
  }
  const { is, objectKey, keys, changes } = difference;
  output.result({ type: is, objectKey, keys, changes }, itemText(is, keys, changeLines(changes, output.colours)));
}

function itemText(is: 'added' | 'removed' | 'changed', keys: AttributeMap, lines: string[]): string {
  return [`${is} ${plainJson(keys)}`, ...lines.map((line) => `    ${line}`)].join('\n');
}

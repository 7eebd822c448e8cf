import type { Output } from '../output/output';
import { count, counted, duration } from '../../core/units';
import type { BackfillCounts, BackfillWatch } from '../../operations/backfill/backfillItems';

/** Shows a backfill as it goes on, and lists what could not be written. */
export function watchBackfill(output: Output, expected: number | undefined): BackfillWatch & { end: () => void } {
  const progress = output.progress('items', expected);
  return {
    onItem: () => progress.add(1),
    onFailed: ({ keys, reason }) =>
      output.result({ type: 'failed', keys, reason }, `${JSON.stringify(keys)}  failed: ${reason}`),
    end: () => progress.end(),
  };
}

/** What had been done when a backfill was stopped. */
export function sayInterrupted(output: Output, { read, written, alreadyThere, failed }: BackfillCounts): void {
  output.say(
    `Until then: ${counted(read, 'item')} read, ${count(written)} written, ${count(alreadyThere)} already there, ${count(failed)} failed.`,
  );
}

/** The last word. */
export function reportBackfill(
  output: Output,
  report: {
    readonly table: string;
    readonly from: string;
    readonly counts: BackfillCounts;
    readonly tableDefinition: 'written' | 'unchanged';
    readonly capacityUnits?: number;
    readonly elapsedMs: number;
  },
): void {
  const { table, from, counts, tableDefinition, capacityUnits, elapsedMs } = report;
  const { read, written, alreadyThere, failed } = counts;
  const itemsPerSecond = elapsedMs > 0 ? Math.round((read * 1_000) / elapsedMs) : 0;
  const { good, bad } = output.colours;
  const lines = [
    `Read ${counted(read, 'item')} of ${table} (${from === 'scan' ? `scan, ${count(capacityUnits ?? 0)} read capacity units` : from}): ` +
      `${count(written)} written, ${count(alreadyThere)} already there, ${count(failed)} failed, in ${duration(elapsedMs)} (${count(itemsPerSecond)}/s)`,
    failed === 0
      ? good('Every item that was read has an image')
      : bad(`${counted(failed, 'item has', 'items have')} no image; listed above. Run the same command again`),
  ];
  output.result(
    {
      ...{ type: 'backfill', table, from, ...counts, tableDefinition },
      ...(capacityUnits !== undefined && { capacityUnits }),
      ...{ elapsedMs, itemsPerSecond },
    },
    lines.join('\n'),
  );
}

import type { Output } from '../output/output';
import { exportWords } from '../exportWords';
import { noProgress, type Progress } from '../output/progress';
import { tenfold } from '../output/tenfold';
import { count, counted, duration } from '../../core/units';
import type { BackfillCounts } from '../../operations/backfill/backfillItems';
import type { BackfillReport, BackfillTableWatch } from '../../operations/backfill/backfillTable';
import type { BackfillStage } from '../../operations/backfill/itemsToBackfill';

const LABELS: Readonly<Record<BackfillStage, string>> = {
  check: 'checked files',
  list: 'listed images',
  write: 'items',
};

/** Shows a backfill as it goes on, and lists what could not be written. */
export function watchBackfill(output: Output, bucketName: string): BackfillTableWatch & { end: () => void } {
  let progress: Progress = noProgress;
  const end = () => progress.end();
  return {
    onStage(stage, total) {
      end();
      progress = output.progress(LABELS[stage], total);
    },
    onDone: () => progress.add(1),
    onExport(...found) {
      end();
      output.say(exportWords(...found));
    },
    onGap(reason) {
      end();
      output.say(`Going on (--allow-gap), although ${reason}`);
    },
    onDefinition() {
      end();
      output.say(`Stored the table's definition in s3://${bucketName}.`);
    },
    onThrottled: tenfold(() =>
      output.say('The table has no read capacity left at times; waiting for it. --read-rate leaves some to others.'),
    ),
    onFailed: ({ keys, reason }) =>
      output.result({ type: 'failed', keys, reason }, `${JSON.stringify(keys)}  failed: ${reason}`),
    onStopped(counts) {
      end();
      sayStopped(output, counts);
    },
    end,
  };
}

function sayStopped(output: Output, { read, written, alreadyThere, failed }: BackfillCounts): void {
  output.say(
    `Until then: ${counted(read, 'item')} read, ${count(written)} written, ${count(alreadyThere)} already there, ${count(failed)} failed.`,
  );
}

/** The last word. */
export function reportBackfill(output: Output, table: string, report: BackfillReport): void {
  const { from, counts, tableDefinition, capacityUnits, elapsedMs } = report;
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

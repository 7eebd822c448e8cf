import type { Output } from '../output/output';
import { count, counted } from '../../core/units';
import type { BatchReport, LeftRecord } from '../../operations/redrive/redriveBatch';
import type { RedriveCounts, RedriveWatch } from '../../operations/redrive/redriveBatches';

/** Shows a redrive as it goes on, and lists each batch and what could not be applied. */
export function watchRedrive(output: Output): RedriveWatch & { end: () => void } {
  const progress = output.progress('batches');
  return {
    onLeft: (left) => output.result({ type: 'left', ...left }, leftLine(left)),
    onBatch(report) {
      progress.add(1);
      const { counts, ...rest } = report;
      output.result({ type: 'batch', ...rest, ...counts }, batchLine(report));
    },
    end: () => progress.end(),
  };
}

/** The last word. */
export function reportRedrive(output: Output, dryRun: boolean, counts: RedriveCounts): void {
  const { good, bad } = output.colours;
  const { batches, left, doneBefore } = counts;
  const before = doneBefore === 0 ? '' : `; ${counted(doneBefore, 'batch', 'batches')} done earlier`;
  const words = `${counted(batches, 'batch', 'batches')}: ${outcomeWords(counts)}${before}`;
  const verdict =
    left > 0
      ? bad(`${counted(left, 'batch is', 'batches are')} left; listed above`)
      : good(dryRun ? 'Nothing was changed' : 'Nothing is left');
  output.result({ type: 'redrive', dryRun, ...counts }, `${dryRun ? 'Would redrive' : 'Redrove'} ${words}\n${verdict}`);
}

function leftLine({ batch, objectKey, sequenceNumber, reason }: LeftRecord): string {
  const record = sequenceNumber === undefined ? '' : `  record ${sequenceNumber}`;
  return `${batch}${record}${objectKey === undefined ? '' : `  ${objectKey}`}  left: ${reason}`;
}

function batchLine({ batch, records, counts, state, table }: BatchReport): string {
  return `${batch}  ${state}: ${counted(records, 'record')} of ${table ?? 'no known table'}, ${outcomeWords(counts)}, ${count(counts.left)} left`;
}

function outcomeWords({
  applied,
  filledIn,
  alreadyThere,
}: Pick<RedriveCounts, 'applied' | 'filledIn' | 'alreadyThere'>): string {
  return `${count(applied)} applied, ${count(filledIn)} filled in below newer ones, ${count(alreadyThere)} already there`;
}

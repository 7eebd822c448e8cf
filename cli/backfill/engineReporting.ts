import type { EngineStore } from '../../aws/engineStore';
import { CouldNotLookError } from '../../core/errors';
import { count, counted, utc } from '../../core/units';
import type { FailedItem } from '../../operations/backfill/backfillItems';
import type { EngineBackfillEnd, EngineBackfillWatch } from '../../operations/engine/backfill/backfillByEngine';
import { engineRunProgress } from '../engineRunProgress';
import { exportWords } from '../exportWords';
import type { Output } from '../output/output';

type Over = Extract<EngineBackfillEnd, { is: 'over' }>;

/** Shows a run as it goes on. */
export function watchEngineBackfill(output: Output): EngineBackfillWatch & { readonly end: () => void } {
  return {
    ...engineRunProgress(output),
    onExport: (...found) => output.say(exportWords(...found)),
    onGap: (reason) => output.say(`Going on (--allow-gap), although ${reason}`),
    onRun({ folder, run, execution, isNew, failed }) {
      if (failed) output.say(`The run has failed and is taken up again: ${failed.error ?? ''}: ${failed.cause ?? ''}`);
      output.say(
        `${isNew ? 'Started' : 'Found'} the run ${folder} of the distributed engine (execution ${execution}), from an export of ${utc(run.momentMs)} with ${counted(run.export.itemCount, 'item')}. It needs nobody: stop whenever you like; the same command finds it again.`,
      );
    },
  };
}

export function reportBackfillRunning(
  output: Output,
  table: string,
  { folder, execution }: Extract<EngineBackfillEnd, { is: 'running' }>,
): void {
  output.result(
    { type: 'run', table, state: 'running', folder, execution },
    'The run goes on. The same command with --follow shows how far it is, and has to be given once more when it is over.',
  );
}

const NAMED = 20;

/** With --json all items that have no image; for people some, and where the others are. */
export async function sayLeft(
  output: Output,
  store: Pick<EngineStore, 'read' | 'bucket'>,
  { end }: Over,
): Promise<void> {
  let said = 0;
  for (const file of end.leftFiles) {
    const text = await store.read(file);
    if (text === undefined) {
      throw new CouldNotLookError(`s3://${store.bucket}/${file}, which has items of the run, is not there any more`);
    }
    for (const line of text.split('\n').filter((each) => each !== '')) {
      if (!output.json && said >= NAMED) continue;
      said += 1;
      const { keys, reason } = JSON.parse(line) as FailedItem;
      output.result({ type: 'failed', keys, reason }, `${JSON.stringify(keys)}  failed: ${reason}`);
    }
    if (said >= NAMED && !output.json) break;
  }
}

/** The last word. */
export function reportEngineBackfill(output: Output, bucket: string, { folder, run, end }: Over): void {
  const { read, written, alreadyThere, failed } = end.counts;
  const from = `s3://${bucket}/${run.export.folder}`;
  const { good, bad } = output.colours;
  const others =
    failed > NAMED
      ? `, of which the first are listed above, and all in the files that s3://${bucket}/${folder}outcome.json names`
      : '; listed above';
  const lines = [
    `Read ${counted(read, 'item')} of ${run.tableName} as of ${utc(run.momentMs)} (${from}), all that its manifest counts: ` +
      `${count(written)} written, ${count(alreadyThere)} already there, ${count(failed)} failed`,
    failed === 0
      ? good('Every item of the export has an image')
      : bad(`${counted(failed, 'item has', 'items have')} no image${others}`),
  ];
  output.result(
    {
      ...{ type: 'backfill', table: run.tableName, from, ...end.counts },
      ...{ engine: 'distributed', rounds: end.rounds, folder, asOf: new Date(run.momentMs).toISOString() },
    },
    lines.join('\n'),
  );
}

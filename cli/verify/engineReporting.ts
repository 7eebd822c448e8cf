import type { EngineStore } from '../../aws/engineStore';
import { count, counted, duration, utc } from '../../core/units';
import type { VerifyEnd } from '../../operations/engine/verify/collectVerify';
import {
  differencesOf,
  type EngineVerifyEnd,
  type EngineVerifyWatch,
} from '../../operations/engine/verify/verifyByEngine';
import { engineRunProgress } from '../engineRunProgress';
import { exportWords } from '../exportWords';
import type { Output } from '../output/output';
import type { VerifyOfTable } from './options';
import { sayClass } from './reporting';

/** Shows a run as it goes on. */
export function watchEngineVerify(output: Output): EngineVerifyWatch & { readonly end: () => void } {
  return {
    ...engineRunProgress(output),
    onExport: (...found) => output.say(exportWords(...found)),
    onSettling: (waitMs) =>
      output.say(`Waiting ${duration(waitMs)} for what was exported to come into the copy (--wait).`),
    onRun({ folder, run, execution, isNew, failed }) {
      if (failed) output.say(`The run has failed and is taken up again: ${failed.error ?? ''}: ${failed.cause ?? ''}`);
      output.say(
        `${isNew ? 'Started' : 'Found'} the run ${folder} of the distributed engine (execution ${execution}), of ${utc(run.momentMs)}. It needs nobody: stop whenever you like; the same command finds it again.`,
      );
    },
  };
}

export function reportEngineRunning(
  output: Output,
  { tableName }: VerifyOfTable,
  { folder, execution }: Extract<EngineVerifyEnd, { is: 'running' }>,
): void {
  output.result(
    { type: 'run', table: tableName, state: 'running', folder, execution },
    'The run goes on. The same command with --follow shows how far it is, and has to be given once more when it is over.',
  );
}

const NAMED_FILES = 5;

/** With --json all of them; for people the numbers, a line for each class, and where the others are. */
export async function sayEngineDifferences(
  output: Output,
  store: Pick<EngineStore, 'read' | 'bucket'>,
  folder: string,
  end: VerifyEnd,
): Promise<void> {
  const { counts, classes, examples, differenceFiles } = end;
  if (output.json) {
    for await (const lines of differencesOf(store, end)) {
      for (const { class: name, objectKey, reason } of lines) {
        output.result({ type: 'difference', class: name, objectKey, reason, in: 'destination' });
      }
    }
    return;
  }
  const { compared, inExport, same, late, near } = counts;
  const lines = [
    `Compared ${counted(compared, 'key')}: ${counted(inExport, 'item')} of the export, ${count(compared - inExport)} of the copy alone`,
    `${count(same)} the same, ${count(late)} late (different at first, right when looked at again), ${count(near)} as they were within seconds of the moment`,
  ];
  output.result({ type: 'text' }, lines.join('\n'));
  for (const [name, example] of Object.entries(examples)) {
    sayClass(output, name as keyof typeof examples, classes[name as keyof typeof classes] ?? 0, example);
  }
  if (differenceFiles.length === 0) return;
  const places = differenceFiles.slice(0, NAMED_FILES).map((file) => `  s3://${store.bucket}/${file}`);
  const others = differenceFiles.length - places.length;
  if (others > 0)
    places.push(`  and ${counted(others, 'other file')}, which s3://${store.bucket}/${folder}outcome.json names`);
  output.result({ type: 'text' }, ['All of them, a JSON object a line:', ...places].join('\n'));
}

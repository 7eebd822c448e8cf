import type { Context } from 'aws-lambda';
import { dynamoDbBatchTable } from '../../aws/batchTable';
import { dynamoDbTableImport } from '../../aws/tableImport';
import { IMPORT_STEPS, type ImportStep, type ImportStepEvent } from '../../operations/engine/importRun';
import { engineSettings, openRun } from '../engineRun';

const settings = engineSettings(process.env);
const RESERVED_MS = 10_000;

/** One step of the import: the machine waits between them, so that no function has to. */
export async function handler(
  event: ImportStepEvent & { readonly step: ImportStep },
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<ImportStepEvent> {
  const { region } = settings;
  const { store, run } = await openRun(settings, event.folder);
  return IMPORT_STEPS[event.step]({
    ...{ store, run, event },
    imports: dynamoDbTableImport(run.into, { region }),
    target: dynamoDbBatchTable(run.into, { region }),
    isOver: () => context.getRemainingTimeInMillis() < RESERVED_MS,
  });
}

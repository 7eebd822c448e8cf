import type { Context } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { s3ObjectReader } from '../../aws/objectReader';
import { isBackfill } from '../../operations/engine/backfill/backfillRun';
import { readBackfillTask } from '../../operations/engine/backfill/backfillTasks';
import { performBackfillTask } from '../../operations/engine/backfill/performBackfillTask';
import { MOST_RESERVED_MS } from '../../operations/engine/foldRange';
import type { ExportFileContext } from '../../operations/backfill/exportFile';
import { performTask } from '../../operations/engine/performTask';
import { readTask } from '../../operations/engine/tasks';
import { performVerifyTask } from '../../operations/engine/verify/performVerifyTask';
import { isVerify } from '../../operations/engine/verify/verifyRun';
import { readVerifyTask } from '../../operations/engine/verify/verifyTasks';
import { realPause } from '../../operations/pace';
import { engineSettings, openBackfill, openRun, openVerify, writerSettings, type EngineEvent } from '../engineRun';

const settings = engineSettings(process.env);

/** Of the time that a worker has. */
const RESERVED_SHARE = 0.2;

type Fold = EngineEvent & { readonly task: unknown };

/** Does one task until its time is nearly over. What came of it is in S3; what it answers counts for nothing. */
export async function handler(
  event: Fold,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<{ id: string }> {
  const reservedMs = Math.min(MOST_RESERVED_MS, context.getRemainingTimeInMillis() * RESERVED_SHARE);
  const isOver = () => context.getRemainingTimeInMillis() < reservedMs;
  const { id, counts } = await workOf(event)(event, isOver);
  console.log(JSON.stringify({ id, counts }));
  return { id };
}

function workOf({ folder }: EngineEvent): (event: Fold, isOver: () => boolean) => Promise<Done> {
  if (isVerify(folder)) return verified;
  return isBackfill(folder) ? backfilled : folded;
}

interface Done {
  readonly id: string;
  readonly counts: object;
}

async function folded({ folder, task: given }: Fold, isOver: () => boolean): Promise<Done> {
  const task = readTask(given);
  const { store, source, run, momentMs } = await openRun(settings, folder);
  return performTask({
    ...{ store, source, task, momentMs, isOver, folder },
    ...{ attemptId: randomUUID(), imagesBucket: settings.bucket, timeToLive: run.timeToLive },
  });
}

async function verified({ folder, task: given }: Fold, isOver: () => boolean): Promise<Done> {
  const task = readVerifyTask(given);
  const opened = await openVerify(settings, folder);
  const context = exportContext();
  const result = await performVerifyTask({ ...opened, task, folder, context, isOver, attemptId: randomUUID() });
  return { id: result.id, counts: result.is === 'compare' ? result.counts : { entries: result.entries } };
}

async function backfilled({ folder, task: given }: Fold, isOver: () => boolean): Promise<Done> {
  const task = readBackfillTask(given);
  // Read only now: a run of another kind needs nothing of the source account.
  const opened = await openBackfill(settings, writerSettings(process.env), folder);
  return performBackfillTask({ ...opened, task, folder, context: exportContext(), isOver, attemptId: randomUUID() });
}

function exportContext(): ExportFileContext {
  const { region, engineBucket } = settings;
  return {
    reader: s3ObjectReader({ region, bucket: engineBucket }),
    signal: new AbortController().signal,
    pause: realPause,
  };
}

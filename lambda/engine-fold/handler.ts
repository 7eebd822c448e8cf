import type { Context } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { MOST_RESERVED_MS } from '../../operations/engine/foldRange';
import { performTask } from '../../operations/engine/performTask';
import { readTask, type Task } from '../../operations/engine/tasks';
import { engineSettings, openRun, type EngineEvent } from '../engineRun';

const settings = engineSettings(process.env);

/** Of the time that a worker has. */
const RESERVED_SHARE = 0.2;

/** Folds one range until its time is nearly over. What came of it is in S3; what it answers counts for nothing. */
export async function handler(
  event: EngineEvent & { readonly task: Task },
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<{ id: string }> {
  const task = readTask(event.task);
  const { store, source, run, momentMs } = await openRun(settings, event.folder);
  const reservedMs = Math.min(MOST_RESERVED_MS, context.getRemainingTimeInMillis() * RESERVED_SHARE);
  const isOver = () => context.getRemainingTimeInMillis() < reservedMs;
  const { id, counts } = await performTask({
    ...{ store, source, task, momentMs, isOver },
    ...{ folder: event.folder, attemptId: randomUUID(), imagesBucket: settings.bucket, timeToLive: run.timeToLive },
  });
  console.log(JSON.stringify({ id, counts }));
  return { id };
}

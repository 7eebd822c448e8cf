import type { DynamoDBStreamEvent } from 'aws-lambda';
import { batches } from './batches';
import type { Task } from './subject';

type Handler = (event: DynamoDBStreamEvent, lambda: { getRemainingTimeInMillis(): number }) => Promise<unknown>;

/** Imports a bundle and has it handle one record. Argument: the bundle. */
async function start(file: string): Promise<void> {
  const task = { items: 1, batchRecords: 1, revisions: 1 } as Task;
  const event = { Records: batches(task, 'measured')[0] } as DynamoDBStreamEvent;
  const startedMs = performance.now();
  // oxlint-disable-next-line typescript/no-require-imports -- as Lambda does
  const { handler } = require(file) as { handler: Handler };
  const importMs = performance.now() - startedMs;
  await handler(event, { getRemainingTimeInMillis: () => 60_000 });
  process.send?.({ importMs, totalMs: performance.now() - startedMs }, () => process.exit());
}

void start(process.argv[2] ?? '');

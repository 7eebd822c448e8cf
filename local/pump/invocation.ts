import { randomUUID } from 'node:crypto';
import type { Context, DynamoDBStreamEvent } from 'aws-lambda';
import type { Clock } from './clock';
import { eventJson } from './parkedBatch';
import type { PendingRecord } from './pendingRecord';
import { interpretResponse, type BatchOutcome } from './response';

/** Without the callbacks that Lambda has given up: a function returns a promise. */
export type InvocationContext = Omit<Context, 'done' | 'fail' | 'succeed'>;

/** The function that a mapping invokes. */
export type Invoke = (event: DynamoDBStreamEvent, context: InvocationContext) => Promise<unknown>;

export interface FunctionSettings {
  readonly invoke: Invoke;
  readonly functionArn: string;
  readonly functionTimeoutSeconds: number;
  readonly reportBatchItemFailures: boolean;
  readonly clock: Clock;
}

export interface InvocationResult {
  readonly requestId: string;
  readonly outcome: BatchOutcome;
}

/** One invocation. Whatever the function does, this resolves, at the latest when its time is up. */
export async function invokeOnce(records: readonly PendingRecord[], to: FunctionSettings): Promise<InvocationResult> {
  const requestId = randomUUID();
  try {
    const response = await inTime(to, () => to.invoke(eventOf(records), contextOf(requestId, to)));
    if (!to.reportBatchItemFailures) return { requestId, outcome: { kind: 'success' } };
    const sequenceNumbers = records.map(({ sequenceNumber }) => sequenceNumber);
    return { requestId, outcome: interpretResponse(asJson(response), sequenceNumbers) };
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { requestId, outcome: { kind: 'failure', reason, functionError: 'Unhandled' } };
  }
}

function eventOf(records: readonly PendingRecord[]): DynamoDBStreamEvent {
  return JSON.parse(eventJson(records)) as DynamoDBStreamEvent;
}

/** What leaves a function leaves it as JSON; what cannot is a function error. */
function asJson(response: unknown): unknown {
  const text = JSON.stringify(response) as string | undefined;
  return text === undefined ? null : (JSON.parse(text) as unknown);
}

/** A function that is too slow is not ended (it runs in this process): its answer is ignored. */
async function inTime<Result>(
  { functionTimeoutSeconds, clock }: FunctionSettings,
  work: () => Promise<Result>,
): Promise<Result> {
  const answered = new AbortController();
  const timeUp = clock.sleep(functionTimeoutSeconds * 1000, answered.signal).then(() => {
    throw new Error(`Task timed out after ${functionTimeoutSeconds.toFixed(2)} seconds`);
  });
  const answer = Promise.resolve().then(work);
  try {
    return await Promise.race([answer, timeUp]);
  } finally {
    answered.abort();
  }
}

function contextOf(
  awsRequestId: string,
  { functionArn, functionTimeoutSeconds, clock }: FunctionSettings,
): InvocationContext {
  const deadline = clock.now() + functionTimeoutSeconds * 1000;
  const functionName = functionArn.split(':')[6] ?? functionArn;
  return {
    awsRequestId,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: '128',
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - clock.now()),
  };
}

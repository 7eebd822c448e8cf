import type { DynamoDBStreamEvent } from 'aws-lambda';
import type { Invoke } from '../../../local/pump/invocation';
import { startPump, type Pump, type PumpOptions } from '../../../local/pump/pump';
import type { EventSourceMapping } from '../../../local/pump/mapping';
import type { FakeStream } from './fakeStream';
import type { ManualClock } from './manualClock';

export const PARK_IN_S3 = { onFailure: { destinationArn: 'arn:aws:s3:::source-bucket' } };

export interface PumpUnderTest {
  readonly pump: Pump;
  /** Item ids of each invocation, in the order in which they began. */
  readonly invoked: string[][];
  /** Item ids of the records that the function has taken, in order. */
  readonly taken: string[];
  readonly parked: { objectKey: string; condition: string; ids: string[]; invokeCount: number; body: string }[];
  readonly problems: string[];
}

/** What a function under test does with an event; item ids for convenience. Takes every record when it returns nothing. */
export type TestFunction = (ids: string[], event: DynamoDBStreamEvent, ...rest: Parameters<Invoke>) => unknown;

export async function pumpUnderTest(
  stream: FakeStream,
  clock: ManualClock,
  mapping: Partial<EventSourceMapping> = {},
  fn: TestFunction = () => undefined,
  options: Partial<PumpOptions> = {},
): Promise<PumpUnderTest> {
  const seen = { invoked: [] as string[][], taken: [] as string[], parked: [] as PumpUnderTest['parked'] };
  const problems: string[] = [];
  const pump = await startPump({
    stream,
    clock,
    mapping: { uuid: 'mapping-1', startingPosition: 'TRIM_HORIZON', destinationConfig: PARK_IN_S3, ...mapping },
    functionTimeoutSeconds: 30,
    invoke: async (event, context) => {
      const ids = idsOf(event);
      seen.invoked.push(ids);
      const response = await fn(ids, event, event, context);
      if (response === undefined) seen.taken.push(...ids);
      return response;
    },
    park: (objectKey, body) => {
      seen.parked.push({ objectKey, ...readParked(body), body });
      return Promise.resolve();
    },
    onProblem: (problem) => void problems.push(problem),
    retryBackoff: { baseMilliseconds: 1000, maximumMilliseconds: 8000 },
    ...options,
  });
  return { pump, ...seen, problems };
}

export function idsOf(event: DynamoDBStreamEvent): string[] {
  return event.Records.map(({ dynamodb }) => String(dynamodb?.Keys?.id?.S));
}

export function readParked(body: string): { condition: string; invokeCount: number; ids: string[] } {
  const { requestContext, payload } = JSON.parse(body) as {
    requestContext: { condition: string; approximateInvokeCount: number };
    payload: string;
  };
  const ids = idsOf(JSON.parse(payload) as DynamoDBStreamEvent);
  return { condition: requestContext.condition, invokeCount: requestContext.approximateInvokeCount, ids };
}

/** `a1`, `a2`, ... */
export function ids(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
}

/** A response that reports the record of this item. */
export function failedAt(event: DynamoDBStreamEvent, id: string): unknown {
  const record = event.Records.find(({ dynamodb }) => dynamodb?.Keys?.id?.S === id);
  return { batchItemFailures: record ? [{ itemIdentifier: record.dynamodb?.SequenceNumber }] : [] };
}

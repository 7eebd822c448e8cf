import type { PendingRecord } from './pendingRecord';

/** Why a batch was given up, in Lambda's words. */
export type ParkingCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

export interface ParkedBatch {
  readonly condition: ParkingCondition;
  readonly records: readonly PendingRecord[];
  readonly mappingUuid: string;
  readonly functionArn: string;
  readonly streamArn: string;
  readonly shardId: string;
  readonly approximateInvokeCount: number;
  /** Id of the last invocation; a new one when there was none. */
  readonly requestId: string;
  /** How the last invocation ended. Left out when the records were too old to be tried at all. */
  readonly lastInvocation?: { readonly functionError?: 'Unhandled' };
  readonly parkedAtMs: number;
}

/** `aws/lambda/<mapping uuid>/<shard id>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random uuid>`, in UTC. */
export function parkedBatchKey(batch: ParkedBatch, randomUuid: string): string {
  const [second = ''] = new Date(batch.parkedAtMs).toISOString().split('.');
  const [day = ''] = second.split('T');
  const folder = `aws/lambda/${batch.mappingUuid}/${batch.shardId}/${day.replaceAll('-', '/')}`;
  return `${folder}/${second.replaceAll(':', '.')}-${randomUuid}`;
}

/** The JSON that Lambda writes to an S3 on-failure destination: what happened, and the whole event as text in `payload`. */
export function parkedBatchBody(batch: ParkedBatch): string {
  const { records, lastInvocation } = batch;
  const [first, last] = [records.at(0), records.at(-1)];
  return JSON.stringify({
    requestContext: {
      requestId: batch.requestId,
      functionArn: batch.functionArn,
      condition: batch.condition,
      approximateInvokeCount: batch.approximateInvokeCount,
    },
    ...(lastInvocation && { responseContext: { statusCode: 200, executedVersion: '$LATEST', ...lastInvocation } }),
    version: '1.0',
    timestamp: new Date(batch.parkedAtMs).toISOString(),
    DDBStreamBatchInfo: {
      shardId: batch.shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: records.length,
      streamArn: batch.streamArn,
    },
    payload: eventJson(records),
  });
}

/** A DynamoDBStreamEvent as JSON text. */
export function eventJson(records: readonly PendingRecord[]): string {
  return `{"Records":[${records.map(({ json }) => json).join(',')}]}`;
}

function arrival(record: PendingRecord | undefined): string | undefined {
  return record && new Date(record.createdAtSeconds * 1000).toISOString().replace('.000Z', 'Z');
}

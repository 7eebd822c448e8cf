import type { LambdaStreamRecord } from '../aws/streamReader';
import type { AttributeMap } from '../../core/attributeValue';

/**
 * A record that has been read and not yet delivered. Kept as the text that Lambda would send: each invocation gets a
 * fresh copy, and what a function does to its event cannot reach the next attempt.
 */
export interface PendingRecord {
  readonly json: string;
  readonly bytes: number;
  readonly sequenceNumber: string;
  /** Equal for records of one item, and for no other. */
  readonly itemKey: string;
  /** Epoch seconds. */
  readonly createdAtSeconds: number;
}

export function pendingRecord(record: LambdaStreamRecord, firstSeenMs: number): PendingRecord {
  const createdAtSeconds = creationSeconds(record, firstSeenMs);
  const dynamodb = { ...record.dynamodb, ApproximateCreationDateTime: createdAtSeconds };
  const json = JSON.stringify({ ...record, dynamodb });
  return {
    json,
    bytes: Buffer.byteLength(json),
    sequenceNumber: record.dynamodb.SequenceNumber,
    itemKey: itemKeyOf(record.dynamodb.Keys),
    createdAtSeconds,
  };
}

const DYNAMODB_LOCAL_REGION = 'ddblocal';

/**
 * DynamoDB rounds a record's creation time down to the second, DynamoDB Local to the minute. There the second in which
 * the record was first seen stands in, as long as it lies in the record's minute.
 */
export function creationSeconds(record: LambdaStreamRecord, firstSeenMs: number): number {
  const firstSeenSeconds = Math.floor(firstSeenMs / 1000);
  const given = record.dynamodb.ApproximateCreationDateTime ?? firstSeenSeconds;
  const roundedToTheMinute = record.awsRegion === DYNAMODB_LOCAL_REGION && given % 60 === 0;
  return roundedToTheMinute ? Math.min(Math.max(firstSeenSeconds, given), given + 59) : given;
}

/** DynamoDB has one spelling for each key value, so the text of the sorted keys tells items apart. */
function itemKeyOf(keys: AttributeMap = {}): string {
  return JSON.stringify(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1)));
}

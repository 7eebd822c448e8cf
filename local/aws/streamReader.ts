import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord, StreamRecord } from 'aws-lambda';
import { DcsError } from '../../core/errors';
import type { AwsSettings } from '../../aws/awsSettings';
import { sdkClientConfig } from '../../aws/sdkClient';
import { sendForWireJson } from '../../aws/wireJson';

/** One shard of a stream. A closed shard gets no further records; its children carry on. */
export interface StreamShard {
  readonly shardId: string;
  readonly parentShardId?: string;
  readonly closed: boolean;
}

export type IteratorPosition =
  | { readonly type: 'TRIM_HORIZON' }
  | { readonly type: 'LATEST' }
  | { readonly type: 'AFTER_SEQUENCE_NUMBER'; readonly sequenceNumber: string };

/** A stream record in the very shape in which Lambda delivers it: DynamoDB JSON, binary as base64 text. */
export interface LambdaStreamRecord extends DynamoDBRecord {
  readonly eventSourceARN: string;
  readonly dynamodb: StreamRecord & { SequenceNumber: string };
}

export interface StreamPage {
  /** In stream order. May be empty although there are records further on; DynamoDB Local then is at the tip. */
  readonly records: readonly LambdaStreamRecord[];
  /** Missing when the shard is closed and read to its end. */
  readonly nextShardIterator?: string;
}

/** Reads one stream. */
export interface StreamReader {
  readonly streamArn: string;
  /**
   * Every shard that can still be read, parents and children, in no order.
   * @throws StreamGoneError
   */
  listShards(): Promise<StreamShard[]>;
  /** @throws RecordsLostError when the position is no longer in the stream */
  shardIterator(shardId: string, position: IteratorPosition): Promise<string>;
  /**
   * Up to `limit` records (1,000 and 1 MB at most, and unless told).
   * @throws ExpiredIteratorError for an iterator older than 15 minutes: ask for another after the last record read
   * @throws RecordsLostError when records between the iterator and the oldest one kept are gone
   */
  getRecords(shardIterator: string, limit?: number): Promise<StreamPage>;
  /** Closes the connections. */
  close(): void;
}

/** The iterator is too old to be used. Nothing is lost: a new one continues after the last record read. */
export class ExpiredIteratorError extends DcsError {}

/** Records left the stream (24 hours after their change) before they were read. Only a backfill brings their items. */
export class RecordsLostError extends DcsError {}

/** There is no such stream, or no longer. */
export class StreamGoneError extends DcsError {}

export function dynamoDbStreamReader(streamArn: string, settings: AwsSettings): StreamReader {
  const streams = new DynamoDBStreamsClient(sdkClientConfig(settings));
  return {
    streamArn,
    listShards: () => named(streamArn, 'shards', () => listShards(streams, streamArn)),
    shardIterator: (shardId, position) =>
      named(streamArn, shardId, () => shardIterator(streams, streamArn, shardId, position)),
    getRecords: (iterator, limit) => named(streamArn, 'records', () => getRecords(streams, streamArn, iterator, limit)),
    close: () => streams.destroy(),
  };
}

// What is not there may be left out or be null, on the wire.
type Absent = null | undefined;
interface WireShard {
  ShardId: string;
  ParentShardId?: string | Absent;
  SequenceNumberRange?: { EndingSequenceNumber?: string | Absent };
}
interface WireDescription {
  StreamDescription: { Shards?: WireShard[]; LastEvaluatedShardId?: string | Absent };
}

async function listShards(streams: DynamoDBStreamsClient, StreamArn: string): Promise<StreamShard[]> {
  const shards: WireShard[] = [];
  let ExclusiveStartShardId: string | undefined;
  do {
    const command = new DescribeStreamCommand({ StreamArn, ExclusiveStartShardId });
    const { StreamDescription: page } = await sendForWireJson<WireDescription>(streams, command);
    shards.push(...(page.Shards ?? []));
    ExclusiveStartShardId = page.LastEvaluatedShardId ?? undefined;
  } while (ExclusiveStartShardId !== undefined);

  return shards.map(({ ShardId, ParentShardId, SequenceNumberRange }) => ({
    shardId: ShardId,
    parentShardId: ParentShardId ?? undefined,
    closed: (SequenceNumberRange?.EndingSequenceNumber ?? undefined) !== undefined,
  }));
}

async function shardIterator(
  streams: DynamoDBStreamsClient,
  StreamArn: string,
  ShardId: string,
  position: IteratorPosition,
): Promise<string> {
  const SequenceNumber = position.type === 'AFTER_SEQUENCE_NUMBER' ? position.sequenceNumber : undefined;
  const command = new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: position.type, SequenceNumber });
  return (await sendForWireJson<{ ShardIterator: string }>(streams, command)).ShardIterator;
}

async function getRecords(
  streams: DynamoDBStreamsClient,
  streamArn: string,
  ShardIterator: string,
  Limit?: number,
): Promise<StreamPage> {
  const command = new GetRecordsCommand({ ShardIterator, Limit });
  const page = await sendForWireJson<{ Records?: WireRecord[]; NextShardIterator?: string | Absent }>(streams, command);
  return {
    records: (page.Records ?? []).map((record) => asLambdaDelivers(streamArn, record)),
    nextShardIterator: page.NextShardIterator ?? undefined,
  };
}

interface WireRecord extends Omit<DynamoDBRecord, 'eventSourceARN' | 'userIdentity'> {
  userIdentity?: null | { Type?: string; PrincipalId?: string };
}

/** The two differences between a record of the stream and the same record in a Lambda event; the images stay untouched. */
function asLambdaDelivers(
  eventSourceARN: string,
  { userIdentity, dynamodb, ...record }: WireRecord,
): LambdaStreamRecord {
  const SequenceNumber = dynamodb?.SequenceNumber;
  if (SequenceNumber === undefined) {
    throw new DcsError(`a record of ${eventSourceARN} has no SequenceNumber: ${JSON.stringify(record)}`);
  }
  return {
    ...record,
    dynamodb: { ...dynamodb, SequenceNumber },
    ...(userIdentity && { userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId } }),
    eventSourceARN,
  };
}

/** Gives the three errors that a reader must tell apart their names. */
async function named<Result>(streamArn: string, what: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    const { name, message } = error as Error;
    const cause = { cause: error };
    if (name === 'ExpiredIteratorException') throw new ExpiredIteratorError(message, cause);
    if (name === 'TrimmedDataAccessException') {
      throw new RecordsLostError(
        `records of ${streamArn} (${what}) are older than the 24 hours that a stream keeps and were never read: ` +
          `they are lost to this reader. Bring their items with a backfill. (${message})`,
        cause,
      );
    }
    if (name === 'ResourceNotFoundException') {
      throw new StreamGoneError(
        `the stream ${streamArn} (${what}) does not exist. It is gone when its table is deleted or its stream disabled ` +
          `for 24 hours; DynamoDB Local keeps one database per access key id. (${message})`,
        cause,
      );
    }
    throw error;
  }
}

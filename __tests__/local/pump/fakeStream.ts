import {
  ExpiredIteratorError,
  RecordsLostError,
  StreamGoneError,
  type IteratorPosition,
  type LambdaStreamRecord,
  type StreamPage,
  type StreamReader,
  type StreamShard,
} from '../../../local/aws/streamReader';

export const STREAM_ARN = 'arn:aws:dynamodb:eu-west-1:111111111111:table/users/stream/2026-11-23T00:00:00.000';

interface FakeShard {
  readonly shardId: string;
  readonly parentShardId?: string;
  readonly records: LambdaStreamRecord[];
  closed: boolean;
  trimmed: number;
}

/** A record as Lambda gets it, of the item `id`. The sequence number is filled up to DynamoDB's 21 digits. */
export function streamRecord(id: string, sequence: string, createdAtMs: number): LambdaStreamRecord {
  const SequenceNumber = sequence.padStart(21, '0');
  return {
    eventID: `event-${sequence}`,
    eventName: 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-west-1',
    eventSourceARN: STREAM_ARN,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(createdAtMs / 1000),
      Keys: { id: { S: id } },
      NewImage: { id: { S: id }, n: { N: sequence } },
      SequenceNumber,
      SizeBytes: 20,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
}

/** A stream in memory that answers as DynamoDB does. Iterators are `<shard>@<index>#<generation>`. */
export class FakeStream implements StreamReader {
  readonly streamArn = STREAM_ARN;
  pageSize = 1000;
  isGone = false;
  /** Called before each page that a reader asks for. */
  beforePage = (): void => undefined;
  /** Every page asked for: the shard, and how many records it had. */
  readonly pages: { shardId: string; records: number }[] = [];
  private readonly shards = new Map<string, FakeShard>();
  private sequence = 0n;
  private generation = 0;

  addShard(shardId: string, parentShardId?: string): this {
    this.shards.set(shardId, { shardId, parentShardId, records: [], closed: false, trimmed: 0 });
    return this;
  }

  /** Appends one record per id to the shard. `createdAtMs` is rounded down to the second, as AWS does. */
  append(shardId: string, ids: readonly string[], createdAtMs: number): this {
    for (const id of ids) this.shard(shardId).records.push(streamRecord(id, String(++this.sequence), createdAtMs));
    return this;
  }

  closeShard(shardId: string): this {
    this.shard(shardId).closed = true;
    return this;
  }

  /** Makes the oldest records of a shard unreadable. */
  trim(shardId: string, count: number): this {
    this.shard(shardId).trimmed += count;
    return this;
  }

  expireIterators(): void {
    this.generation++;
  }

  listShards(): Promise<StreamShard[]> {
    if (this.isGone) return Promise.reject(new StreamGoneError('the stream is gone'));
    const shards = [...this.shards.values()];
    return Promise.resolve(shards.map(({ shardId, parentShardId, closed }) => ({ shardId, parentShardId, closed })));
  }

  shardIterator(shardId: string, position: IteratorPosition): Promise<string> {
    const { records, trimmed } = this.shard(shardId);
    if (position.type === 'TRIM_HORIZON') return Promise.resolve(this.iterator(shardId, trimmed));
    if (position.type === 'LATEST') return Promise.resolve(this.iterator(shardId, records.length));
    const last = records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === position.sequenceNumber);
    return Promise.resolve(this.iterator(shardId, last + 1));
  }

  getRecords(shardIterator: string, limit = this.pageSize): Promise<StreamPage> {
    const [, shardId = '', from = '', generation] = /^(.*)@(\d+)#(\d+)$/.exec(shardIterator) ?? [];
    if (this.isGone) return Promise.reject(new StreamGoneError('the stream is gone'));
    if (limit > 1) this.beforePage();
    if (generation !== String(this.generation)) return Promise.reject(new ExpiredIteratorError('too old'));
    const { records, closed, trimmed } = this.shard(shardId);
    const index = Number(from);
    if (index < trimmed) return Promise.reject(new RecordsLostError(`records of ${shardId} are trimmed`));
    const page = records.slice(index, index + limit);
    this.pages.push({ shardId, records: page.length });
    const next = index + page.length;
    const isAtEnd = closed && next === records.length;
    return Promise.resolve({ records: page, ...(!isAtEnd && { nextShardIterator: this.iterator(shardId, next) }) });
  }

  close(): void {
    // Nothing is open.
  }

  private iterator(shardId: string, index: number): string {
    return `${shardId}@${index}#${this.generation}`;
  }

  private shard(shardId: string): FakeShard {
    const shard = this.shards.get(shardId);
    if (!shard) throw new Error(`the fake stream has no shard ${shardId}`);
    return shard;
  }
}

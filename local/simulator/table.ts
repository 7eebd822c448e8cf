import type { LambdaStreamRecord } from '../aws/streamReader';
import type { AttributeMap } from '../../core/attributeValue';
import { Stream } from './streams';
import type { World } from './world';

/** What really happened to an item, which nobody but the judge is told. */
export interface TrueChange {
  readonly id: string;
  readonly atMs: number;
  /** The time that its record tells: a whole second, rounded down, unless this stream tells more. */
  readonly toldMs: number;
  /** Undefined where no stream was enabled. */
  readonly streamLabel?: string;
  readonly sequenceNumber?: string;
  /** Undefined: there was no item. */
  readonly before?: AttributeMap;
  readonly after?: AttributeMap;
  /** Which table of the name it was made in; 0 is the first. */
  readonly incarnation: number;
}

/** A DynamoDB table with the partition key `id`, its stream, and all that has ever happened to it. */
export class Table {
  readonly changes: TrueChange[] = [];
  readonly streams: Stream[] = [];
  readonly items = new Map<string, AttributeMap>();
  incarnation = 0;
  onStream: (stream: Stream) => void = () => undefined;

  constructor(
    readonly name: string,
    private readonly world: World,
    private readonly isToldInMs: boolean,
  ) {}

  /** The stream that is enabled now. */
  get stream(): Stream | undefined {
    return this.streams.find(({ isEnabled }) => isEnabled);
  }

  enableStream(): void {
    if (this.stream) return;
    const label = new Date(this.world.nowMs).toISOString().slice(0, -1);
    const stream = new Stream(this.name, label, this.world.random('stream', this.streams.length));
    this.streams.push(stream);
    this.onStream(stream);
  }

  /** PutItem, DeleteItem, and the deletes of time to live. What changes nothing makes no record. */
  write(id: string, after: AttributeMap | undefined, byTimeToLive = false): void {
    const before = this.items.get(id);
    if (textOf(before) === textOf(after)) return;
    if (after) this.items.set(id, after);
    else this.items.delete(id);
    const stream = this.stream;
    const sequenceNumber = stream?.next();
    const { nowMs } = this.world;
    const toldMs = this.isToldInMs ? nowMs : Math.floor(nowMs / 1_000) * 1_000;
    this.changes.push({
      ...{ id, atMs: nowMs, toldMs, before, after, incarnation: this.incarnation },
      ...(stream && { streamLabel: stream.label, sequenceNumber }),
    });
    if (!stream || sequenceNumber === undefined) return;
    const record: LambdaStreamRecord = {
      eventName: before ? (after ? 'MODIFY' : 'REMOVE') : 'INSERT',
      eventSourceARN: stream.arn,
      dynamodb: {
        ApproximateCreationDateTime: this.isToldInMs ? nowMs : toldMs / 1_000,
        Keys: { id: { S: id } },
        ...(after && { NewImage: after }),
        ...(before && { OldImage: before }),
        SequenceNumber: sequenceNumber,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
      ...(byTimeToLive && { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } }),
    };
    stream.shardOf(id).add({ record, createdAtMs: nowMs });
  }

  /** DeleteTable and CreateTable: no record tells of the items that are gone. */
  makeAgain(): void {
    const hadStream = this.stream !== undefined;
    this.stream?.disable();
    this.incarnation += 1;
    for (const [id, before] of this.items) {
      const { nowMs } = this.world;
      this.changes.push({ id, atMs: nowMs, toldMs: nowMs, before, incarnation: this.incarnation });
    }
    this.items.clear();
    if (hadStream) this.enableStream();
  }
}

/** The judge's own spelling of an item. */
export function textOf(item: AttributeMap | undefined): string {
  if (!item) return 'none';
  return JSON.stringify(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
}

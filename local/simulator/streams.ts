import type { LambdaStreamRecord } from '../aws/streamReader';
import { Random } from './random';

const RETENTION_MS = 24 * 3_600_000;

/** A record, and when it was made to the millisecond, which nobody outside is told. */
export interface ShardRecord {
  readonly record: LambdaStreamRecord;
  readonly createdAtMs: number;
}

/** A part of a stream. It is read from its beginning, after its parent. */
export class Shard {
  readonly records: ShardRecord[] = [];
  isClosed = false;
  private waiting: (() => void)[] = [];

  constructor(
    readonly shardId: string,
    readonly parent: Shard | undefined,
    /** Its items: those whose place is from `from` up to but not including `to`, places being from 0 to 1. */
    readonly from: number,
    readonly to: number,
  ) {}

  add(record: ShardRecord): void {
    this.records.push(record);
    this.tell();
  }

  close(): void {
    this.isClosed = true;
    this.tell();
  }

  /** Resolves when there is more, or no more to come. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private tell(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const wake of waiting) wake();
  }
}

/**
 * The stream of a table. "DynamoDB Streams": each record once, those of an item in order, kept for 24 hours, also after the
 * stream was disabled or its table deleted; a shard may split, and its parent has to be read before its children.
 */
export class Stream {
  readonly shards: Shard[] = [];
  isEnabled = true;
  private sequenceNumber: bigint;
  private waiting: (() => void)[] = [];

  constructor(
    readonly tableName: string,
    /** When it was enabled: ISO 8601 without a zone. */
    readonly label: string,
    random: Random,
  ) {
    // Of a length that grows soon: as text, later ones would come first.
    this.sequenceNumber = 10n ** 21n - BigInt(random.below(40));
    this.shards.push(new Shard('shardId-0000', undefined, 0, 1));
  }

  get arn(): string {
    return `arn:aws:dynamodb:eu-west-1:111111111111:table/${this.tableName}/stream/${this.label}`;
  }

  /** The next sequence number. */
  next(): string {
    return String((this.sequenceNumber += 3n));
  }

  shardOf(id: string): Shard {
    const place = new Random('place', id).next();
    const open = this.shards.find((shard) => !shard.isClosed && place >= shard.from && place < shard.to);
    if (!open) throw new Error(`the stream ${this.label} is closed`);
    return open;
  }

  /** An open shard gets two children. */
  split(random: Random): void {
    const open = this.shards.filter(({ isClosed }) => !isClosed);
    if (open.length === 0) return;
    const parent = random.pick(open);
    const middle = (parent.from + parent.to) / 2;
    parent.close();
    this.shards.push(
      new Shard(`shardId-${this.shards.length}`, parent, parent.from, middle),
      new Shard(`shardId-${this.shards.length + 1}`, parent, middle, parent.to),
    );
    this.tell();
  }

  disable(): void {
    this.isEnabled = false;
    for (const shard of this.shards) shard.close();
    this.tell();
  }

  /** Resolves when there are more shards, or no more to come. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private tell(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const wake of waiting) wake();
  }
}

export function isExpired({ createdAtMs }: ShardRecord, nowMs: number): boolean {
  return createdAtMs < nowMs - RETENTION_MS;
}

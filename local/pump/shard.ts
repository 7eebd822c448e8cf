import {
  ExpiredIteratorError,
  RecordsLostError,
  type StreamPage,
  type StreamReader,
  type StreamShard,
} from '../aws/streamReader';
import { Bell } from './clock';
import { deliverBatch, type DeliverySettings } from './delivery';
import { Lane, laneOf, type ShardState } from './lane';
import { pendingRecord, type PendingRecord } from './pendingRecord';

export interface ShardSettings extends DeliverySettings {
  readonly stream: StreamReader;
  readonly pollIntervalMilliseconds: number;
  /** Read and not yet settled, per shard: reading waits above it. One page (1,000 records, 1 MB) may come on top. */
  readonly maximumPendingRecords: number;
  readonly maximumPendingBytes: number;
  /** Ends the whole pump. */
  readonly onBroken: (error: unknown) => void;
}

/** Somebody waits until the shard is read as far as it had been written when they asked. */
interface CatchUp {
  /** An iterator at what was the tip: the first record that it shows was written later. */
  probe?: string;
  /** That record's sequence number. */
  writtenLater?: bigint;
  readonly reached: () => void;
}

/** Reads one shard to its end and delivers what it reads. */
export class ShardPump implements ShardState {
  readonly shardId: string;
  readonly parentShardId?: string;
  private readonly lanes: Lane[];
  private readonly laneBell = new Bell();
  private readonly readerBell = new Bell();
  private readonly catchUps = new Set<CatchUp>();
  private readonly pending = { records: 0, bytes: 0 };
  private lastSequenceNumber?: string;
  private endReached = false;

  constructor(
    shard: StreamShard,
    private readonly settings: ShardSettings,
    /** Where to begin: the oldest record, unless an iterator is given. */
    private readonly startAt?: string,
  ) {
    this.shardId = shard.shardId;
    this.parentShardId = shard.parentShardId;
    const { mapping, clock, stopping } = settings;
    this.lanes = Array.from(
      { length: mapping.parallelizationFactor },
      () => new Lane(mapping, this, this.laneBell, clock),
    );
    stopping.addEventListener('abort', () => this.wakeAll(), { once: true });
  }

  isStopped = () => this.settings.stopping.aborted;
  isRead = () => this.endReached;

  /** Resolves when the shard is closed and all of it is settled, or when the pump has been stopped. */
  async run(): Promise<void> {
    const parts = [this.read(), ...this.lanes.map((lane) => this.deliver(lane))];
    // Each part is waited for, also when one breaks: it makes the others stop.
    await Promise.all(parts.map((part) => part.catch(this.settings.onBroken)));
  }

  /** Resolves when everything that is in the shard now is settled; not at all once the pump is stopped. */
  async caughtUp(): Promise<void> {
    if (!this.endReached) {
      const probe = await this.settings.stream.shardIterator(this.shardId, { type: 'LATEST' });
      await new Promise<void>((reached) => {
        this.catchUps.add({ probe, reached });
        if (this.endReached) this.end();
        this.readerBell.ring();
      });
    }
    await Promise.all(this.lanes.map((lane) => lane.allSettled()));
  }

  private async read(): Promise<void> {
    let iterator: string | undefined = this.startAt ?? (await this.iterator());
    while (iterator !== undefined && !this.isStopped()) {
      while (this.isFull() && !this.isStopped()) await this.readerBell.heard();
      // Only a page that is asked for after they asked can tell them where the tip was.
      const asking = [...this.catchUps];
      const page = await this.page(iterator);
      this.accept(page);
      iterator = page.nextShardIterator;
      await this.tellWhoCaughtUp(asking, page);
      if (page.records.length === 0 && this.catchUps.size === 0) await this.idle();
    }
    if (iterator === undefined) this.end();
  }

  private iterator(): Promise<string> {
    const { stream } = this.settings;
    const sequenceNumber = this.lastSequenceNumber;
    if (sequenceNumber !== undefined) {
      return stream.shardIterator(this.shardId, { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber });
    }
    return stream.shardIterator(this.shardId, { type: 'TRIM_HORIZON' });
  }

  private async page(iterator: string): Promise<StreamPage> {
    const { stream } = this.settings;
    try {
      return await stream.getRecords(iterator);
    } catch (error) {
      if (!(error instanceof ExpiredIteratorError)) throw error;
      if (this.startAt !== undefined && this.lastSequenceNumber === undefined) {
        throw new RecordsLostError(
          `the position LATEST in ${this.shardId} of ${stream.streamArn} expired before a record was read: what was ` +
            `written since may be lost. Start the pump again with TRIM_HORIZON`,
          { cause: error },
        );
      }
      return stream.getRecords(await this.iterator());
    }
  }

  private accept({ records }: StreamPage): void {
    const { counts, clock } = this.settings;
    for (const record of records) {
      const read = pendingRecord(record, clock.now());
      this.lanes[laneOf(read.itemKey, this.lanes.length)]?.add(read);
      this.pending.records++;
      this.pending.bytes += read.bytes;
      this.lastSequenceNumber = read.sequenceNumber;
    }
    counts.recordsRead += records.length;
    if (records.length > 0) this.laneBell.ring();
  }

  private async deliver(lane: Lane): Promise<void> {
    for (;;) {
      const batch = await lane.nextBatch();
      if (batch.length === 0) return;
      const settled = await deliverBatch(batch, this.shardId, this.settings);
      this.release(batch);
      lane.settle(settled);
    }
  }

  private isFull(): boolean {
    const { records, bytes } = this.pending;
    return records >= this.settings.maximumPendingRecords || bytes >= this.settings.maximumPendingBytes;
  }

  private release(batch: readonly PendingRecord[]): void {
    const wasFull = this.isFull();
    this.pending.records -= batch.length;
    this.pending.bytes -= batch.reduce((sum, { bytes }) => sum + bytes, 0);
    if (wasFull) this.readerBell.ring();
  }

  private async tellWhoCaughtUp(asking: readonly CatchUp[], page: StreamPage): Promise<void> {
    for (const catchUp of asking) {
      if (page.records.length > 0 && !(await this.hasPassed(catchUp))) continue;
      this.catchUps.delete(catchUp);
      catchUp.reached();
    }
  }

  /** Under constant writing no page is empty; then the first record written after the asking tells. */
  private async hasPassed(catchUp: CatchUp): Promise<boolean> {
    if (catchUp.writtenLater === undefined && catchUp.probe !== undefined) {
      const page = await this.settings.stream.getRecords(catchUp.probe, 1);
      catchUp.probe = page.nextShardIterator;
      const first = page.records[0]?.dynamodb.SequenceNumber;
      if (first !== undefined) catchUp.writtenLater = BigInt(first);
    }
    return catchUp.writtenLater !== undefined && BigInt(this.lastSequenceNumber ?? 0) >= catchUp.writtenLater;
  }

  private async idle(): Promise<void> {
    if (!this.isStopped())
      await this.readerBell.heardWithin(this.settings.pollIntervalMilliseconds, this.settings.clock);
  }

  private end(): void {
    this.endReached = true;
    for (const { reached } of this.catchUps) reached();
    this.catchUps.clear();
    this.laneBell.ring();
  }

  private wakeAll(): void {
    this.laneBell.ring();
    this.readerBell.ring();
  }
}

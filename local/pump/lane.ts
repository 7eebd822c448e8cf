import type { Bell, Clock } from './clock';
import type { PendingRecord } from './pendingRecord';

/** Lambda invokes with 6 MB at most. */
const MAX_EVENT_BYTES = 6 * 1024 * 1024;
const EVENT_FRAME_BYTES = Buffer.byteLength('{"Records":[]}');

/** The lane of an item among `lanes`: always the same one, so that the item's records stay in order. FNV-1a. */
export function laneOf(itemKey: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < itemKey.length; i++) hash = Math.imul(hash ^ itemKey.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % lanes;
}

export interface LaneSettings {
  readonly batchSize: number;
  readonly maximumBatchingWindowInSeconds: number;
}

/** What a lane has to know of its shard. */
export interface ShardState {
  /** No invocation is to be started any more. */
  isStopped(): boolean;
  /** All of the shard has been read: no more records will come. */
  isRead(): boolean;
}

/** Records of one lane of a shard, in order, between the reading and the invocations. */
export class Lane {
  private queue: PendingRecord[] = [];
  private added = 0;
  private settled = 0;

  /** `changed` rings when records have been added or settled, and when the state of the shard has changed. */
  constructor(
    private readonly settings: LaneSettings,
    private readonly shard: ShardState,
    private readonly changed: Bell,
    private readonly clock: Clock,
  ) {}

  /** Does not ring: a page of records is one change. */
  add(record: PendingRecord): void {
    this.queue.push(record);
    this.added++;
  }

  /** The next batch, once it is full or has waited for the batching window. Empty when there will be none. */
  async nextBatch(): Promise<PendingRecord[]> {
    while (this.queue.length === 0 && !this.shard.isStopped()) {
      if (this.shard.isRead()) return [];
      await this.changed.heard();
    }
    const windowEnd = this.clock.now() + this.settings.maximumBatchingWindowInSeconds * 1000;
    while (!this.shard.isStopped()) {
      const count = this.countOfBatch();
      const isComplete = count < this.queue.length || count === this.settings.batchSize;
      const timeLeft = windowEnd - this.clock.now();
      if (isComplete || timeLeft <= 0 || this.shard.isRead()) return this.queue.splice(0, count);
      await this.changed.heardWithin(timeLeft, this.clock);
    }
    return [];
  }

  /** So many of the records taken are delivered, parked or discarded. */
  settle(count: number): void {
    this.settled += count;
    this.changed.ring();
  }

  /** Resolves when every record that has been added so far is settled. */
  async allSettled(): Promise<void> {
    const upTo = this.added;
    while (this.settled < upTo) await this.changed.heard();
  }

  /** As many records as one invocation takes, by number and by bytes; one at least. */
  private countOfBatch(): number {
    let bytes = EVENT_FRAME_BYTES;
    for (let count = 0; count < this.queue.length; count++) {
      bytes += (this.queue[count]?.bytes ?? 0) + 1;
      if (count === this.settings.batchSize || (count > 0 && bytes > MAX_EVENT_BYTES)) return count;
    }
    return this.queue.length;
  }
}

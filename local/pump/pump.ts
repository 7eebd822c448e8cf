import { setMaxListeners } from 'node:events';
import type { StreamReader, StreamShard } from '../aws/streamReader';
import { DcsError } from '../../core/errors';
import { realClock, type Clock } from './clock';
import { zeroCounts, type PumpCounts } from './counts';
import type { Park, RetryBackoff } from './delivery';
import type { Invoke } from './invocation';
import { playable, type EventSourceMapping } from './mapping';
import { ShardPump, type ShardSettings } from './shard';

export interface PumpOptions {
  readonly stream: StreamReader;
  readonly mapping: EventSourceMapping;
  readonly invoke: Invoke;
  /** The function's `timeout`, 1 to 900. */
  readonly functionTimeoutSeconds: number;
  /** Shown to the function and in parked batches. */
  readonly functionArn?: string;
  readonly park: Park;
  /** Told in one line of each function error, failed parking and discarded batch. Standard error by default. */
  readonly onProblem?: (problem: string) => void;
  /** Default: 1 s, doubled up to 60 s. */
  readonly retryBackoff?: RetryBackoff;
  /** How often a shard without new records is asked for some. Default 250, as Lambda does. */
  readonly pollIntervalMilliseconds?: number;
  /** How often new shards are looked for, besides at the end of each shard. Default 10 s. */
  readonly discoveryIntervalMilliseconds?: number;
  readonly clock?: Clock;
}

export interface Pump {
  /** Live. */
  readonly counts: Readonly<PumpCounts>;
  /** Set once the pump itself has broken: records lost, stream gone, source unreachable. It then does nothing more. */
  readonly failure: Error | undefined;
  /**
   * Resolves when every record that is in the stream now has been delivered, parked or discarded.
   * Rejects with the failure, and when the pump is stopped before.
   */
  drained(): Promise<void>;
  /**
   * Starts no further invocation, and resolves when the running ones have ended and no timer is left. Records under way
   * stay in the stream. Rejects with the failure, if there is one, after having stopped. May be called again.
   */
  stop(): Promise<void>;
}

const MIB = 1024 * 1024;

/**
 * Plays one event source mapping of a DynamoDB stream: the stand-in for what Lambda does between stream and function.
 *
 * Differences from Lambda, all on purpose:
 * - Its position is kept in memory: a new pump begins at its starting position.
 * - No throttling, no filters, no tumbling windows, no account limits; one process runs every invocation.
 * - A function that times out is not ended; its answer is ignored.
 * - Waiting times between retries are the caller's; Lambda does not publish its own.
 * - Parking that fails is tried for ever, and the lane waits; Lambda's behaviour there is not documented.
 * - A partial response whose checkpoint is the first record is retried whole, with bisect too, as the documentation can
 *   be read. Only the leading records that are too old are parked for their age, whether tried before or not.
 * - Creation times from DynamoDB Local, which are rounded to the minute, are refined to the second (pendingRecord.ts).
 * - An empty page counts as the tip of an open shard, which DynamoDB Local keeps and AWS does not promise.
 *
 * @throws DcsError for a mapping that cannot be played, StreamGoneError when there is no such stream
 */
export async function startPump(options: PumpOptions): Promise<Pump> {
  const pump = new StreamPump(options);
  await pump.start();
  return pump;
}

interface KnownShard {
  readonly pump: ShardPump;
  state: 'waiting' | 'running' | 'finished';
}

class StreamPump implements Pump {
  readonly counts = zeroCounts();
  failure: Error | undefined;
  private readonly stopping = new AbortController();
  private readonly settings: ShardSettings;
  private readonly shards = new Map<string, KnownShard>();
  private readonly running = new Set<Promise<void>>();
  private readonly discoveryIntervalMilliseconds: number;

  constructor(options: PumpOptions) {
    const mapping = playable(options.mapping);
    this.settings = {
      mapping,
      stream: options.stream,
      streamArn: options.stream.streamArn,
      invoke: options.invoke,
      park: options.park,
      functionTimeoutSeconds: checkedTimeout(options.functionTimeoutSeconds),
      functionArn: options.functionArn ?? 'arn:aws:lambda:ddblocal:000000000000:function:local',
      reportBatchItemFailures: mapping.reportBatchItemFailures,
      retryBackoff: options.retryBackoff ?? { baseMilliseconds: 1000, maximumMilliseconds: 60_000 },
      clock: options.clock ?? realClock,
      counts: this.counts,
      stopping: this.stopping.signal,
      onBroken: (error) => this.break(error),
      onProblem: options.onProblem ?? ((problem) => void process.stderr.write(`${problem}\n`)),
      pollIntervalMilliseconds: options.pollIntervalMilliseconds ?? 250,
      maximumPendingRecords: Math.max(2000, 2 * mapping.batchSize * mapping.parallelizationFactor),
      maximumPendingBytes: 64 * MIB,
    };
    this.discoveryIntervalMilliseconds = options.discoveryIntervalMilliseconds ?? 10_000;
    // Each shard and each waiting retry listens.
    setMaxListeners(0, this.stopping.signal);
  }

  async start(): Promise<void> {
    const shards = await this.settings.stream.listShards();
    for (const shard of shards) await this.addAtStart(shard);
    this.startReadyShards();
    this.inBackground(this.discoverNowAndThen());
  }

  async drained(): Promise<void> {
    this.throwIfOver();
    const isOver = new AbortController();
    const over = new Promise<void>((resolve) => {
      const { signal } = this.stopping;
      signal.addEventListener('abort', () => resolve(), { once: true, signal: isOver.signal });
    });
    try {
      await Promise.race([this.caughtUp(), over]);
    } finally {
      isOver.abort();
    }
    this.throwIfOver();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    while (this.running.size > 0) await Promise.all(this.running);
    if (this.failure) throw this.failure;
  }

  private async caughtUp(): Promise<void> {
    await this.discover();
    const unfinished = [...this.shards.values()].filter(({ state }) => state !== 'finished');
    await Promise.all(unfinished.map(({ pump }) => pump.caughtUp()));
  }

  private throwIfOver(): void {
    if (this.failure) throw this.failure;
    if (this.stopping.signal.aborted) throw new DcsError('the pump was stopped before everything was delivered');
  }

  /** With LATEST, what has been written before the start is none of ours, and later shards are read from their beginning. */
  private async addAtStart(shard: StreamShard): Promise<void> {
    const { mapping, stream } = this.settings;
    if (mapping.startingPosition === 'TRIM_HORIZON') {
      this.add(shard);
      return;
    }
    const latest = shard.closed ? undefined : await stream.shardIterator(shard.shardId, { type: 'LATEST' });
    const pump = new ShardPump(shard, this.settings, latest);
    this.shards.set(shard.shardId, { pump, state: shard.closed ? 'finished' : 'waiting' });
  }

  private add(shard: StreamShard): void {
    if (this.shards.has(shard.shardId)) return;
    this.shards.set(shard.shardId, { pump: new ShardPump(shard, this.settings), state: 'waiting' });
  }

  private async discover(): Promise<void> {
    for (const shard of await this.settings.stream.listShards()) this.add(shard);
    this.startReadyShards();
  }

  private async discoverNowAndThen(): Promise<void> {
    const { clock, stopping } = this.settings;
    for (;;) {
      await clock.sleep(this.discoveryIntervalMilliseconds, stopping);
      if (stopping.aborted) return;
      await this.discover();
    }
  }

  /** A shard may begin when its parent is finished, or no longer there. */
  private startReadyShards(): void {
    for (const shard of this.shards.values()) {
      const parent = this.shards.get(shard.pump.parentShardId ?? '');
      if (shard.state !== 'waiting' || (parent && parent.state !== 'finished')) continue;
      shard.state = 'running';
      this.inBackground(this.runShard(shard));
    }
  }

  private async runShard(shard: KnownShard): Promise<void> {
    await shard.pump.run();
    if (this.stopping.signal.aborted) return;
    shard.state = 'finished';
    await this.discover();
  }

  private inBackground(work: Promise<void>): void {
    const tracked = work.catch((error: unknown) => this.break(error)).finally(() => this.running.delete(tracked));
    this.running.add(tracked);
  }

  /** An error of the pump's own ends all of it: `drained`, `stop` and `failure` tell. */
  private break(error: unknown): void {
    if (this.failure) return;
    this.failure = error instanceof Error ? error : new Error(String(error));
    this.settings.onProblem(`the pump has broken: ${this.failure.message}`);
    this.stopping.abort();
  }
}

function checkedTimeout(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 900) return seconds;
  throw new DcsError(`functionTimeoutSeconds is ${seconds}, it has to be a whole number from 1 to 900`);
}

import { nextStep, attemptsOf, splitByAge, type Attempt } from '../pump/attempt';
import { parkedBatchBody, parkedBatchKey, type ParkingCondition } from '../pump/parkedBatch';
import { pendingRecord, type PendingRecord } from '../pump/pendingRecord';
import type { BatchOutcome } from '../pump/response';
import type { Random } from './random';
import type { S3Bucket } from './s3';
import { isExpired, type Shard, type Stream } from './streams';
import type { World } from './world';

export interface MappingSettings {
  readonly uuid: string;
  readonly batchSize: number;
  readonly maximumRetryAttempts: number;
  readonly bisectBatchOnFunctionError: boolean;
  /** How often a batch that was done is delivered once more: delivery is at least once. */
  readonly deliveredAgain: number;
}

export interface MappingPlace {
  readonly world: World;
  readonly stream: Stream;
  /** The on-failure destination. */
  readonly bucket: S3Bucket;
  readonly invoke: (records: readonly PendingRecord[]) => Promise<BatchOutcome>;
  /** Until when it is disabled. */
  readonly disabledUntilMs: () => number;
  /** Told of records that nobody will ever see: the stream had forgotten them before they were read. */
  readonly onLost: (sequenceNumbers: readonly string[]) => void;
}

const MAXIMUM_RECORD_AGE_SECONDS = 24 * 3_600;

/**
 * Plays one event source mapping: its shards side by side, parents first; the steps after a failure are those of
 * local/pump/attempt.ts, which says where they are documented.
 */
export function startMapping(settings: MappingSettings, place: MappingPlace): void {
  const { stream } = place;
  const done = new Map<Shard, Promise<void>>();
  const startShards = () => {
    for (const shard of stream.shards) {
      if (!done.has(shard)) done.set(shard, runShard(shard));
    }
    if (stream.isEnabled) void stream.changed().then(startShards);
  };
  const runShard = async (shard: Shard) => {
    if (shard.parent) await done.get(shard.parent);
    await readShard(shard, settings, place);
  };
  startShards();
}

async function readShard(shard: Shard, settings: MappingSettings, place: MappingPlace): Promise<void> {
  const { world } = place;
  const random = world.random('mapping', settings.uuid, shard.shardId);
  for (let position = 0; ;) {
    if (position >= shard.records.length) {
      if (shard.isClosed) return;
      await shard.changed();
    }
    await world.sleep(random.chance(0.1) ? random.between(1_000, 60_000) : random.between(100, 1_500));
    const waitMs = place.disabledUntilMs() - world.nowMs;
    if (waitMs > 0 && !world.isCalm) await world.sleep(waitMs);
    const read = shard.records.slice(position, position + 1 + random.below(settings.batchSize));
    position += read.length;
    const lost = read.filter((one) => isExpired(one, world.nowMs));
    if (lost.length > 0) place.onLost(lost.map(({ record }) => record.dynamodb.SequenceNumber));
    const left = read.filter((one) => !lost.includes(one));
    if (left.length > 0) {
      const records = left.map(({ record }) => pendingRecord(record, world.nowMs));
      await deliver(records, shard.shardId, settings, place, random);
    }
  }
}

async function deliver(
  records: readonly PendingRecord[],
  shardId: string,
  settings: MappingSettings,
  place: MappingPlace,
  random: Random,
): Promise<void> {
  const { world, invoke } = place;
  const attempts: Attempt[] = [{ records, retriesUsed: 0, invocations: 0 }];
  for (let attempt = attempts.shift(); attempt; attempt = attempts.shift()) {
    const { tooOld, rest } = splitByAge(attempt.records, world.nowMs, MAXIMUM_RECORD_AGE_SECONDS);
    if (tooOld.length > 0) park({ ...attempt, records: tooOld }, 'RecordAgeExceeded', shardId, settings, place, random);
    if (rest.length === 0) continue;
    const tried = { ...attempt, records: rest, invocations: attempt.invocations + 1 };
    const step = nextStep(tried, await invoke(rest), settings);
    if (step.kind === 'giveUp') {
      park(step.attempt, 'RetryAttemptsExhausted', shardId, settings, place, random);
      continue;
    }
    if (step.kind === 'done' && !world.isCalm && random.chance(settings.deliveredAgain)) attempts.unshift(tried);
    attempts.unshift(...attemptsOf(step));
    if (step.kind === 'retry') await world.sleep(random.between(1_000, 120_000));
  }
}

function park(
  { records, invocations }: Attempt,
  condition: ParkingCondition,
  shardId: string,
  { uuid }: MappingSettings,
  { world, stream, bucket }: MappingPlace,
  random: Random,
): void {
  const functionArn = 'arn:aws:lambda:eu-west-1:111111111111:function:capture';
  const batch = {
    ...{ condition, records, shardId, functionArn, mappingUuid: uuid, streamArn: stream.arn },
    ...{ approximateInvokeCount: invocations, requestId: String(random.below(1e9)), parkedAtMs: world.nowMs },
  };
  bucket.put(parkedBatchKey(batch, String(random.below(1e9))), { body: parkedBatchBody(batch), metadata: {} });
}

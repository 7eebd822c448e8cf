import fc from 'fast-check';
import type { AttributeMap } from '../../../../core/attributeValue';
import type { ChangePosition } from '../../../../core/changePosition';
import { backfillImage, repairImage } from '../../../../core/image';
import { encodeJournal, type JournalEntry } from '../../../../core/journal/journalObject';
import { keysOf, objectKeyOf } from '../../../../core/objectKey';
import { recordImage, type CapturedTable, type StreamRecord } from '../../../../core/streamRecord';
import { captureJournal } from '../../../../lambda/capture/captureJournal';
import type { MemoryBucket } from '../../../support/memoryBucket';

/*
 * A table that is written to, and its journal as capture, backfill, redrive and repair write it, in whatever order it reaches S3.
 */

export const TABLE: CapturedTable = {
  ...{ prefix: 'eu/', tableName: 'users' },
  keySchema: { partitionKey: 'id', sortKey: 'n' },
};
export const START_MS = Date.UTC(2026, 10, 23, 8);
const HOUR_MS = 3_600_000;
/** No divisor of an hour: no two moments are the same. */
const STEP_MS = 7_013;
/** Of the second, numbers go from 39 digits to 40; by its label it is the later one. */
const STREAMS = [
  { label: '2026-11-20T08:00:00.000', first: 97n },
  { label: '2026-11-23T08:00:00.000', first: 10n ** 39n - 5n },
];
const IDS = ['a', 'a/b c', '..', 'q"\\\'', 'tab\tline\n', 'é😀\u2028', 'x'.repeat(1_100)];
const VALUES: AttributeMap[string][] = [
  { S: 'a, "quoted", \\, tab\t, line\r\n, nul\u0000, #, é😀' },
  { M: { 'a\tb': { L: [{ NULL: true }, { BOOL: false }, { N: '1E+3' }] }, '': { S: '' } } },
  { SS: ['b', 'a'] },
  { N: '-0.50' },
  { B: '+/8=' },
  { S: 'long '.repeat(300) },
];

const step = fc.record({
  id: fc.nat({ max: IDS.length - 1 }),
  /** Undefined: it is deleted. */
  value: fc.option(fc.nat({ max: VALUES.length - 1 }), { nil: undefined, freq: 4 }),
  does: fc.constantFrom('write', 'write', 'write', 'write', 'write', 'write', 'backfill', 'repair'),
  hasTime: fc.boolean(),
  endsBatch: fc.boolean(),
  batch: fc.constantFrom('captured', 'captured', 'twice', 'redriven', 'lost'),
  /** Of a batch, how long it takes. */
  delayMs: fc.constantFrom(0, 1_000, 60_000, 20 * HOUR_MS),
  /** How much the clock of an operator is ahead. */
  aheadMs: fc.constantFrom(0, 0, 20 * 60_000, 3 * HOUR_MS),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

export const stories = fc.array(step, { minLength: 20, maxLength: 60 });

/** A write to the journal: when, and what. */
interface Put {
  readonly atMs: number;
  readonly write: (bucket: MemoryBucket) => Promise<void>;
}

class Story {
  readonly puts: Put[] = [];
  readonly momentsMs: number[] = [];
  private readonly items = new Map<number, AttributeMap>([1, 2].map((id) => [id, itemOf(id, 0)]));
  private readonly newest = new Map<number, ChangePosition>();
  private stream = STREAMS[0]!;
  private sequenceNumber = STREAMS[0]!.first;
  private batch: StreamRecord[] = [];

  constructor(private readonly steps: readonly Step[]) {
    for (const [at, one] of steps.entries()) this.play(one, at);
    this.end({ batch: 'captured', delayMs: 0 }, this.atMs(steps.length));
  }

  private atMs(step: number): number {
    return START_MS + (step + 1) * STEP_MS;
  }

  private play(one: Step, at: number): void {
    const nowMs = this.atMs(at);
    if (at === Math.floor(this.steps.length / 2)) this.switchStream(nowMs);
    this.momentsMs.push(nowMs - 1, nowMs);
    if (one.does === 'write') this.write(one, nowMs);
    else this.readByOperator(one, nowMs);
    if (one.endsBatch) this.end(one, nowMs + 1_000);
  }

  private write({ id, value, hasTime }: Step, nowMs: number): void {
    const [before, after] = [this.items.get(id), value === undefined ? undefined : itemOf(id, value)];
    if (!before && !after) return;
    if (after) this.items.set(id, after);
    else this.items.delete(id);
    this.sequenceNumber += 1n;
    const sequenceNumber = String(this.sequenceNumber);
    this.batch.push({
      eventName: !before ? 'INSERT' : after ? 'MODIFY' : 'REMOVE',
      eventSourceARN: `arn:aws:dynamodb:eu-west-1:111122223333:table/users/stream/${this.stream.label}`,
      dynamodb: {
        ...{ Keys: keysOf(TABLE.keySchema, (after ?? before)!), NewImage: after, OldImage: before },
        ...{ SequenceNumber: sequenceNumber, StreamViewType: 'NEW_AND_OLD_IMAGES' },
        ...(hasTime && { ApproximateCreationDateTime: nowMs / 1_000 }),
      },
    });
    this.newest.set(id, { source: 'stream', streamLabel: this.stream.label, sequenceNumber });
  }

  private readByOperator({ id, does, delayMs, aheadMs }: Step, nowMs: number): void {
    const item = this.items.get(id);
    if (does === 'backfill' && !item) return;
    const readAtMs = nowMs + aheadMs;
    const image =
      does === 'backfill' ? backfillImage(item!, readAtMs) : repairImage(item, this.newest.get(id), readAtMs);
    this.put(does as 'backfill' | 'repair', [{ objectKey: keyOf(id), image }], nowMs + delayMs);
  }

  private end({ batch, delayMs }: Pick<Step, 'batch' | 'delayMs'>, nowMs: number): void {
    const records = this.batch;
    this.batch = [];
    if (records.length === 0 || batch === 'lost') return;
    const atMs = nowMs + delayMs;
    if (batch === 'redriven') {
      const entries = records.map((record) => ({
        objectKey: objectKeyOf(TABLE, TABLE.keySchema, record.dynamodb!.Keys!),
        image: recordImage(TABLE, record, nowMs),
      }));
      this.put('redrive', entries, atMs);
      return;
    }
    this.puts.push(captured(records, atMs));
    if (batch === 'twice')
      this.puts.push(captured(records.slice(0, Math.ceil(records.length / 2)), atMs + 90 * 60_000));
  }

  private put(kind: 'backfill' | 'repair' | 'redrive', entries: readonly JournalEntry[], atMs: number): void {
    this.puts.push({
      atMs,
      write: async (bucket) => {
        const { objectKey, body: bytes, metadata } = encodeJournal({ table: TABLE, kind, writtenAtMs: atMs, entries });
        await bucket.bytes.putOnce(objectKey, { bytes, contentType: 'application/gzip', metadata });
      },
    });
  }

  private switchStream(nowMs: number): void {
    this.end({ batch: 'captured', delayMs: 60_000 }, nowMs);
    this.stream = STREAMS[1]!;
    this.sequenceNumber = this.stream.first;
  }
}

function captured(records: readonly StreamRecord[], atMs: number): Put {
  return {
    atMs,
    write: async (bucket) => {
      const context = { table: TABLE, journal: bucket.bytes, nowMs: () => atMs, onFailure: fail };
      await captureJournal(context, records, new AbortController().signal);
    },
  };
}

function fail(_: StreamRecord, reason: unknown): never {
  throw reason as Error;
}

const itemOf = (id: number, value: number): AttributeMap => ({
  id: { S: IDS[id]! },
  n: { N: '-1.50' },
  v: VALUES[value]!,
});
const keyOf = (id: number) => objectKeyOf(TABLE, TABLE.keySchema, keysOf(TABLE.keySchema, itemOf(id, 0)));

/** What is to be written, in the order in which S3 receives it, and the moments at which the table was changed. */
export function playedStory(steps: readonly Step[]): Pick<Story, 'puts' | 'momentsMs'> {
  const { puts, momentsMs } = new Story(steps);
  return { puts: puts.sort((a, b) => a.atMs - b.atMs), momentsMs };
}

export async function writeAll(bucket: MemoryBucket, puts: readonly Put[]): Promise<void> {
  for (const { atMs, write } of puts) {
    bucket.clockMs = atMs;
    await write(bucket);
  }
}

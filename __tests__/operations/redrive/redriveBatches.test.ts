import { TooLargeTextError } from '../../../aws/textStore';
import { UsageError } from '../../../core/errors';
import type { CapturedTable } from '../../../core/streamRecord';
import { redrivenMarkerKey } from '../../../core/parkedBatch';
import type { LeftRecord } from '../../../operations/redrive/redriveBatch';
import { redriveBatches } from '../../../operations/redrive/redriveBatches';
import { sequenceNumber, userRecord, USERS, USERS_STREAM_ARN } from '../../fixtures/streamRecords';
import { MemoryBucket } from '../../support/memoryBucket';

const keyOf = (name: string) => `aws/lambda/mapping/shardId-1/2026/01/01/${name}`;
const record = (id: string, at: number) =>
  userRecord({ id, sequenceNumber: sequenceNumber(at), to: { n: { N: '1' } } });
const parked = (...records: object[]) =>
  JSON.stringify({
    DDBStreamBatchInfo: { streamArn: USERS_STREAM_ARN, batchSize: records.length },
    payload: JSON.stringify({ Records: records }),
  });

function redrive(bucket: MemoryBucket, table: CapturedTable | Error = USERS) {
  const left: LeftRecord[] = [];
  const states: string[] = [];
  const counts = redriveBatches({
    ...{ lister: bucket.versionLister, source: bucket, images: bucket, texts: bucket, nowMs: bucket.nowMs },
    ...{ dryRun: false, onlyTables: [], signal: new AbortController().signal },
    journalOf: () => undefined,
    tableOf: (name) => {
      if (table instanceof Error) throw table;
      return name === 'users' ? table : undefined;
    },
    watch: {
      onLeft: (one) => left.push(one),
      onBatch: ({ batch, state }) => states.push(`${batch.at(-1) ?? ''} ${state}`),
    },
  });
  return counts.then((found) => ({ counts: found, left, states }));
}

test('a batch that is left holds up no other, and what is done is passed over the next time', async () => {
  const bucket = new MemoryBucket(Date.UTC(2026, 0, 2));
  await bucket.write(keyOf('a'), parked(record('a', 1)));
  await bucket.write(keyOf('b'), parked(record('b', 2), { ...record('c', 3), eventName: 'MERGE' }));
  await bucket.write(keyOf('c'), parked(record('d', 4)));
  await bucket.write(keyOf('d'), parked(record('e', 5)));
  await bucket.write(redrivenMarkerKey(keyOf('d')), '{}');

  const first = await redrive(bucket);
  expect(first.states).toEqual(['a done', 'b left', 'c done']);
  expect(first.left).toHaveLength(1);
  const none = { filledIn: 0, alreadyThere: 0 };
  expect(first.counts).toEqual({ batches: 3, done: 2, left: 1, doneBefore: 1, applied: 3, ...none });

  const again = await redrive(bucket);
  expect(again.states).toEqual(['b left']);
  expect(again.counts).toEqual({
    batches: 1,
    done: 0,
    left: 1,
    doneBefore: 3,
    applied: 0,
    filledIn: 0,
    alreadyThere: 1,
  });
});

test('a batch that somebody has deleted is neither applied nor forgotten, and holds up no other', async () => {
  const bucket = new MemoryBucket(Date.UTC(2026, 0, 2));
  await bucket.write(keyOf('a'), parked(record('a', 1)));
  await bucket.write(keyOf('b'), parked(record('b', 2)));
  bucket.deleteMarker(keyOf('a'));
  const marker = bucket.hiddenBy(keyOf('a'))!;
  const { states, left, counts } = await redrive(bucket);
  expect(states).toEqual(['a left', 'b done']);
  expect(counts).toMatchObject({ batches: 2, done: 1, left: 1, applied: 1 });
  expect(left).toEqual([{ batch: keyOf('a'), reason: expect.stringContaining(marker.versionId) as string }]);
  bucket.deleteVersion(keyOf('a'), marker.versionId);
  expect(await redrive(bucket)).toMatchObject({ states: ['a done'], counts: { left: 0, doneBefore: 1 } });
});

describe('what a batch is left for', () => {
  const lefts = async (text: string | (() => never), prepare: (bucket: MemoryBucket) => void = () => undefined) => {
    const bucket = new MemoryBucket(Date.UTC(2026, 0, 2));
    await bucket.write(keyOf('a'), typeof text === 'string' ? text : '{}');
    prepare(bucket);
    if (typeof text !== 'string') bucket.read = () => new Promise(text);
    const { left, states, counts } = await redrive(bucket);
    expect(states).toEqual(['a left']);
    expect(counts).toMatchObject({ batches: 1, left: 1, done: 0 });
    return left.map((one) => ({ ...one, batch: one.batch.at(-1) }));
  };

  test('it is no batch', async () => {
    expect(await lefts('garbage')).toEqual([
      { batch: 'a', reason: expect.stringContaining('it is not JSON') as string },
    ]);
  });

  test('it is too large to be one', async () => {
    const tooLarge = () => {
      throw new TooLargeTextError(7e7);
    };
    expect(await lefts(tooLarge)).toEqual([
      { batch: 'a', reason: expect.stringContaining('70000000 bytes') as string },
    ]);
  });

  test('it has gone since it was listed', async () => {
    const prepare = (bucket: MemoryBucket) => (bucket.read = () => Promise.resolve(undefined));
    expect(await lefts('', prepare)).toEqual([{ batch: 'a', reason: 'it has gone since it was listed' }]);
  });

  test('a record of it cannot be read, with its sequence number where it has one', async () => {
    const odd = { ...record('c', 3), eventName: 'MERGE' };
    const unnumbered = { ...odd, dynamodb: { ...odd.dynamodb, SequenceNumber: 7 } };
    const left = await lefts(parked(odd, unnumbered, null as never));
    expect(left.map(({ sequenceNumber: number, objectKey }) => [number, objectKey])).toEqual([
      [sequenceNumber(3), undefined],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  test('the newest image of an item of it is damaged', async () => {
    const damaged = { body: '{}', metadata: { 'dcs-format': '9' } };
    const left = await lefts(parked(record('a', 1)), (bucket) => bucket.store('users/a/image.json', damaged));
    expect(left).toEqual([
      {
        ...{ batch: 'a', objectKey: 'users/a/image.json', sequenceNumber: sequenceNumber(1) },
        reason: expect.stringContaining('its format is "9"') as string,
      },
    ]);
  });
});

test('a batch of a table whose keys nobody knows is left, with what to do', async () => {
  const bucket = new MemoryBucket(Date.UTC(2026, 0, 2));
  await bucket.write(keyOf('a'), parked(record('a', 1)));
  const { left, states } = await redrive(bucket, new UsageError(['--partition-key is missing']));
  expect(states).toEqual(['a left']);
  expect(left).toEqual([{ batch: keyOf('a'), reason: '--partition-key is missing' }]);
  await expect(redrive(bucket, new Error('no answer'))).rejects.toThrow('no answer');
});

test('what is wrong with S3 or with this program is no batch that is left', async () => {
  const bucket = new MemoryBucket(Date.UTC(2026, 0, 2));
  await bucket.write(keyOf('a'), parked(record('a', 1)));
  await expect(redrive(bucket, { ...USERS, keySchema: undefined as never })).rejects.toThrow(TypeError);
  bucket.read = () => Promise.reject(new Error('no answer'));
  await expect(redrive(bucket)).rejects.toThrow('no answer');
});

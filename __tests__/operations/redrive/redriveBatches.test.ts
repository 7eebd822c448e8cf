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

function redrive(bucket: MemoryBucket) {
  const left: LeftRecord[] = [];
  const states: string[] = [];
  const counts = redriveBatches({
    ...{ lister: bucket.lister, source: bucket, images: bucket, texts: bucket, nowMs: bucket.nowMs },
    ...{ dryRun: false, onlyTables: [], signal: new AbortController().signal },
    tableOf: (name) => (name === 'users' ? USERS : undefined),
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

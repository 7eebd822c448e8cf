import { redrivenMarkerKey } from '../../../core/parkedBatch';
import type { StreamRecord } from '../../../core/streamRecord';
import { waitingBatches } from '../../../operations/timeline/waitingBatches';
import { sequenceNumber, userRecord, USERS_STREAM_ARN } from '../../fixtures/streamRecords';
import { MemoryBucket } from '../../support/memoryBucket';

const FIRST_MS = Date.UTC(2026, 0, 1, 12);
const place = 'aws/lambda/mapping/shard/2026/01/01/';
const signal = new AbortController().signal;

const record = (n: number, seconds: number): StreamRecord =>
  userRecord({
    ...{ id: `u${n}`, sequenceNumber: sequenceNumber(n), to: { n: { N: '1' } } },
    atSeconds: FIRST_MS / 1_000 + seconds,
  });

const parked = (records: readonly StreamRecord[], streamArn = USERS_STREAM_ARN) =>
  JSON.stringify({
    DDBStreamBatchInfo: { streamArn, approximateArrivalOfLastRecord: new Date(FIRST_MS + 60_000).toISOString() },
    payload: JSON.stringify({ Records: records }),
  });

async function bucketOf(texts: Readonly<Record<string, string>>): Promise<MemoryBucket> {
  const bucket = new MemoryBucket(FIRST_MS + 3_600_000);
  for (const [name, text] of Object.entries(texts)) await bucket.write(place + name, text);
  return bucket;
}
const waiting = (bucket: MemoryBucket) => waitingBatches({ lister: bucket.lister, texts: bucket }, 'users', signal);

test('a batch that waits tells how many changes it has, from the first of them to when the last one came', async () => {
  const bucket = await bucketOf({ a: parked([record(1, 30), record(2, 5), record(3, 59)]) });
  expect(await waiting(bucket)).toEqual({
    batches: [{ records: 3, fromMs: FIRST_MS + 5_000, toMs: FIRST_MS + 60_000 }],
    unread: 0,
  });
});

test('records that are none, and a time in the future, keep nobody from being told', async () => {
  const late = parked([record(1, 30), null as never, {}]).replace(
    /"approximateArrivalOfLastRecord":"[^"]+"/,
    (stated) => stated.replace('2026', '2999'),
  );
  const storedAtMs = FIRST_MS + 3_600_000;
  expect(await waiting(await bucketOf({ a: late }))).toEqual({
    batches: [{ records: 3, fromMs: FIRST_MS + 30_000, toMs: storedAtMs }],
    unread: 0,
  });
});

test('one that was applied waits no longer, and one of another table is of no concern', async () => {
  const other = USERS_STREAM_ARN.replace('table/users', 'table/orders');
  const bucket = await bucketOf({
    a: parked([record(1, 0)]),
    [redrivenMarkerKey('a')]: '{}',
    b: parked([record(2, 0)], other),
  });
  expect(await waiting(bucket)).toEqual({ batches: [], unread: 0 });
});

test('what cannot be read is counted, for nobody knows whose it is; so are those beyond the first fifty', async () => {
  expect(await waiting(await bucketOf({ a: 'no batch', b: '{"half' }))).toEqual({ batches: [], unread: 2 });
  const many = Array.from({ length: 53 }, (_, i) => [`b${100 + i}`, parked([record(i, 0)])] as const);
  const { batches, unread } = await waiting(await bucketOf(Object.fromEntries(many)));
  expect([batches.length, unread]).toEqual([50, 3]);
});

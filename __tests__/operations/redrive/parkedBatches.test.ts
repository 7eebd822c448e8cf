import { WriteGuard } from '../../../operations/guards';
import { parkedBatches } from '../../../operations/redrive/parkedBatches';
import { redriveBatch, type LeftRecord, type RedriveContext } from '../../../operations/redrive/redriveBatch';
import { S3Error } from '../../../aws/s3Error';
import { readParkedBatch, redrivenMarkerKey, UnreadableBatchError } from '../../../core/parkedBatch';
import type { StreamRecord } from '../../../core/streamRecord';
import { sequenceNumber, userRecord, USERS, USERS_STREAM_ARN } from '../../fixtures/streamRecords';
import { MemoryBucket } from '../../support/memoryBucket';

const BATCH = 'aws/lambda/mapping/shardId-1/2026/01/01/2026-01-01T00.00.00-uuid';

const insert = () => userRecord({ id: 'a', sequenceNumber: sequenceNumber(1), to: { n: { N: '1' } } });
const modify = () =>
  userRecord({ id: 'a', sequenceNumber: sequenceNumber(2), from: { n: { N: '1' } }, to: { n: { N: '2' } } });

const parkedText = (records: readonly StreamRecord[], info: Record<string, unknown> = {}, payload?: unknown) =>
  JSON.stringify({
    DDBStreamBatchInfo: { streamArn: USERS_STREAM_ARN, batchSize: records.length, ...info },
    payload: payload ?? JSON.stringify({ Records: records }),
  });

describe('reading a parked batch', () => {
  const records = [insert(), modify()];

  test('takes the event as text and as JSON', () => {
    const asText = readParkedBatch(parkedText(records));
    const asJson = readParkedBatch(parkedText(records, {}, { Records: records }));
    expect(asText).toEqual({ tableName: 'users', records });
    expect(asJson).toEqual(asText);
  });

  test.each([
    ['no JSON', '{"DDBStream', 'it is not JSON'],
    ['a payload that is cut off', parkedText(records, {}, '{"Records":[{'), 'its payload is not JSON'],
    ['an event without records', parkedText(records, {}, '{}'), 'no payload with Records'],
    ['null', 'null', 'no batch of a DynamoDB stream'],
    [
      'another kind of stream',
      parkedText(records, { streamArn: 'arn:aws:kinesis:x' }),
      'not that of a DynamoDB stream',
    ],
  ])('%s is refused', (_, text, message) => {
    expect(() => readParkedBatch(text)).toThrow(UnreadableBatchError);
    expect(() => readParkedBatch(text)).toThrow(message);
  });
});

test('a listing tells which batches are done, over pages, and passes over what is no batch', async () => {
  const bucket = new MemoryBucket();
  const keys = ['a', 'b', 'c', 'd', 'e'].map((name) => `aws/lambda/m/shard/2026/01/01/${name}`);
  for (const key of keys) await bucket.write(key, '{}');
  for (const done of [keys[1]!, keys[4]!]) await bucket.write(redrivenMarkerKey(done), '{}');
  await bucket.write('aws/lambda/async/function/2026/01/01/x', '{}');
  await bucket.write('users/a/image.json', '{}');
  const found = [];
  for await (const { objectKey, isRedriven } of parkedBatches(bucket.versionLister)) {
    found.push(`${objectKey.at(-1) ?? ''}${isRedriven ? ' done' : ''}`);
  }
  expect(found).toEqual(['a', 'b done', 'c', 'd', 'e done']);
});

test('a batch that somebody has deleted is told with its marker; who deletes only the mark of being done undoes it', async () => {
  const bucket = new MemoryBucket();
  const keys = ['a', 'b', 'c', 'd'].map((name) => `aws/lambda/m/shard/2026/01/01/${name}`) as [
    string,
    string,
    string,
    string,
  ];
  for (const key of keys) await bucket.write(key, '{}');
  for (const done of keys.slice(1, 3)) await bucket.write(redrivenMarkerKey(done), '{}');
  for (const deleted of [keys[0], keys[1], redrivenMarkerKey(keys[1]), redrivenMarkerKey(keys[2])])
    bucket.deleteMarker(deleted);
  const found = [];
  for await (const { objectKey, isRedriven, hiddenBy } of parkedBatches(bucket.versionLister))
    found.push([objectKey, isRedriven, hiddenBy?.objectKey]);
  expect(found).toEqual([
    [keys[0], false, keys[0]],
    [keys[1], true, keys[1]],
    [keys[2], false, undefined],
    [keys[3], false, undefined],
  ]);
});

describe('redriving a batch', () => {
  function redriveOf(bucket: MemoryBucket, more: Partial<RedriveContext> = {}) {
    const left: LeftRecord[] = [];
    const context: RedriveContext = {
      ...{ source: bucket, images: bucket, texts: bucket, nowMs: bucket.nowMs, dryRun: false },
      signal: new AbortController().signal,
      journalOf: () => undefined,
      tableOf: (name) => (name === 'users' ? USERS : undefined),
      ...{ onlyTables: [], guard: new WriteGuard() },
      onLeft: (one) => left.push(one),
      ...more,
    };
    return { left, run: () => redriveBatch(context, BATCH) };
  }
  const parked = async (text: string) => {
    const bucket = new MemoryBucket(Date.UTC(2026, 0, 2));
    await bucket.write(BATCH, text);
    return bucket;
  };

  test('a record that cannot be read leaves its batch, and only that record', async () => {
    const bucket = await parked(parkedText([insert(), { ...modify(), eventName: 'MERGE' }]));
    const { left, run } = redriveOf(bucket);
    expect(await run()).toMatchObject({ state: 'left', counts: { applied: 1, left: 1 } });
    expect(left).toEqual([
      expect.objectContaining({ batch: BATCH, reason: expect.stringContaining('MERGE') as string }),
    ]);
    expect(await bucket.read(redrivenMarkerKey(BATCH))).toBeUndefined();
  });

  test.each([
    ['null', null],
    ['without keys', { ...insert(), dynamodb: { SequenceNumber: '9' } }],
    ['a number', 7],
  ])('a record that is %s leaves its batch, and the others are applied', async (_, odd) => {
    const { left, run } = redriveOf(await parked(parkedText([insert(), odd as never])));
    expect(await run()).toMatchObject({ state: 'left', counts: { applied: 1, left: 1 } });
    expect(left).toHaveLength(1);
  });

  test('a batch with other than its stated number of records is applied, and kept as left', async () => {
    const bucket = await parked(parkedText([insert()], { batchSize: 2 }));
    const { left, run } = redriveOf(bucket);
    expect(await run()).toMatchObject({ state: 'left', counts: { applied: 1, left: 1 } });
    expect(left[0]?.reason).toMatch(/it has 1 records, Lambda says that it parked 2/);
    expect(await bucket.read(redrivenMarkerKey(BATCH))).toBeUndefined();
  });

  test('a record without a time is applied with the time at which its batch came', async () => {
    const timeless = { ...insert(), dynamodb: { ...insert().dynamodb, ApproximateCreationDateTime: undefined } };
    const bucket = await parked(parkedText([timeless], { approximateArrivalOfLastRecord: '2026-01-01T23:00:00Z' }));
    expect(await redriveOf(bucket).run()).toMatchObject({ state: 'done', counts: { applied: 1 } });
    const { versions } = (await bucket.history('users/a/image.json'))!;
    const { metadata } = await bucket.images.head('users/a/image.json', versions[0]!.versionId);
    expect(metadata).toMatchObject({ 'dcs-time': '2026-01-01T23:00:00.000Z', 'dcs-time-source': 'receipt' });
  });

  test.each([
    ['before DynamoDB was there', '1970-01-01T00:00:00Z'],
    ['long before its records', '2013-01-01T00:00:00Z'],
    ['in the future', '2999-01-01T00:00:00Z'],
    ['at a time without its zone', '2025-12-31T00:00:00'],
  ])('a batch that says that it came %s changes no time of a record that has one', async (_, stated) => {
    const [timed, timeless] = [insert(), modify()];
    const bucket = new MemoryBucket(Date.UTC(2026, 11, 2));
    await bucket.write(
      BATCH,
      parkedText([timed, { ...timeless, dynamodb: { ...timeless.dynamodb, ApproximateCreationDateTime: 7 } }], {
        approximateArrivalOfLastRecord: stated,
      }),
    );
    expect(await redriveOf(bucket).run()).toMatchObject({ state: 'done', counts: { applied: 2 } });
    const { versions } = (await bucket.history('users/a/image.json'))!;
    const heads = await Promise.all(
      versions.map(({ versionId }) => bucket.images.head('users/a/image.json', versionId)),
    );
    const [first, second] = heads.map(({ metadata }) => metadata);
    const atMs = Number(timed.dynamodb?.ApproximateCreationDateTime) * 1_000;
    expect(first).toMatchObject({ 'dcs-time': new Date(atMs).toISOString() });
    expect(first).not.toHaveProperty('dcs-time-source');
    expect(second).toMatchObject({ 'dcs-time-source': 'receipt' });
    expect(Date.parse(second!['dcs-time']!)).toBeLessThanOrEqual(bucket.nowMs());
  });

  test('a batch that is done is marked, and says what was done', async () => {
    const bucket = await parked(parkedText([insert()]));
    expect(await redriveOf(bucket).run()).toMatchObject({ state: 'done', table: 'users', records: 1 });
    expect(JSON.parse((await bucket.read(redrivenMarkerKey(BATCH)))!)).toMatchObject({ applied: 1, table: 'users' });
  });

  test('a dry run marks nothing', async () => {
    const bucket = await parked(parkedText([insert()]));
    expect(await redriveOf(bucket, { dryRun: true }).run()).toMatchObject({ state: 'planned', counts: { applied: 1 } });
    expect(await bucket.read(redrivenMarkerKey(BATCH))).toBeUndefined();
  });

  test('a table that is not in the settings is left, one that is not asked for is passed over', async () => {
    const other = await parked(parkedText([insert()], { streamArn: USERS_STREAM_ARN.replace('users', 'others') }));
    const { left, run } = redriveOf(other);
    expect(await run()).toMatchObject({ state: 'left', counts: { left: 1 } });
    expect(left[0]?.reason).toContain('others, which is not in the settings');
    expect(await redriveOf(other, { onlyTables: ['users'] }).run()).toBeUndefined();
  });

  test('an object that S3 refuses leaves the batch; what is wrong with the credentials ends the command', async () => {
    const bucket = await parked(parkedText([insert()]));
    const failing = (code: string, status: number) => ({
      putIf: () => Promise.reject(new S3Error(code, status, `PUT failed: ${code}`, {})),
    });
    const denied = redriveOf(bucket, { images: failing('AccessDenied', 403) });
    expect(await denied.run()).toMatchObject({ state: 'left', counts: { left: 1 } });
    expect(denied.left[0]?.reason).toBe('PUT failed: AccessDenied');
    await expect(redriveOf(bucket, { images: failing('ExpiredToken', 400) }).run()).rejects.toThrow('ExpiredToken');
  });
});

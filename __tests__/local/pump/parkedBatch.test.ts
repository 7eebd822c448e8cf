import { parkedBatchBody, parkedBatchKey, type ParkedBatch } from '../../../local/pump/parkedBatch';
import { pendingRecord } from '../../../local/pump/pendingRecord';
import { STREAM_ARN, streamRecord } from './fakeStream';

const CREATED = Date.parse('2026-11-23T23:58:01Z');
const RECORDS = [streamRecord('a', '8', CREATED), streamRecord('ü/"', '9', CREATED + 2000)];
const BATCH: ParkedBatch = {
  condition: 'RetryAttemptsExhausted',
  records: RECORDS.map((record) => pendingRecord(record, CREATED)),
  mappingUuid: '8f1c0b1e-0000-4000-8000-000000000001',
  functionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:capture-users',
  streamArn: STREAM_ARN,
  shardId: 'shardId-00000001795442845354-4c769201',
  approximateInvokeCount: 3,
  requestId: '316aa6d0-0000-4000-8000-000000000002',
  lastInvocation: { functionError: 'Unhandled' },
  parkedAtMs: Date.parse('2026-11-23T23:59:59.123Z'),
};

test('the object key is the one Lambda writes, in UTC', () => {
  expect(parkedBatchKey(BATCH, '5b9d0b52-0000-4000-8000-000000000003')).toBe(
    'aws/lambda/8f1c0b1e-0000-4000-8000-000000000001/shardId-00000001795442845354-4c769201/2026/11/23/' +
      '2026-11-23T23.59.59-5b9d0b52-0000-4000-8000-000000000003',
  );
});

test('the body says what happened and carries the whole event as text', () => {
  const { payload, ...body } = JSON.parse(parkedBatchBody(BATCH)) as { payload: string };
  expect(body).toEqual({
    requestContext: {
      requestId: '316aa6d0-0000-4000-8000-000000000002',
      functionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:capture-users',
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 3,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: '2026-11-23T23:59:59.123Z',
    DDBStreamBatchInfo: {
      shardId: 'shardId-00000001795442845354-4c769201',
      startSequenceNumber: '000000000000000000008',
      endSequenceNumber: '000000000000000000009',
      approximateArrivalOfFirstRecord: '2026-11-23T23:58:01Z',
      approximateArrivalOfLastRecord: '2026-11-23T23:58:03Z',
      batchSize: 2,
      streamArn: STREAM_ARN,
    },
  });
  expect(JSON.parse(payload)).toEqual({ Records: RECORDS });
});

test('a partly failed batch has no function error, one that was never tried has no response', () => {
  const context = (batch: ParkedBatch) =>
    (JSON.parse(parkedBatchBody(batch)) as { responseContext?: unknown }).responseContext;
  expect(context({ ...BATCH, lastInvocation: {} })).toEqual({ statusCode: 200, executedVersion: '$LATEST' });
  expect(context({ ...BATCH, lastInvocation: undefined })).toBeUndefined();
});

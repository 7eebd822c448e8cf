import { readParkedBatch } from '../../core/parkedBatch';
import { USERS_STREAM_ARN } from '../fixtures/streamRecords';

const parked = (rest: object = {}, info: object = {}) =>
  JSON.stringify({
    DDBStreamBatchInfo: { streamArn: USERS_STREAM_ARN, batchSize: 1, ...info },
    payload: { Records: [{}] },
    ...rest,
  });

test('a batch says of which table it is, and nothing else that it does not know', () => {
  expect(Object.keys(readParkedBatch(parked())).sort()).toEqual(['records', 'tableName']);
  expect(Object.keys(readParkedBatch(parked({}, { batchSize: 'many' })))).not.toContain('statedRecords');
  expect(readParkedBatch(parked({}, { batchSize: 2 }))).toMatchObject({ statedRecords: 2 });
});

test.each<[string, string, number | undefined]>([
  [
    'its last record came',
    parked({ timestamp: '2026-01-02T00:00:00Z' }, { approximateArrivalOfLastRecord: '2026-01-01T00:00:00Z' }),
    Date.UTC(2026, 0, 1),
  ],
  ['it was parked', parked({ timestamp: '2026-01-02T00:00:00Z' }), Date.UTC(2026, 0, 2)],
  [
    'it was parked, where the other is no time',
    parked({ timestamp: '2026-01-02T00:00:00Z' }, { approximateArrivalOfLastRecord: 'late' }),
    Date.UTC(2026, 0, 2),
  ],
  [
    'nobody knows, for a time without its zone is another one for each who reads it',
    parked({ timestamp: '2026-01-02 00:00:00' }, { approximateArrivalOfLastRecord: '2026-01-02T00:00:00' }),
    undefined,
  ],
  [
    'it was parked, where the other is older than DynamoDB',
    parked({ timestamp: '2026-01-02T00:00:00Z' }, { approximateArrivalOfLastRecord: '1970-01-01T00:00:00Z' }),
    Date.UTC(2026, 0, 2),
  ],
  ['nobody knows, for a number is no text', parked({ timestamp: 2026 }), undefined],
])('it came when %s', (_, text, receivedAtMs) => {
  expect(readParkedBatch(text).receivedAtMs).toBe(receivedAtMs);
});

test('the reason of what is no JSON is kept', () => {
  const cause = expect.any(SyntaxError) as Error;
  expect(() => readParkedBatch('{')).toThrow(expect.objectContaining({ cause }) as Error);
});

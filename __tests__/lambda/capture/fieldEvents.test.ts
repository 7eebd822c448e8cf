import type { AttributeMap } from '../../../core/attributeValue';
import type { StreamRecord } from '../../../core/streamRecord';
import { captureBatch } from '../../../lambda/capture/captureBatch';
import { NewestWritten } from '../../../lambda/capture/newestWritten';
import { MemoryBucket } from '../../support/memoryBucket';
import { sequenceNumber } from '../../fixtures/streamRecords';

const ARN = 'arn:aws:dynamodb:eu-central-1:111111111111:table/games/stream/2024-03-01T10:00:00.000';
const SCORE = { score: { N: '7' } };
const AT_SECONDS = 1_709_287_200;

interface Given {
  readonly event?: 'INSERT' | 'REMOVE';
  readonly id?: string;
  readonly n?: number;
  readonly to?: AttributeMap;
  readonly at?: unknown;
  readonly inside?: object;
  readonly outside?: object;
}

/** As Lambda delivers it. */
function record({ event = 'INSERT', id = 'g1', n = 1, to = SCORE, at = AT_SECONDS, inside, outside }: Given = {}) {
  const keys = { id: { S: id } };
  return {
    ...{ eventID: 'e1', eventName: event, eventVersion: '1.1', eventSource: 'aws:dynamodb', awsRegion: 'eu-central-1' },
    dynamodb: {
      ...{ ApproximateCreationDateTime: at, Keys: keys, SequenceNumber: sequenceNumber(n), SizeBytes: 10 },
      ...{ StreamViewType: 'NEW_AND_OLD_IMAGES', [event === 'REMOVE' ? 'OldImage' : 'NewImage']: { ...keys, ...to } },
      ...inside,
    },
    ...{ eventSourceARN: ARN, ...outside },
  } as unknown as StreamRecord;
}

async function captured(...records: StreamRecord[]) {
  const images = new MemoryBucket();
  const failures: string[] = [];
  const answer = await captureBatch(
    {
      ...{ table: { prefix: '', tableName: 'games', keySchema: { partitionKey: 'id' } }, images, parallelism: 8 },
      ...{ newestWritten: new NewestWritten(10), nowMs: () => Date.UTC(2024, 2, 1, 10, 0, 5) },
      onFailure: (_, reason) => void failures.push((reason as Error).message),
    },
    records,
    new AbortController().signal,
  ).catch((error: unknown) => (error as Error).message);
  return { answer, failures, of: (id: string) => images.stored(`games/${id}/image.json`) };
}

const image = (attributes: AttributeMap = SCORE) => JSON.stringify({ Item: { id: { S: 'g1' }, ...attributes } });

test.each<[string, Given, string, string?]>([
  ['no part that is missing', {}, '2024-03-01T10:00:00.000Z'],
  ['nobody who made it, as null', { outside: { userIdentity: null } }, '2024-03-01T10:00:00.000Z'],
  [
    'a stream of another partition',
    { outside: { eventSourceARN: ARN.replace('aws:', 'aws-us-gov:') } },
    '2024-03-01T10:00:00.000Z',
  ],
  ['a fraction in its time', { at: 1_709_287_200.348366 }, '2024-03-01T10:00:00.348Z'],
  ['a time in milliseconds', { at: 1_709_287_200_123 }, '2024-03-01T10:00:00.123Z'],
  ['a time in microseconds', { at: 1_709_287_200_123_456 }, '2024-03-01T10:00:00.123Z'],
  ['a time as text', { at: '2024-03-01T10:00:00.000Z' }, '2024-03-01T10:00:00.000Z'],
  [
    'empty values and odd names',
    {
      to: { s: { S: '' }, b: { B: '' }, l: { L: [] }, m: { M: {} }, '': { S: 'empty name' }, 'a.b c#:': { S: 'odd' } },
    },
    '2024-03-01T10:00:00.000Z',
    '{"Item":{"":{"S":"empty name"},"a.b c#:":{"S":"odd"},"b":{"B":""},"id":{"S":"g1"},"l":{"L":[]},"m":{"M":{}},"s":{"S":""}}}',
  ],
])('a record with %s is captured', async (_, given, time, body = image()) => {
  const { answer, failures, of } = await captured(record(given));
  expect({ answer, failures }).toEqual({ answer: { batchItemFailures: [] }, failures: [] });
  expect(of('g1')).toEqual([expect.objectContaining({ body })]);
  expect(of('g1')[0]?.metadata['dcs-time']).toBe(time);
});

test.each(['dynamodb.amazonaws.com', 'replication.dynamodb.amazonaws.com'])(
  'a delete by %s is of that name',
  async (service) => {
    const outside = { userIdentity: { type: 'Service', principalId: service } };
    const { answer, of } = await captured(record(), record({ event: 'REMOVE', n: 2, outside }));
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(of('g1')[1]).toMatchObject({ body: '{}', metadata: { 'dcs-event': 'REMOVE', 'dcs-deleted-by': service } });
  },
);

test.each<[string, Given, string]>([
  ['no new image', { inside: { NewImage: null } }, 'the item should be a map of attributes; found null'],
  ['no old one', { event: 'REMOVE', inside: { OldImage: null } }, 'the item should be a map of attributes; found null'],
  ['no stream', { outside: { eventSourceARN: undefined } }, 'its eventSourceARN is "", not a DynamoDB stream\'s'],
  [
    'binary that is no base64',
    { to: { uuid: { B: 'y\u0001\ufffd#>' } } },
    'attribute uuid should be padded standard base64',
  ],
])('a record with %s has failed, and nothing is stored', async (_, given, why) => {
  const { answer, failures, of } = await captured(record(given));
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumber(1) }] });
  expect(failures).toEqual([expect.stringContaining(why)]);
  expect(of('g1')).toEqual([]);
});

test('one without a sequence number fails its batch', async () => {
  const { answer, of } = await captured(record({ inside: { SequenceNumber: undefined } }));
  expect(answer).toContain('sequence number undefined');
  expect(of('g1')).toEqual([]);
});

test('a bad one between good ones is the only one that has failed', async () => {
  const bad = record({ id: 'g2', n: 2, to: { x: { Z: '?' } as never } });
  const { answer, failures, of } = await captured(record(), bad, record({ id: 'g3', n: 3, to: {} }));
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumber(2) }] });
  expect(failures).toEqual([expect.stringContaining('attribute x has the unknown type "Z"')]);
  expect([of('g1').length, of('g2').length, of('g3').length]).toEqual([1, 0, 1]);
});

test('no record at all is nothing to do', async () => {
  expect(await captured()).toMatchObject({ answer: { batchItemFailures: [] }, failures: [] });
});

import fc from 'fast-check';
import type { AttributeMap } from '../../core/attributeValue';
import { UnreadableRecordError } from '../../core/errors';
import { imageBody, itemDigest, NO_ITEM } from '../../core/image';
import { readImage } from '../../core/readImage';
import { recordImage, recordObjectKey, recordSequenceNumber, type StreamRecord } from '../../core/streamRecord';
import { STREAM_LABEL, userRecord, USERS } from '../fixtures/streamRecords';
import { item, meaningOfItem, respelled } from './arbitraries';

const withId = (attributes: AttributeMap): AttributeMap =>
  Object.fromEntries([...Object.entries(attributes), ['id', { S: 'u1' }]]);
const modify = (from: AttributeMap, to: AttributeMap) => {
  const record = userRecord({ id: 'u1', sequenceNumber: '5', from: {}, to: {} });
  return { ...record, dynamodb: { ...record.dynamodb, OldImage: withId(from), NewImage: withId(to) } };
};

const RECEIVED_AT_MS = Date.UTC(2026, 10, 23, 8, 0, 5);

describe('stream records', () => {
  test('law: no type is lost between the record and the item read back from its image', () => {
    fc.assert(
      fc.property(item, item, (before, after) => {
        const { body, metadata } = recordImage(USERS, modify(before, after), RECEIVED_AT_MS);
        const image = readImage({ body, metadata, storedAtMs: 0 });
        expect(meaningOfItem(image.item!)).toEqual(meaningOfItem(withId(after)));
        expect(image.header.previousDigest).toBe(itemDigest(withId(before)));
      }),
    );
  });

  test('law: the same item gives the same bytes from the stream and from a scan', () => {
    const pair = item.chain((original) => fc.tuple(fc.constant(original), respelled(original, fc.nat())));
    fc.assert(
      fc.property(pair, ([inStream, inScan]) => {
        expect(recordImage(USERS, modify({}, inStream), RECEIVED_AT_MS).body).toBe(imageBody(withId(inScan)));
      }),
    );
  });

  test('an insert has no item before it', () => {
    const { metadata } = recordImage(
      USERS,
      userRecord({ id: 'u1', sequenceNumber: '0042', to: { n: { N: '1' } } }),
      RECEIVED_AT_MS,
    );
    expect(metadata).toMatchObject({
      'dcs-event': 'INSERT',
      'dcs-sequence-number': '0042',
      'dcs-stream-label': STREAM_LABEL,
      'dcs-time': '2026-11-23T08:00:00.000Z',
      'dcs-previous-digest': NO_ITEM,
    });
  });

  test('a delete is a tombstone with the digest of what was deleted', () => {
    const { body, metadata } = recordImage(
      USERS,
      userRecord({ id: 'u1', sequenceNumber: '7', from: { n: { N: '1.0' } } }),
      RECEIVED_AT_MS,
    );
    expect(body).toBe('{}');
    expect(metadata['dcs-previous-digest']).toBe(itemDigest({ id: { S: 'u1' }, n: { N: '1' } }));
    expect(metadata).not.toHaveProperty('dcs-deleted-by');
  });

  test('a TTL delete is marked with the service principal', () => {
    const record = {
      ...userRecord({ id: 'u1', sequenceNumber: '7', from: {} }),
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
    };
    expect(recordImage(USERS, record, RECEIVED_AT_MS).metadata['dcs-deleted-by']).toBe('dynamodb.amazonaws.com');
  });

  test('the object key is known even when the images cannot be read', () => {
    const record = userRecord({ id: 'a/b', sequenceNumber: '7', to: { bad: { X: 1 } as never } });
    expect(recordObjectKey(USERS, record)).toBe('users/a%2Fb/image.json');
    expect(() => recordImage(USERS, record, RECEIVED_AT_MS)).toThrow(
      /stream record 7: attribute bad has the unknown type/,
    );
  });

  const good = userRecord({ id: 'u1', sequenceNumber: '7', from: {}, to: {} });
  const change = (dynamodb: object): StreamRecord => ({ ...good, dynamodb: { ...good.dynamodb, ...dynamodb } });
  test.each([
    [
      'an event that is none',
      { ...good, eventName: 'TRUNCATE' },
      /its event is "TRUNCATE"; known are INSERT, MODIFY, REMOVE/,
    ],
    [
      'an event that is a property of every object',
      { ...good, eventName: 'constructor' },
      /its event is "constructor"/,
    ],
    [
      'no new image',
      change({ NewImage: undefined, StreamViewType: 'OLD_IMAGE' }),
      /MODIFY without NewImage: the stream's view type is OLD_IMAGE, it has to be NEW_AND_OLD_IMAGES/,
    ],
    [
      'no images',
      change({ NewImage: undefined, OldImage: undefined, StreamViewType: 'KEYS_ONLY' }),
      /without NewImage and OldImage/,
    ],
    [
      'no old image, although its stream shows both',
      change({ OldImage: undefined, StreamViewType: 'NEW_AND_OLD_IMAGES' }),
      /MODIFY without OldImage, although the stream's view type is NEW_AND_OLD_IMAGES$/,
    ],
    ['null', null as never, /a stream record is null, not an object/],
    [
      'another table',
      { ...good, eventSourceARN: good.eventSourceARN?.replace('users', 'orders') },
      /it is of the table orders, this function captures users/,
    ],
    ['another service', { ...good, eventSourceARN: 'arn:aws:sqs:eu-west-1:1:q' }, /not a DynamoDB stream's/],
    [
      'keys that differ from the image',
      change({ NewImage: { id: { S: 'u2' } } }),
      /its key id is \{"S":"u1"\} and \{"S":"u2"\} in its NewImage/,
    ],
    ['an image without the key', change({ NewImage: {} }), /missing in its NewImage/],
    [
      'an old image that is broken',
      change({ OldImage: { id: 'u1' } }),
      /attribute id should be one DynamoDB JSON value/,
    ],
  ] as [string, StreamRecord, RegExp][])('a record is refused, never guessed at: %s', (_, record, message) => {
    expect(() => recordImage(USERS, record, RECEIVED_AT_MS)).toThrow(UnreadableRecordError);
    expect(() => recordImage(USERS, record, RECEIVED_AT_MS)).toThrow(message);
  });

  test('a change whose record has no time is stored with the time of receipt, and marked', () => {
    const { header, ...image } = recordImage(USERS, change({ ApproximateCreationDateTime: undefined }), RECEIVED_AT_MS);
    expect(header).toMatchObject({ changedAtMs: RECEIVED_AT_MS, isTimeOfReceipt: true });
    expect(readImage({ ...image, storedAtMs: 0 }).header.position).toEqual(header.position);
    expect(image.metadata).toMatchObject({ 'dcs-time': '2026-11-23T08:00:05.000Z', 'dcs-time-source': 'receipt' });
    expect(readImage({ ...image, storedAtMs: 0 }).header.isTimeOfReceipt).toBe(true);
    expect(recordImage(USERS, good, RECEIVED_AT_MS).metadata).not.toHaveProperty('dcs-time-source');
  });

  test.each([
    ['no keys', change({ Keys: undefined }), /it has no Keys/],
    ['keys of another schema', change({ Keys: { pk: { S: 'x' } } }), /expected the key id, found pk/],
  ])('a record is refused by its keys: %s', (_, record, message) => {
    expect(() => recordObjectKey(USERS, record)).toThrow(UnreadableRecordError);
    expect(() => recordObjectKey(USERS, record)).toThrow(message);
  });

  test.each([undefined, '', 'abc', '-1', '1'.repeat(41)])('the sequence number %j is refused', (SequenceNumber) => {
    expect(() => recordSequenceNumber(change({ SequenceNumber }))).toThrow(UnreadableRecordError);
  });
});

describe('a record that is odd', () => {
  const record = userRecord({ id: 'u1', sequenceNumber: '7', to: { n: { N: '1' } } });
  const image = (rest: object) => () => recordImage(USERS, { ...record, ...rest }, RECEIVED_AT_MS);
  const inside = (rest: object) => image({ dynamodb: { ...record.dynamodb, ...rest } });

  test.each<[string, () => unknown, string]>([
    ['is no object', () => recordObjectKey(USERS, 'text' as never), 'a stream record is "text", not an object'],
    [
      'has an event that every object has',
      image({ eventName: 'constructor' }),
      'its event is "constructor"; known are INSERT, MODIFY, REMOVE',
    ],
    ['has a list for its event', image({ eventName: ['INSERT'] }), 'its event is ["INSERT"]'],
    [
      'has nothing of DynamoDB',
      image({ dynamodb: undefined }),
      'stream record without a sequence number: INSERT without NewImage',
    ],
    [
      'has images of nobody, by a stream of no view type',
      inside({ NewImage: undefined, StreamViewType: undefined }),
      "the stream's view type is not given, it has",
    ],
    [
      'has a view type that is none',
      inside({ NewImage: undefined, StreamViewType: 7 }),
      "the stream's view type is not given, it has",
    ],
    ['is of no stream', image({ eventSourceARN: undefined }), 'its eventSourceARN is "", not a'],
    [
      'has another key than its image',
      inside({ Keys: { id: { S: 'u2' } } }),
      'its key id is {"S":"u2"} and {"S":"u1"} in its NewImage',
    ],
    ['has no key', inside({ Keys: {} }), 'its key id is missing and {"S":"u1"} in its NewImage'],
    ['has no key in its image', inside({ NewImage: { n: { N: '1' } } }), 'and missing in its NewImage'],
  ])('and %s is refused with the reason', (_, read, message) => {
    expect(read).toThrow(UnreadableRecordError);
    expect(read).toThrow(message);
  });

  test('the reason is kept', () => {
    expect(inside({ Keys: undefined })).toThrow(
      expect.objectContaining({ cause: expect.any(Error) as Error }) as Error,
    );
  });

  test('a mistake of this program is no record that cannot be read', () => {
    const odd = Object.defineProperty({ ...record }, 'eventName', {
      get: () => {
        throw new TypeError('mistake');
      },
    });
    expect(() => recordImage(USERS, odd, RECEIVED_AT_MS)).toThrow(TypeError);
  });

  test('null has no sequence number', () => {
    expect(() => recordSequenceNumber(null as never)).toThrow(UnreadableRecordError);
  });

  test('a record without anything of DynamoDB has no sequence number', () => {
    expect(() => recordSequenceNumber({})).toThrow('a record has the sequence number undefined');
  });

  test.each([
    ['dynamodb.amazonaws.com', 'dynamodb.amazonaws.com'],
    ['!dynamodb', undefined],
    ['dynamodb\n', undefined],
    ['x'.repeat(256), undefined],
    [7, undefined],
    [undefined, undefined],
  ])('who deleted it is kept where it is the name of a host: %j', (principalId, deletedBy) => {
    const deleted = {
      ...userRecord({ id: 'u1', sequenceNumber: '7', from: {} }),
      userIdentity: { type: 'Service', principalId },
    };
    expect(recordImage(USERS, deleted as never, RECEIVED_AT_MS).header.deletedBy).toBe(deletedBy);
  });
});

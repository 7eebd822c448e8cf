import fc from 'fast-check';
import type { AttributeMap } from '../../core/attributeValue';
import { UnknownFormatError, UnreadableImageError } from '../../core/errors';
import { CLOCK_SLACK_MS } from '../../core/history';
import { backfillImage, encodeImage, itemDigest, NO_ITEM, type ImageHeader } from '../../core/image';
import { readHeader, readImage } from '../../core/readImage';
import { item, meaningOfItem } from './arbitraries';

const STORED_AT_MS = Date.UTC(2026, 10, 23, 8, 0, 9);
const header: ImageHeader = {
  event: 'MODIFY',
  position: { source: 'stream', streamLabel: '2026-11-23T08:00:00.000', sequenceNumber: '300' },
  changedAtMs: Date.UTC(2026, 10, 23, 8, 0, 5),
  previousDigest: itemDigest({ id: { S: 'a' } }),
};
const stored = (body: string, metadata: Record<string, string> = {}) => ({ body, metadata, storedAtMs: STORED_AT_MS });

describe('images', () => {
  test('law: an image that is read back is the item and the header that were written', () => {
    fc.assert(
      fc.property(item, (original) => {
        const { body, metadata } = encodeImage(header, original);
        const read = readImage(stored(body, metadata));
        expect(meaningOfItem(read.item!)).toEqual(meaningOfItem(original));
        expect(read.header).toEqual({ ...header, digest: itemDigest(original), deletedBy: undefined });
        expect(readHeader(stored('', metadata))).toEqual(read.header);
      }),
    );
  });

  test('law: metadata stays within the 2 KB that S3 allows, and is plain ASCII', () => {
    fc.assert(
      fc.property(item, (original) => {
        const text = Object.entries(encodeImage({ ...header, deletedBy: 'dynamodb.amazonaws.com' }, original).metadata)
          .flat()
          .join('');
        expect(text).toMatch(/^[\x20-\x7e]*$/);
        expect(text.length).toBeLessThan(1_024);
      }),
    );
  });

  test('law: no change is later than its image was stored, whatever the image says; its place in the order stays', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 4e12 }), (readAtMs, storedAtMs) => {
        const { metadata } = backfillImage({}, readAtMs);
        const { changedAtMs, statedAtMs, position } = readHeader({ metadata, storedAtMs });
        expect(changedAtMs).toBeLessThanOrEqual(storedAtMs + CLOCK_SLACK_MS);
        expect(statedAtMs ?? changedAtMs).toBe(readAtMs);
        expect(position).toEqual({ source: 'backfill', readAtMs });
      }),
    );
  });

  test('a tombstone is {} and tells who deleted', () => {
    const { body, metadata } = encodeImage({ ...header, event: 'REMOVE', deletedBy: 'dynamodb.amazonaws.com' });
    expect(body).toBe('{}');
    const image = readImage(stored(body, metadata));
    expect(image.item).toBeUndefined();
    expect(image.header.deletedBy).toBe('dynamodb.amazonaws.com');
  });

  test('a backfill image has no place in the stream and nothing to say of the item before', () => {
    const { body, metadata } = backfillImage({ id: { S: 'a' } }, 1_000);
    const { header: read } = readImage(stored(body, metadata));
    expect(read).toMatchObject({ event: 'BACKFILL', position: { source: 'backfill', readAtMs: 1_000 } });
    expect(read.previousDigest).toBeUndefined();
  });

  test('an image of a newer format is refused by name', () => {
    const { body, metadata } = encodeImage(header, {});
    const read = () => readImage(stored(body, { ...metadata, 'dcs-format': '7' }));
    expect(read).toThrow(UnknownFormatError);
    expect(read).toThrow(/format is "7"; this version of dcs reads 1/);
  });

  test.each([
    ['a changed body', { body: '{"Item":{"id":{"S":"b"}}}' }, /its body has the digest/],
    ['a cut body', { body: '{"Item":' }, /its body has the digest/],
    ['no event', { metadata: { 'dcs-event': '' } }, /dcs-event is ""; expected one of INSERT/],
    ['a sequence number that is none', { metadata: { 'dcs-sequence-number': '12x' } }, /dcs-sequence-number is "12x"/],
    ['no stream label', { metadata: { 'dcs-stream-label': '' } }, /dcs-stream-label/],
    ['no time', { metadata: { 'dcs-time': 'yesterday' } }, /dcs-time is "yesterday"/],
    ['no digest', { metadata: { 'dcs-digest': '' } }, /dcs-digest/],
    ['no digest of the item before', { metadata: { 'dcs-previous-digest': '' } }, /dcs-previous-digest/],
    ['an item in a tombstone', { metadata: { 'dcs-event': 'REMOVE' } }, /event is REMOVE and its body has an item/],
  ])(
    'damage is refused: %s',
    (_, { body, metadata }: { body?: string; metadata?: Record<string, string> }, message) => {
      const image = encodeImage(header, { id: { S: 'a' } });
      const read = () => readImage(stored(body ?? image.body, { ...image.metadata, ...metadata }));
      expect(read).toThrow(UnreadableImageError);
      expect(read).toThrow(message);
    },
  );

  test('metadata without a format version is refused, not taken for a predecessor’s', () => {
    expect(() => readImage(stored('{}', { 'dcs-event': 'REMOVE' }))).toThrow(UnknownFormatError);
  });

  test('a missing item has the digest "none", an empty one does not', () => {
    expect(itemDigest(undefined)).toBe(NO_ITEM);
    expect(itemDigest({})).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("the 2018 predecessor's plain JSON", () => {
  const read = (body: string): AttributeMap | undefined => readImage(stored(body)).item;

  test('an item comes back in DynamoDB JSON', () => {
    const body = '{"id":"a","n":12.5,"big":12345678901234567000,"on":true,"nil":null,"list":[1,"x",{}],"m":{"é":""}}';
    expect(read(body)).toEqual({
      id: { S: 'a' },
      n: { N: '12.5' },
      big: { N: '12345678901234567000' },
      on: { BOOL: true },
      nil: { NULL: true },
      list: { L: [{ N: '1' }, { S: 'x' }, { M: {} }] },
      m: { M: { é: { S: '' } } },
    });
  });

  test('binary, written as a Buffer, comes back as binary', () => {
    expect(read('{"id":"a","b":{"type":"Buffer","data":[0,255]}}')).toEqual({ id: { S: 'a' }, b: { B: 'AP8=' } });
  });

  test.each([
    ['of another type', '{"type":"Blob","data":[1]}'],
    ['without bytes', '{"type":"Buffer","data":"AP8="}'],
    ['with a number that is no byte', '{"type":"Buffer","data":[1,256]}'],
    ['with a negative number', '{"type":"Buffer","data":[1,-1]}'],
    ['with half a byte', '{"type":"Buffer","data":[1,0.5]}'],
    ['with text among its bytes', '{"type":"Buffer","data":[1,"2"]}'],
  ])('an object like a Buffer, but %s, is a map', (_, body) => {
    expect(Object.keys(read(`{"id":"a","b":${body}}`)!.b!)).toEqual(['M']);
  });

  const nested = (levels: number) => `{"id":"a","l":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
  test.each([
    ['is no JSON', 'nothing', /its body is neither an image nor JSON: Unexpected token/],
    ['has a number that JavaScript cannot hold', '{"id":"a","n":1e400}', /JSON that DynamoDB cannot hold: .*Infinity/],
    ['has too many levels', nested(1_001), /its body has more than 1000 levels/],
    [
      'has as many levels as are looked at, and more than DynamoDB takes',
      nested(1_000),
      /JSON that DynamoDB cannot hold: the item has more than 128 levels/,
    ],
    ['is JSON and no item: what is said of it is short', JSON.stringify('x'.repeat(99)), /JSON but no item: "x{79}$/],
  ])('what %s is refused with the reason', (_, body, reason) => {
    expect(() => read(body)).toThrow(UnreadableImageError);
    expect(() => read(body)).toThrow(reason);
  });

  test.each(['nothing', '{"id":"a","n":1e400}'])('the error says what caused it: %s', (body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ cause: expect.any(Error) as Error }) as Error);
  });

  test('{} is a delete', () => {
    expect(read('{}')).toBeUndefined();
  });

  test('it is placed by the time S3 stored it', () => {
    const { header: found } = readImage(stored('{"id":"a"}'));
    expect(found).toEqual({
      event: 'PREDECESSOR',
      position: { source: 'predecessor', storedAtMs: STORED_AT_MS },
      changedAtMs: STORED_AT_MS,
    });
  });

  test.each(['', 'not json', '[1]', '"x"', 'null', '3'])('%j is refused', (body) => {
    expect(() => read(body)).toThrow(UnreadableImageError);
  });
});

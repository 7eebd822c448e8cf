import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import type { AttributeMap, AttributeValue } from '../../core/attributeValue';
import { UnreadableValueError } from '../../core/errors';
import {
  isImageKey,
  isInRange,
  isShortened,
  keysOf,
  MAX_OBJECT_KEY_BYTES,
  objectKeyOf,
  rangePrefixes,
  type KeySchema,
} from '../../core/objectKey';
import { generator, meaningOfItem, respellNumber } from './arbitraries';
import { anyCharacter } from '../support/anyCharacter';

const USERS = { prefix: '', tableName: 'users' };
const SIMPLE: KeySchema = { partitionKey: 'id' };
const COMPOSITE: KeySchema = { partitionKey: 'pk', sortKey: 'sk' };

const awkwardText = fc.oneof(
  fc.string({ unit: anyCharacter, minLength: 1, maxLength: 8 }),
  fc
    .array(fc.constantFrom('/', '.', '%', '=', ' ', '+', '2F', '\u0000', 'é', 'sha256-', 'image.json'), {
      minLength: 1,
      maxLength: 5,
    })
    .map((parts) => parts.join('')),
  fc.integer({ min: 200, max: 2048 }).chain((length) => fc.constantFrom('a', '/', '.').map((c) => c.repeat(length))),
);
const S = awkwardText.map((text): AttributeValue => ({ S: text }));
const N = fc.oneof(fc.integer(), fc.integer({ min: -20, max: 20 })).map((n): AttributeValue => ({ N: String(n) }));
const B = fc
  .uint8Array({ minLength: 1, maxLength: 6 })
  .map((bytes): AttributeValue => ({ B: Buffer.from(bytes).toString('base64') }));
const ofOneType = fc.constantFrom(S, N, B);

const simpleKeys = ofOneType
  .chain((type) => fc.tuple(type, type))
  .map((pair) => pair.map((id): AttributeMap => ({ id })));
const compositeKeys = fc
  .tuple(ofOneType, ofOneType)
  .chain(([pk, sk]) => fc.tuple(fc.record({ pk, sk }), fc.record({ pk, sk })));

describe('object keys', () => {
  test.each([
    ['simple', SIMPLE, simpleKeys],
    ['composite', COMPOSITE, compositeKeys],
  ])('law: different items of a table with a %s key never share an object key', (_, schema, pairs) => {
    fc.assert(
      fc.property(pairs as fc.Arbitrary<AttributeMap[]>, ([a, b]) => {
        const isSameItem = isDeepStrictEqual(meaningOfItem(a!), meaningOfItem(b!));
        expect(objectKeyOf(USERS, schema, a!) === objectKeyOf(USERS, schema, b!)).toBe(isSameItem);
      }),
      { numRuns: 1_000 },
    );
  });

  test('law: every object key is valid for S3, and safe in a path and in a URL', () => {
    fc.assert(
      fc.property(compositeKeys, ([keys]) => {
        const objectKey = objectKeyOf({ prefix: 'dcs/', tableName: 'T.a-b_c' }, COMPOSITE, keys);
        expect(Buffer.byteLength(objectKey)).toBeLessThanOrEqual(MAX_OBJECT_KEY_BYTES);
        expect(objectKey).toMatch(/^dcs\/T\.a-b_c\/[A-Za-z0-9\-._~%=/]+\/image\.json$/);
        for (const segment of objectKey.split('/')) expect(['', '.', '..']).not.toContain(segment);
        expect(isImageKey(objectKey)).toBe(true);
      }),
    );
  });

  test('law: a string that is not hashed can be read back from its path segment', () => {
    fc.assert(
      fc.property(awkwardText, (text) => {
        const [, segment = ''] = objectKeyOf(USERS, SIMPLE, { id: { S: text } }).split('/');
        if (!segment.startsWith('=')) expect(decodeURIComponent(segment)).toBe(text);
      }),
    );
  });

  test('law: a number has one object key, however it is spelled', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(), (n, seed) => {
        const other = respellNumber(String(n), generator(seed));
        expect(objectKeyOf(USERS, SIMPLE, { id: { N: other } })).toBe(
          objectKeyOf(USERS, SIMPLE, { id: { N: String(n) } }),
        );
      }),
    );
  });

  test.each([
    ['a UUID', { S: '1274aad3-d77e-46cf-aa31-501f937bcd82' }, 'users/1274aad3-d77e-46cf-aa31-501f937bcd82/image.json'],
    ['an e-mail address', { S: 'zoë@example.com' }, 'users/zo%C3%AB%40example.com/image.json'],
    ['slashes and spaces', { S: 'a/b c' }, 'users/a%2Fb%20c/image.json'],
    ['a dot', { S: '.' }, 'users/%2E/image.json'],
    ['two dots', { S: '..' }, 'users/%2E%2E/image.json'],
    ['three dots', { S: '...' }, 'users/.../image.json'],
    ['a space', { S: ' ' }, 'users/%20/image.json'],
    ['what a percent escape looks like', { S: '%2F' }, 'users/%252F/image.json'],
    ['what a hashed key looks like', { S: '=sha256-00' }, 'users/%3Dsha256-00/image.json'],
    ['reserved characters that encodeURIComponent keeps', { S: "!'()*" }, 'users/%21%27%28%29%2A/image.json'],
    ['a number', { N: '-1.50E+1' }, 'users/-15/image.json'],
    ['binary', { B: '+/8=' }, 'users/-_8/image.json'],
  ] as [string, AttributeValue, string][])('%s stays as readable as it can', (_, id, expected) => {
    expect(objectKeyOf(USERS, SIMPLE, { id })).toBe(expected);
  });

  test('a composite key is two segments, whatever the order of the attributes', () => {
    const keys = { sk: { N: '7' }, pk: { S: 'order' } };
    expect(objectKeyOf({ prefix: 'dcs/', tableName: 'orders' }, COMPOSITE, keys)).toBe('dcs/orders/order/7/image.json');
  });

  test('an object key of exactly 1,024 bytes is spelled out, one byte more is hashed', () => {
    const room = MAX_OBJECT_KEY_BYTES - 'users//image.json'.length;
    const longest = objectKeyOf(USERS, SIMPLE, { id: { S: 'a'.repeat(room) } });
    expect(longest).toBe(`users/${'a'.repeat(room)}/image.json`);
    expect(objectKeyOf(USERS, SIMPLE, { id: { S: 'a'.repeat(room + 1) } })).toMatch(
      /^users\/=sha256-[0-9a-f]{64}\/image\.json$/,
    );
  });

  test('one that is hashed is known by itself, of its own table alone', () => {
    const hashed = objectKeyOf(USERS, SIMPLE, { id: { S: 'a'.repeat(2_000) } });
    expect(isShortened(USERS, hashed)).toBe(true);
    expect(isShortened({ prefix: '', tableName: 'orders' }, hashed)).toBe(false);
    expect(isShortened(USERS, objectKeyOf(USERS, SIMPLE, { id: { S: '=sha256-' } }))).toBe(false);
  });

  test('keys that are not those of the table are told with the next step, and the reason of others is kept', () => {
    expect(() => objectKeyOf(USERS, COMPOSITE, { pk: { S: 'a' }, sk: { S: 'b' }, at: { S: 'c' } })).toThrow(
      "expected the key pk and sk, found pk, sk, at; does the configured key schema match the table's?",
    );
    expect(() => objectKeyOf(USERS, SIMPLE, { id: { S: '\uD800' } })).toThrow(
      expect.objectContaining({ cause: expect.any(URIError) as Error }) as Error,
    );
  });

  test('a key attribute may be called __proto__', () => {
    const schema = { partitionKey: '__proto__' };
    const item = JSON.parse('{"__proto__":{"S":"x"},"other":{"S":"y"}}') as AttributeMap;
    expect(JSON.stringify(keysOf(schema, item))).toBe('{"__proto__":{"S":"x"}}');
    expect(objectKeyOf(USERS, schema, keysOf(schema, item))).toBe('users/x/image.json');
  });

  test.each([
    ['no key', {}, /expected the key id, found no attributes/],
    ['another key', { email: { S: 'x' } }, /expected the key id, found email/],
    ['a key too many', { id: { S: 'x' }, sk: { S: 'y' } }, /expected the key id, found id, sk/],
    ['an empty string', { id: { S: '' } }, /key attribute id is empty/],
    ['empty binary', { id: { B: '' } }, /key attribute id is empty/],
    ['half a surrogate pair', { id: { S: 'a\uD800' } }, /key attribute id is not valid Unicode/],
    ['a type that no key has', { id: { BOOL: true } }, /type S, N or B/],
    ['broken base64', { id: { B: '?' } }, /attribute id should be padded standard base64/],
    ['a value that is none', { id: null }, /key attribute id is null; a DynamoDB key is of type S, N or B/],
    ['a value without a type', { id: 'x' }, /key attribute id is "x"; a DynamoDB key is of type S, N or B/],
    ['text that is a number', { id: { S: 7 } }, /key attribute id should be text; found 7/],
    ['a number that is none', { id: { N: 7 } }, /key attribute id should be text; found 7/],
  ] as unknown as [string, AttributeMap, RegExp][])('%s is refused', (_, keys, message) => {
    expect(() => objectKeyOf(USERS, SIMPLE, keys)).toThrow(UnreadableValueError);
    expect(() => objectKeyOf(USERS, SIMPLE, keys)).toThrow(message);
  });
});

describe('a range of keys', () => {
  test.each([
    ['all items', {}, ['users/']],
    ['a partition', { partition: { S: 'a' } }, ['users/a/', 'users/=sha256-']],
    ['a beginning', { keyPrefix: 'a b' }, ['users/a%20b', 'users/=sha256-']],
    ['one of the sort key', { partition: { N: '1.0' }, keyPrefix: 'b' }, ['users/1/b', 'users/=sha256-']],
    ['a dot, which alone is spelled otherwise', { keyPrefix: '.' }, ['users/.', 'users/%2E', 'users/=sha256-']],
    ['two of them', { keyPrefix: '..' }, ['users/..', 'users/%2E%2E', 'users/=sha256-']],
  ])('of %s, as few object keys are listed as can be', (_, range, prefixes) => {
    expect(rangePrefixes(USERS, COMPOSITE, range)).toEqual(prefixes);
  });

  test('a beginning that is half a character is refused', () => {
    expect(() => rangePrefixes(USERS, COMPOSITE, { keyPrefix: '\uD83D' })).toThrow('a key is not valid Unicode');
  });

  const rangeAndKeys = fc.record({
    pk: ofOneType.chain((type) => type),
    sk: S,
    beginning: awkwardText.map((text) => Array.from(text).slice(0, 3).join('')),
  });

  test('law: every item in it has an object key that starts with one of its prefixes, and with one alone', () => {
    fc.assert(
      fc.property(rangeAndKeys, fc.boolean(), fc.boolean(), ({ pk, sk, beginning }, isOfPartition, isLonger) => {
        const begun = { S: isLonger && 'S' in sk ? beginning + sk.S : beginning };
        const keys: AttributeMap = isOfPartition ? { pk, sk: begun } : { pk: begun, sk };
        const range = { ...(isOfPartition && { partition: pk }), keyPrefix: beginning };
        const objectKey = objectKeyOf(USERS, COMPOSITE, keys);
        const prefixes = rangePrefixes(USERS, COMPOSITE, range);
        expect(prefixes.filter((prefix) => objectKey.startsWith(prefix))).toHaveLength(1);
        expect(isInRange(COMPOSITE, range, keys)).toBe(true);
      }),
    );
  });

  test.each([
    ['another partition', { partition: { S: 'a' } }, { pk: { S: 'ab' }, sk: { S: 'x' } }, false],
    ['a partition of another type', { partition: { S: '1' } }, { pk: { N: '1' }, sk: { S: 'x' } }, false],
    ['a number in another spelling', { partition: { N: '1.0' } }, { pk: { N: '1' }, sk: { S: 'x' } }, true],
    ['another beginning', { keyPrefix: 'b' }, { pk: { S: 'ab' }, sk: { S: 'b' } }, false],
    [
      'a beginning of the sort key',
      { partition: { S: 'a' }, keyPrefix: 'b' },
      { pk: { S: 'a' }, sk: { S: 'bc' } },
      true,
    ],
    ['no sort key', { partition: { S: 'a' }, keyPrefix: 'b' }, { pk: { S: 'a' } }, false],
    ['a number has no beginning', { keyPrefix: '1' }, { pk: { N: '12' }, sk: { S: '1' } }, false],
    ['no range', {}, { pk: { N: '12' }, sk: { S: '1' } }, true],
  ])('%s', (_, range, keys, expected) => {
    expect(isInRange(COMPOSITE, range, keys)).toBe(expected);
  });
});

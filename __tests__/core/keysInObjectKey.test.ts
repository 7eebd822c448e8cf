import fc from 'fast-check';
import { keysInObjectKey, objectKeyOf } from '../../core/objectKey';
import { anyCharacter } from '../support/anyCharacter';

const location = { prefix: 'p/', tableName: 'orders' };
const schema = { partitionKey: 'id', sortKey: 'at' };

const text = fc
  .string({ unit: anyCharacter, minLength: 1, maxLength: 20 })
  .map((S) => ({ type: 'S' as const, value: { S } }));
const number = fc.integer().map((n) => ({ type: 'N' as const, value: { N: String(n) } }));
const binary = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) => ({ type: 'B' as const, value: { B: Buffer.from(bytes).toString('base64') } }));
const key = fc.oneof(
  text,
  number,
  binary,
  fc.constantFrom('.', '..', '/', '=', '%').map((S) => ({ type: 'S' as const, value: { S } })),
);

test('law: the keys that an object key spells are those it was made of', () => {
  fc.assert(
    fc.property(key, key, (id, at) => {
      const keys = { id: id.value, at: at.value };
      const types = { id: id.type, at: at.type };
      expect(keysInObjectKey(location, schema, types, objectKeyOf(location, schema, keys))).toEqual(keys);
    }),
  );
});

test('a key of no known type is text', () => {
  expect(keysInObjectKey(location, schema, {}, 'p/orders/a/1/image.json')).toEqual({ id: { S: 'a' }, at: { S: '1' } });
});

test('a mistake of this program is no unknown key', () => {
  expect(() => keysInObjectKey(location, schema, null as never, 'p/orders/a/1/image.json')).toThrow(TypeError);
});

test.each([
  'p/orders/a/image.json',
  'p/orders/a/b/c/image.json',
  'p/orders/a/1.50/image.json',
  'p/orders/a/x/image.json',
  'p/orders/%zz/1/image.json',
  'p/orders/%41/1/image.json',
  'p/users/a/1/image.json',
  'p/orders/a/1/other.json',
  'x/orders/a/1/image.json',
  '',
  `p/orders/=sha256-${'0'.repeat(64)}/image.json`,
])('%s spells no keys of the table', (objectKey) => {
  expect(keysInObjectKey(location, schema, { id: 'S', at: 'N' }, objectKey)).toBeUndefined();
});

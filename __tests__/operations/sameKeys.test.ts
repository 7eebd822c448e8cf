import fc from 'fast-check';
import { requireConfiguredKeys, requireKeysOfImages, withActualKeys } from '../../operations/sameKeys';

const schema = fc.record({
  partitionKey: fc.constantFrom('id', 'a,b', 'a'),
  sortKey: fc.constantFrom(undefined, 'at', 'b'),
});
const describedAs = ({ partitionKey, sortKey }: { partitionKey: string; sortKey?: string }) => ({
  KeySchema: [
    ...(sortKey === undefined ? [] : [{ AttributeName: sortKey, KeyType: 'RANGE' }]),
    { AttributeName: partitionKey, KeyType: 'HASH' },
  ],
});

test('law: a table is taken when its partition key and sort key are the wanted ones, and only then', () => {
  fc.assert(
    fc.property(schema, schema, (wanted, actual) => {
      const isSame = wanted.partitionKey === actual.partitionKey && wanted.sortKey === actual.sortKey;
      const configured = { prefix: '', tableName: 'users', keySchema: wanted, keyTypes: {} };
      const checks = [
        () => requireConfiguredKeys(configured, describedAs(actual)),
        () => requireKeysOfImages(wanted, 'users', describedAs(actual)),
      ];
      for (const check of checks) {
        if (isSame) expect(check).not.toThrow();
        else expect(check).toThrow('users');
      }
    }),
  );
});

test('both keys are named, and what to do', () => {
  const configured = { prefix: '', tableName: 'users', keySchema: { partitionKey: 'id' }, keyTypes: {} };
  const actual = describedAs({ partitionKey: 'pk', sortKey: 'sk' });
  expect(() => requireConfiguredKeys(configured, actual)).toThrow(
    'the settings give users the key id, the table has pk and sk; correct the settings and deploy them',
  );
  expect(() => requireKeysOfImages({ partitionKey: 'id' }, 'users', actual)).toThrow(
    'the table users has the key pk and sk, the images have id; restore into another table',
  );
});

test('keys that the settings leave out are the table’s, each with its type; those that they give have to be', () => {
  const described = {
    ...describedAs({ partitionKey: 'id', sortKey: 'at' }),
    AttributeDefinitions: [
      { AttributeName: 'at', AttributeType: 'N' },
      { AttributeName: 'byDate', AttributeType: 'S' },
      { AttributeName: 'id', AttributeType: 'B' },
    ],
  };
  const located = { prefix: 'p/', tableName: 'users' };
  const actual = { keySchema: { partitionKey: 'id', sortKey: 'at' }, keyTypes: { id: 'B', at: 'N' } };
  expect(withActualKeys(located, described)).toEqual({ ...located, ...actual });
  const configuredKeys = { keySchema: { partitionKey: 'id' }, keyTypes: { id: 'S' as const } };
  expect(() => withActualKeys({ ...located, configuredKeys }, described)).toThrow('the settings give users the key id');
});

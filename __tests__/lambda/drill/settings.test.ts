import { drilledTable, drillSettings } from '../../../lambda/drill/settings';

test('everything that is wrong with the environment is told at once', () => {
  const wrong = () => drillSettings({ DCS_PREFIX: 'x', DCS_SAMPLE_ITEM_COUNT: '0', DCS_SOURCE_ACCOUNT_ID: 'me' });
  for (const name of [
    'DCS_BUCKET',
    'DCS_PREFIX is "x"',
    'AWS_REGION',
    'DCS_SAMPLE_ITEM_COUNT is "0"',
    'DCS_SOURCE_ACCOUNT_ID is "me"',
    'DCS_SOURCE_REGION',
    'DCS_READER_ROLE_ARN',
  ]) {
    expect(wrong).toThrow(name);
  }
});

test.each([
  undefined,
  {},
  { table: { name: '', partitionKey: { name: 'id', type: 'S' } } },
  { table: { name: 'users', sortKey: { name: 'at', type: 'N' } } },
  { table: { name: 'users', partitionKey: { name: 'id', type: 'X' } } },
])('an event that names no table, or half of its keys, is refused: %j', (event) => {
  expect(() => drilledTable({ prefix: '' }, event as never)).toThrow('write {"table":{"name":"users"');
});

test('the keys of an event are taken, and those of an event without any are left to table.json', () => {
  const partitionKey = { name: 'id', type: 'S' } as const;
  expect(drilledTable({ prefix: 'p/' }, { table: { name: 'users' } })).toEqual({ prefix: 'p/', tableName: 'users' });
  expect(drilledTable({ prefix: '' }, { table: { name: 'users', partitionKey } })).toEqual({
    ...{ prefix: '', tableName: 'users' },
    configuredKeys: { keySchema: { partitionKey: 'id' }, keyTypes: { id: 'S' } },
  });
});

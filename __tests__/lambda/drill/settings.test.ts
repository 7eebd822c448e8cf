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
  { table: { name: 'users' } },
  { table: { name: 'users', partitionKey: { name: 'id', type: 'X' } } },
])('an event that names no table with its keys is refused: %j', (event) => {
  expect(() => drilledTable({ prefix: '' }, event as never)).toThrow('write {"table":{"name":"users"');
});

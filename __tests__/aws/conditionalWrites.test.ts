import { conditionalWrites } from '../../aws/conditionalWrites';
import type { DynamoDbCaller } from '../../aws/signed';

const keys = { id: { S: 'a' } };
const expected = { ...keys, value: { N: '1' } };

test('an item to which somebody has added an attribute is put back after its delete, also when the command is stopped in between', async () => {
  const old = { ...expected, added: { S: 'meanwhile' } };
  const puts: object[] = [];
  const putBack = ((_: string, input: object) => Promise.resolve(puts.push(input))) as unknown as DynamoDbCaller;
  const deleting = (() => Promise.resolve({ Attributes: old })) as unknown as DynamoDbCaller;
  const stoppable = (() => Promise.reject(new Error('stopped'))) as DynamoDbCaller;
  const writes = conditionalWrites('users', stoppable, { delete: deleting, putBack });
  expect(await writes.writeIf({ keys, change: { do: 'delete' }, expected })).toBe(false);
  expect(puts).toMatchObject([{ TableName: 'users', Item: old, ConditionExpression: 'attribute_not_exists(#0)' }]);
});

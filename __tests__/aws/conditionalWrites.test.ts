import { conditionalWrites } from '../../aws/conditionalWrites';
import { RejectedWriteError } from '../../aws/batchCalls';
import { ServiceError, type DynamoDbCaller } from '../../aws/signed';

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

test('an update of more attributes than one call takes, during which somebody else changes the item, is not told as not written', async () => {
  const names = Array.from({ length: 150 }, (_, n) => `a${n}`);
  const set = Object.fromEntries(names.map((name) => [name, { N: '2' }]));
  const refused = new ServiceError('ConditionalCheckFailedException', 'The conditional request failed', 400, new Map());
  const updating = (refusedFrom: number): DynamoDbCaller => {
    let calls = 0;
    return (() => (calls++ < refusedFrom ? Promise.resolve({}) : Promise.reject(refused))) as DynamoDbCaller;
  };
  const update = (call: DynamoDbCaller) =>
    conditionalWrites('users', call).writeIf({ keys, change: { do: 'update', set, remove: [] }, expected });
  expect(await update(updating(0))).toBe(false);
  expect(await update(updating(2))).toBe(true);
  await expect(update(updating(1))).rejects.toThrow('100 of its 150 attributes are as planned');
  await expect(update(updating(1))).rejects.toThrow(RejectedWriteError);
});

import { tableNameIn } from '../../../local/sandbox/dynamoDbGateway';

test.each([
  [{ TableName: 'orders' }],
  [{ TableName: 'arn:aws:dynamodb:ddblocal:000000000000:table/orders' }],
  [{ RequestItems: { orders: [] } }],
  [{ TransactItems: [{ Put: { TableName: 'orders' } }, { Delete: { TableName: 'others' } }] }],
  [{ StreamArn: 'arn:aws:dynamodb:ddblocal:000000000000:table/orders/stream/2026-11-27T01:38:42.891' }],
  [{ ResourceArn: 'arn:aws:dynamodb:eu-central-1:000000000000:table/orders' }],
])('%j is about the table orders', (request) => {
  expect(tableNameIn(JSON.stringify(request))).toBe('orders');
});

test.each(['', '{}', '{"Limit":10}'])('%j names no table', (body) => {
  expect(tableNameIn(body)).toBeUndefined();
});

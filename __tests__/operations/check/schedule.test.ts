import { whyIdle } from '../../../operations/check/scheduleChecks';

const scheduled = {
  ...{ functionName: 'dcs-table-definition', environment: {}, ruleNames: ['dcs-table-definition'] },
  ...{ expression: 'rate(1 day)', tables: ['users', 'orders'] },
};
const target = (input?: string) => ({
  arn: 'arn:aws:lambda:eu-central-1:111111111111:function:dcs-table-definition',
  input,
});
const why = (...targets: { arn: string; input?: string }[]) =>
  whyIdle({ state: 'ENABLED', expression: 'rate(1 day)', targets }, scheduled);

test('every table has to be named by one of the targets that start the function', () => {
  expect(why(target('{"tables":["users","orders"]}'))).toBeUndefined();
  expect(why(target('{"tables":["orders"]}'), target('{"tables":["users"]}'))).toBeUndefined();
  expect(why(target('{"tables":["users"]}'))).toBe('names other tables: orders missing');
  const elsewhere = { arn: 'arn:aws:lambda:eu-central-1:111111111111:function:other', input: '{"tables":["orders"]}' };
  expect(why(target('{"tables":["users"]}'), elsewhere)).toBe('names other tables: orders missing');
});

test.each([undefined, '', 'null', '{"tables":', '{"tables":[1]}'])('a target that sends %p names none', (input) => {
  expect(why(target(input))).toBe('names other tables: users, orders missing');
});

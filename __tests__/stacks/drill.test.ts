import { drilledTable, drillSettings, type DrillEvent } from '../../lambda/drill/settings';
import { scratchTableName } from '../../core/scratchTable';
import { variants } from '../../stacks/variants';
import { resource, resources, statements, synthesize, synthesizeTogether } from './support/synth';

const stack = synthesizeTogether(variants.tables);

test('every table is drilled by its own rule, which sends what the function understands', () => {
  const targets = resources(stack, 'aws_cloudwatch_event_target').filter(({ address }) => address.includes('_drill_'));
  const drilled = targets.map(({ body }) =>
    drilledTable({ prefix: 'dcs/' }, JSON.parse(body.input as string) as DrillEvent),
  );
  expect(drilled.map(({ tableName }) => tableName).sort()).toEqual(['archive.orders_2018', 'orders', 'users']);
  expect(drilled.find(({ tableName }) => tableName === 'orders')).toEqual({
    prefix: 'dcs/',
    tableName: 'orders',
    configuredKeys: {
      keySchema: { partitionKey: 'customerId', sortKey: 'orderedAt' },
      keyTypes: { customerId: 'S', orderedAt: 'N' },
    },
  });
  for (const { body } of targets) {
    expect(body.arn).toBe('${aws_lambda_function.destination_drill_function.arn}');
    const rule = resource(stack, (body.rule as string).replace(/^\$\{|\.name\}$/g, ''));
    expect(rule.name).toMatch(/^dcs-drill-./);
  }
  // One permission for the rules of any number of tables: the policy of a function does not grow with them.
  const permissions = resources(stack, 'aws_lambda_permission').filter(({ address }) => address.includes('_drill_'));
  expect(permissions.map(({ body }) => body.source_arn)).toEqual([
    'arn:aws:events:eu-west-1:222222222222:rule/dcs-drill-*',
  ]);
});

test('the function gets the environment that it reads, and its whole time', () => {
  const { environment, timeout } = resource(stack, 'aws_lambda_function.destination_drill_function');
  const { variables } = environment as { variables: Record<string, string> };
  expect(drillSettings({ ...variables, AWS_REGION: 'eu-west-1' })).toEqual({
    bucket: 'example-dcs-destination',
    prefix: 'dcs/',
    region: 'eu-west-1',
    sampleItemCount: 1_000,
    sourceAccountId: '111111111111',
    sourceRegion: 'eu-central-1',
    readerRoleArn: 'arn:aws:iam::111111111111:role/dcs-drill-reader',
  });
  expect(timeout).toBe(900);
});

test('a drill that found differences is not done again at once', () => {
  expect(resource(stack, 'aws_lambda_function_event_invoke_config.destination_drill_invocation')).toMatchObject({
    maximum_retry_attempts: 0,
  });
});

test('the function may assume the one role of the source account that trusts it', () => {
  const all = statements(stack);
  const assumes = all.find(({ statement }) => statement.Sid === 'ReadLiveTables');
  const trust = all.find(({ statement }) => statement.Sid === 'DrillAssumesRole');
  expect(assumes?.statement.Resource).toBe('arn:aws:iam::111111111111:role/dcs-drill-reader');
  expect(resource(stack, 'aws_iam_role.source_drill-reader').name).toBe('dcs-drill-reader');
  expect(trust?.statement.Condition).toEqual({
    ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::222222222222:role/dcs-drill' },
  });
  expect(resource(stack, 'aws_iam_role.destination_drill_function_role').name).toBe('dcs-drill');
});

test('the reader reads exactly the tables, and decrypts those under a key of their own', () => {
  const own = statements(stack).filter(({ address }) => address === 'aws_iam_role_policy.source_drill-reader_policy');
  expect(own.map(({ statement: { Sid, Resource } }) => [Sid, Resource])).toEqual([
    [
      'ReadItemsByKey',
      ['users', 'orders', 'archive.orders_2018'].map(
        (table) => `arn:aws:dynamodb:eu-central-1:111111111111:table/${table}`,
      ),
    ],
    ['DecryptItems', ['arn:aws:kms:eu-central-1:111111111111:key/11111111-2222-3333-4444-555555555555']],
  ]);
});

test('the names that a drill gives its tables are those that the policies know', () => {
  const scratch = statements(stack).filter(({ statement }) => statement.Sid === 'RemoveScratchTables');
  expect(scratch).toHaveLength(2);
  for (const { statement } of scratch) {
    const pattern = new RegExp(
      `^${String(statement.Resource)
        .replace(/.*:table\//, '')
        .replaceAll('*', '.*')}$`,
    );
    for (const table of ['users', 'x'.repeat(255)]) expect(scratchTableName(table, 0)).toMatch(pattern);
    expect('users').not.toMatch(pattern);
  }
});

test('turned off, nothing of it is deployed in either account', () => {
  const names = Object.values(synthesize(variants.paused)).flatMap((each) =>
    resources(each).map(({ address }) => address),
  );
  expect(names.filter((name) => name.includes('drill'))).toEqual([]);
});

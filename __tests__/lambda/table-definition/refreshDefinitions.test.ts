import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { createTableOf } from '../../../aws/tableDefinition';
import {
  keySchemaOf,
  readTableDefinition,
  tableDefinitionText,
  type TableDefinition,
} from '../../../core/tableDefinition';
import { refreshDefinitions } from '../../../lambda/table-definition/refreshDefinitions';
import { tableDefinitionSettings, tablesToDefine } from '../../../lambda/table-definition/settings';
import { MemoryBucket } from '../../support/memoryBucket';

const definitionOf = (
  tableName: string,
  billing: 'PAY_PER_REQUEST' | 'PROVISIONED' = 'PAY_PER_REQUEST',
): TableDefinition => ({
  format: '1',
  tableName,
  createTable: {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: billing,
  },
});

describe('refreshing table.json', () => {
  test('a definition becomes a new version only when it changed', async () => {
    const texts = new MemoryBucket();
    let definition = definitionOf('users');
    const context = { prefix: 'dcs/', texts, describe: () => Promise.resolve(definition) };
    expect(await refreshDefinitions(context, ['users'])).toEqual({ users: 'written' });
    expect(await refreshDefinitions(context, ['users'])).toEqual({ users: 'unchanged' });
    definition = definitionOf('users', 'PROVISIONED');
    expect(await refreshDefinitions(context, ['users'])).toEqual({ users: 'written' });
    expect(texts.stored('dcs/users/table.json')).toHaveLength(2);
  });

  test('a table that fails does not keep the others from being refreshed, and fails the invocation by name', async () => {
    const texts = new MemoryBucket();
    const describe = (name: string) =>
      name === 'gone' ? Promise.reject(new Error('Requested resource not found')) : Promise.resolve(definitionOf(name));
    await expect(refreshDefinitions({ prefix: '', texts, describe }, ['gone', 'users'])).rejects.toThrow(
      '1 of 2 table definitions were not refreshed. gone: Requested resource not found',
    );
    expect(texts.keys()).toEqual(['users/table.json']);
  });

  test('what is wrong with the environment is said at once', () => {
    const read = () => tableDefinitionSettings({ DCS_PREFIX: 'x' });
    for (const name of ['DCS_BUCKET', 'DCS_PREFIX is "x"']) expect(read).toThrow(name);
  });

  test('the schedule names the tables; any other event is refused with what to write', () => {
    expect(tablesToDefine({ tables: ['a', 'b'] })).toEqual(['a', 'b']);
    const others = [undefined, null, {}, { tables: [] }, { tables: 'a' }, { tables: ['a', ''] }, { tables: [1] }];
    for (const event of others) expect(() => tablesToDefine(event)).toThrow('write {"tables":["users"]}');
  });
});

describe('table definitions', () => {
  const described: TableDescription = {
    TableName: 'orders',
    ItemCount: 12,
    AttributeDefinitions: [
      { AttributeName: 'sk', AttributeType: 'N' },
      { AttributeName: 'pk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6, NumberOfDecreasesToday: 1 },
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-day',
        IndexStatus: 'ACTIVE',
        ItemCount: 3,
        KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['b', 'a'] },
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 2, NumberOfDecreasesToday: 0 },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    DeletionProtectionEnabled: true,
  };

  test('they are the input of CreateTable, without what changes by itself', () => {
    expect(createTableOf(described)).toEqual({
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'N' },
      ],
      KeySchema: described.KeySchema,
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-day',
          KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['a', 'b'] },
          ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 2 },
        },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      DeletionProtectionEnabled: true,
    });
  });

  test('an on-demand table has no provisioned throughput, which DescribeTable shows as zeros', () => {
    const onDemand = createTableOf({
      ...described,
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    });
    expect(onDemand.BillingMode).toBe('PAY_PER_REQUEST');
    expect(JSON.stringify(onDemand)).not.toContain('ProvisionedThroughput');
  });

  test('what is stored is read back', () => {
    const definition = {
      ...definitionOf('orders'),
      createTable: createTableOf(described),
      timeToLiveAttributeName: 'ttl',
    };
    expect(readTableDefinition(tableDefinitionText(definition))).toEqual(definition);
    expect(keySchemaOf(definition)).toEqual({ partitionKey: 'pk', sortKey: 'sk' });
    expect(keySchemaOf(definitionOf('users'))).toEqual({ partitionKey: 'id', sortKey: undefined });
  });

  test.each([
    ['text', 'table.json is not JSON'],
    ['{"format":"2"}', 'table.json has the format "2"; this version of dcs reads 1'],
    ['{"format":"1","tableName":"t"}', 'createTable'],
  ])('%s is refused', (text, message) => expect(() => readTableDefinition(text)).toThrow(message));
});

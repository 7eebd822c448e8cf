import fc from 'fast-check';
import { DcsError } from '../../core/errors';
import {
  keySchemaIn,
  keySchemaOf,
  LARGEST_DEFINITION_BYTES,
  readTableDefinition,
  requireTable,
  tableDefinitionKey,
  tableDefinitionText,
  UnreadableDefinitionError,
  type TableDefinition,
} from '../../core/tableDefinition';

const attribute = (AttributeName: string, AttributeType = 'S') => ({ AttributeName, AttributeType });
const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' });
const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' });
const index = { IndexName: 'by-mail', KeySchema: [hash('mail')], Projection: { ProjectionType: 'ALL' } };
const createTable = {
  AttributeDefinitions: [attribute('id'), attribute('at', 'N'), attribute('mail', 'B')],
  KeySchema: [hash('id'), range('at')],
  BillingMode: 'PAY_PER_REQUEST',
  LocalSecondaryIndexes: [{ ...index, KeySchema: [hash('id'), range('mail')] }],
  GlobalSecondaryIndexes: [index],
  Tags: [{ Key: 'team', Value: '' }],
};
const whole = {
  ...{ format: '1', tableName: 'users', createTable, timeToLiveAttributeName: 'expires', pointInTimeRecoveryDays: 35 },
  ...{ tableId: 'id', createdAt: '2026-01-01T00:00:00Z', kmsKeyArn: 'arn:aws:kms:x' },
} as unknown as TableDefinition;

/** Why it cannot be used; undefined where it can. */
function problem(definition: object): string | undefined {
  try {
    readTableDefinition(JSON.stringify(definition));
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(UnreadableDefinitionError);
    return (error as Error).message;
  }
}
const changed = (more: object) => problem({ ...whole, createTable: { ...createTable, ...more } });

test('what was written is read as the same, byte order mark or not', () => {
  const text = tableDefinitionText(whole);
  expect(text.endsWith('}\n')).toBe(true);
  for (const one of [text, `\uFEFF${text}`]) expect(readTableDefinition(one)).toEqual(whole);
  expect(tableDefinitionKey({ prefix: 'p/', tableName: 'users' })).toBe('p/users/table.json');
});

test('what need not be there may be missing, and what else CreateTable takes is passed on', () => {
  const least = { AttributeDefinitions: [attribute('id')], KeySchema: [hash('id')] };
  expect(problem({ format: '1', tableName: 'u', createTable: least })).toBeUndefined();
  for (const days of [1, 35]) expect(problem({ ...whole, pointInTimeRecoveryDays: days })).toBeUndefined();
  const more = {
    ...whole,
    createTable: { ...createTable, WarmThroughput: { ReadUnitsPerSecond: 7 }, BillingMode: 'PROVISIONED' },
  };
  expect(readTableDefinition(JSON.stringify(more))).toEqual(more);
});

test.each<[string, object, string]>([
  ['no tableName', { tableName: undefined }, 'tableName: '],
  ['an empty one', { tableName: '' }, 'tableName: '],
  ['no createTable', { createTable: undefined }, 'createTable: '],
  ['an empty time to live', { timeToLiveAttributeName: '' }, 'timeToLiveAttributeName: '],
  ['no day of recovery', { pointInTimeRecoveryDays: 0 }, 'pointInTimeRecoveryDays: '],
  ['too many days', { pointInTimeRecoveryDays: 36 }, 'pointInTimeRecoveryDays: '],
  ['half a day', { pointInTimeRecoveryDays: 1.5 }, 'pointInTimeRecoveryDays: '],
  ['an empty id', { tableId: '' }, 'tableId: '],
  ['a number for when it was made', { createdAt: 7 }, 'createdAt: '],
])('%s is damaged, and said where', (_, more, where) => {
  const told = problem({ ...whole, ...more });
  expect(told).toContain(`table.json is damaged: ${where}`);
  expect(told).toContain('Restore an earlier version of it, or give a definition of your own (--definition)');
});

test.each<[string, object, string]>([
  ['no keys', { KeySchema: [] }, 'createTable.KeySchema: '],
  ['three keys', { KeySchema: [hash('id'), range('at'), range('mail')] }, 'createTable.KeySchema: '],
  ['a sort key alone', { KeySchema: [range('at')] }, 'HASH, then RANGE at most'],
  ['the sort key first', { KeySchema: [range('at'), hash('id')] }, 'HASH, then RANGE at most'],
  ['two partition keys', { KeySchema: [hash('id'), hash('at')] }, 'HASH, then RANGE at most'],
  ['a key of no type', { AttributeDefinitions: [attribute('id')] }, 'every key attribute is in AttributeDefinitions'],
  ['keys of no type', { AttributeDefinitions: [] }, 'every key attribute is in AttributeDefinitions'],
  [
    'a type that is none',
    { AttributeDefinitions: [attribute('id', 'BOOL'), attribute('at')] },
    'AttributeDefinitions.0.AttributeType: ',
  ],
  [
    'an attribute without a name',
    { AttributeDefinitions: [{ AttributeType: 'S' }] },
    'AttributeDefinitions.0.AttributeName: ',
  ],
  ['a key without a name', { KeySchema: [{ KeyType: 'HASH' }] }, 'KeySchema.0.AttributeName: '],
  ['a key that is neither', { KeySchema: [{ AttributeName: 'id', KeyType: 'BOTH' }] }, 'KeySchema.0.KeyType: '],
  ['a billing mode that is none', { BillingMode: 'FREE' }, 'createTable.BillingMode: '],
  [
    'a local index without a name',
    { LocalSecondaryIndexes: [{ ...index, IndexName: undefined }] },
    'LocalSecondaryIndexes.0.IndexName: ',
  ],
  [
    'a global one without keys',
    { GlobalSecondaryIndexes: [{ ...index, KeySchema: undefined }] },
    'GlobalSecondaryIndexes.0.KeySchema: ',
  ],
  [
    'one without a projection',
    { GlobalSecondaryIndexes: [{ ...index, Projection: undefined }] },
    'GlobalSecondaryIndexes.0.Projection: ',
  ],
  ['a tag without a key', { Tags: [{ Value: 'x' }] }, 'Tags.0.Key: '],
  ['a tag without a value', { Tags: [{ Key: 'x' }] }, 'Tags.0.Value: '],
])('a table of %s is damaged, and said where', (_, more, where) => {
  expect(changed(more)).toContain(where);
});

test('every problem is told at once', () => {
  expect(problem({ ...whole, tableName: '', tableId: '' })).toMatch(/tableName: [^;]+; tableId: [^;]+\. Restore/);
});

test.each([
  ['text', 'x', 'table.json is not JSON: '],
  ['half of it', tableDefinitionText(whole).slice(0, 50), 'table.json is not JSON: '],
  ['UTF-16', Buffer.from('{"format":"1"}', 'utf16le').toString('utf8'), 'table.json cannot be read: it is UTF-16'],
  ['null', 'null', 'table.json has the format undefined; this version of dcs reads 1'],
  ['a number', '7', 'table.json has the format undefined'],
  ['no format', '{}', 'table.json has the format undefined'],
  [
    'another format',
    '{"format":"2"}',
    'table.json has the format "2"; this version of dcs reads 1. Use the version that wrote it',
  ],
  ['a format as a number', '{"format":1}', 'table.json has the format 1;'],
])('%s is refused', (_, text, told) => {
  expect(() => readTableDefinition(text)).toThrow(UnreadableDefinitionError);
  expect(() => readTableDefinition(text)).toThrow(told);
});

test('the largest table there can be has a definition that is read: twenty indexes of every attribute, and fifty tags', () => {
  const long = (at: number) => `${at}`.padStart(255, 'x');
  const NonKeyAttributes = Array.from({ length: 20 }, (_, at) => long(at));
  const largest = {
    ...{ ...createTable, Tags: Array.from({ length: 50 }, (_, at) => ({ Key: long(at).slice(127), Value: long(at) })) },
    GlobalSecondaryIndexes: Array.from({ length: 20 }, (_, at) => ({
      ...{ IndexName: long(at), KeySchema: [hash('id'), range('at')] },
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes },
    })),
  };
  const text = tableDefinitionText({ ...whole, createTable: largest } as unknown as TableDefinition);
  expect(problem(JSON.parse(text) as object)).toBeUndefined();
  expect(Buffer.byteLength(text)).toBeLessThan(LARGEST_DEFINITION_BYTES / 4);
});

test('why it is not JSON is kept', () => {
  expect.hasAssertions();
  try {
    readTableDefinition('x');
  } catch (error) {
    expect((error as { cause: Error }).cause.name).toBe('SyntaxError');
  }
});

test('a definition is that of a table which is meant, or refused by name', () => {
  expect(requireTable(whole, ['orders', 'users'])).toBe(whole);
  expect(() => requireTable(whole, ['orders', 'carts'])).toThrow(UnreadableDefinitionError);
  expect(() => requireTable(whole, ['orders', 'carts'])).toThrow(
    'it is the definition of the table users, not of orders or carts; correct its tableName if it is meant',
  );
});

test('the keys of a table are those of either type, in whatever order', () => {
  expect(keySchemaIn({ KeySchema: [range('at'), hash('id')] }, 'users')).toEqual({ partitionKey: 'id', sortKey: 'at' });
  expect(keySchemaOf(whole)).toEqual({ partitionKey: 'id', sortKey: 'at' });
  expect(keySchemaIn({ KeySchema: [hash('id')] }, 'users')).toEqual({ partitionKey: 'id', sortKey: undefined });
  for (const none of [{}, { KeySchema: [range('at')] }]) {
    expect(() => keySchemaIn(none, 'users')).toThrow(DcsError);
    expect(() => keySchemaIn(none, 'users')).toThrow('the definition of users has no partition key (KeyType HASH)');
  }
});

test('law: with anything in the place of any of its parts it is read, or refused by name', () => {
  const parts = fc.constantFrom(...Object.keys(createTable));
  fc.assert(
    fc.property(parts, fc.jsonValue(), (name, value) => {
      const told = changed({ [name]: value });
      if (told !== undefined) expect(told).toContain('createTable');
    }),
  );
});

import { UsageError } from '../../core/errors';
import { tableDefinitionText, type TableDefinition } from '../../core/tableDefinition';
import { definitionAt, knownTable } from '../../operations/tables';
import { MemoryBucket } from '../support/memoryBucket';

const USERS = { prefix: '', tableName: 'users' };
const CONFIGURED = { keySchema: { partitionKey: 'id', sortKey: undefined }, keyTypes: { id: 'S' } } as const;

function definition(more: Partial<TableDefinition> = {}): string {
  return tableDefinitionText({
    format: '1',
    tableName: 'users',
    createTable: {
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    },
    ...more,
  });
}

/** The versions of a table.json, a second apart from second 1 on. */
function bucketWith(...bodies: readonly string[]): MemoryBucket {
  const bucket = new MemoryBucket();
  bodies.forEach((body, i) => bucket.store('users/table.json', { body, metadata: {} }, (i + 1) * 1_000));
  return bucket;
}
const planted = definition({ timeToLiveAttributeName: 'createdAt' });

test('of the definitions stored by the moment the last one counts, else the first there is', async () => {
  const bucket = bucketWith(definition({ pointInTimeRecoveryDays: 1 }), definition({ pointInTimeRecoveryDays: 2 }));
  const days = async (momentMs: number) =>
    (await definitionAt(bucket, USERS, { momentMs })).definition?.pointInTimeRecoveryDays;
  expect([await days(500), await days(1_500), await days(Infinity)]).toEqual([1, 1, 2]);
});

test('a definition that was planted after the moment of a takeover is not looked at, whatever moment is restored', async () => {
  const when = { momentMs: Infinity, storedByMs: 1_500 };
  const seen = await definitionAt(bucketWith(definition(), planted), USERS, when);
  expect(seen).toEqual({ definition: JSON.parse(definition()) as unknown, passedOver: [] });
  const onlyPlanted = await definitionAt(bucketWith(planted), USERS, { momentMs: Infinity, storedByMs: 500 });
  expect(onlyPlanted).toEqual({ passedOver: [] });
});

test('of what is stored nothing is used that this service does not store: no policy, and no key of others', async () => {
  const own = JSON.parse(definition()) as TableDefinition;
  const more = {
    ResourcePolicy: '{"Statement":[{"Effect":"Allow","Principal":"*"}]}',
    SSESpecification: { Enabled: true, KMSMasterKeyId: 'arn:aws:kms:eu-west-1:666666666666:key/x' },
    TableName: 'others',
  };
  const body = definition({ createTable: { ...own.createTable, ...more } });
  const seen = await definitionAt(bucketWith(body), USERS, { momentMs: Infinity });
  expect(seen).toEqual({ definition: own, passedOver: [] });
});

const ODD = {
  'no JSON': '{"format"',
  'an unknown format': '{"format":"9"}',
  'the definition of another table': definition({ tableName: 'orders' }),
  'without a partition key': definition().replaceAll('"HASH"', '"RANGE"'),
  'without the types of its keys': definition().replace(
    '"AttributeName": "id",\n        "AttributeType"',
    '"AttributeName": "other",\n        "AttributeType"',
  ),
  'with one attribute for both keys': definition().replace('"HASH"', '"HASH"},{"AttributeName":"id","KeyType":"RANGE"'),
  'too large to be one': ' '.repeat(5_000_000),
};

describe.each(Object.entries(ODD))('a table.json that is %s', (name, body) => {
  test('is told by name, and the one before it counts', async () => {
    const { definition: used, passedOver } = await definitionAt(bucketWith(definition(), body), USERS, {
      momentMs: Infinity,
    });
    expect(used?.tableName).toBe('users');
    expect(passedOver).toEqual([expect.stringContaining(name === 'the definition of another table' ? 'orders' : '')]);
    expect(passedOver[0]).toMatch(/^the version stored 1970-01-01T00:00:02\.000Z: /);
  });

  test('does not stand in the way of keys that are said', async () => {
    const located = { ...USERS, configuredKeys: CONFIGURED };
    const known = await knownTable(bucketWith(body), located, { momentMs: Infinity });
    expect(known.table).toEqual({ ...USERS, ...CONFIGURED });
    expect(known).toMatchObject({ definition: undefined, passedOver: [expect.any(String)] });
  });

  test('does not stand in the way of a definition that is given', async () => {
    const given = JSON.parse(definition()) as TableDefinition;
    const known = await knownTable(bucketWith(body), USERS, { momentMs: Infinity, given });
    expect(known).toMatchObject({ definition: given, passedOver: [], table: { keySchema: { partitionKey: 'id' } } });
  });

  test('is why a table without keys is refused', async () => {
    const looked = knownTable(bucketWith(body), USERS, { momentMs: Infinity });
    await expect(looked).rejects.toThrow(UsageError);
    await expect(looked).rejects.toThrow(/users\/table\.json.*the version stored .*--partition-key/s);
  });
});

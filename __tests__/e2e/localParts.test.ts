import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createVersionedBucket } from '../../local/aws/versionedBucket';
import { databaseSettings } from '../../local/parts/servers';
import { startParts, type Parts } from '../../local/parts/startParts';
import { findTools } from '../../local/parts/tools';
import { bucketIn, startTwoAccounts } from './support/twoAccounts';

jest.setTimeout(60_000);

let parts: Parts;
beforeAll(async () => {
  parts = await startTwoAccounts();
});
afterAll(() => parts.stop());

test('each account is itself, with buckets that the other does not have', async () => {
  for (const { accountId, ...account } of [parts.source, parts.destination]) {
    const { Account } = await new STSClient(account).send(new GetCallerIdentityCommand({}));
    expect(Account).toBe(accountId);
    const bucket = bucketIn(account, `bucket-of-${accountId}`);
    await createVersionedBucket(account, bucket.bucket);
    expect(await bucket.owned()).toEqual([bucket.bucket]);
  }
});

test('a bucket refuses what its conditions forbid: the parts know conditional writes', async () => {
  const bucket = bucketIn(parts.source, 'conditions');
  await createVersionedBucket(parts.source, bucket.bucket);
  await bucket.put('k', 'one', { IfNoneMatch: '*' });
  await expect(bucket.put('k', 'two', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
});

test('tables of one name live in databases of their own, whatever these are called', async () => {
  for (const name of ['users', 'users-2', 'ü/.', 'x'.repeat(255)]) {
    const client = new DynamoDBClient(databaseSettings(parts.dynamoDb, name));
    await client.send(
      new CreateTableCommand({
        TableName: 'users',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual(['users']);
    client.destroy();
  }
});

test('S3 is reached on the loopback address only', async () => {
  const others = Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.filter(({ internal, family }) => !internal && family === 'IPv4'),
  );
  for (const { address } of others) {
    for (const { s3Endpoint } of [parts.source, parts.destination]) {
      const [error] = (await once(connect(Number(new URL(s3Endpoint).port), address), 'error')) as [Error];
      expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    }
  }
});

test('when a part cannot start, the others are stopped and the error says which', async () => {
  const tools = await findTools(process.env, console.warn);
  const broken = { ...tools, java: process.execPath };
  const starting = startParts(broken, {
    sourceAccountId: '111111111111',
    sourceRegion: 'eu-central-1',
    destinationAccountId: '222222222222',
    destinationRegion: 'us-east-1',
  });
  // Were one left, this test's process would not end: a part that runs keeps its owner alive.
  await expect(starting).rejects.toThrow(/DynamoDB Local ended with 9\. Its last output:\n.*bad option/s);
});

import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { CreateTopicCommand, ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { createVersionedBucket } from '../../local/aws/versionedBucket';
import { databaseSettings, type DynamoDbPart } from '../../local/parts/servers';
import { sharedAccount, sharedDynamoDb } from './support/servers/shared';
import { bucketIn } from './support/twoAccounts';

/** Makes what the files of a run leave: an object, a table, a topic. */
async function fill(account: Awaited<ReturnType<typeof sharedAccount>>): Promise<void> {
  await createVersionedBucket(account, 'left');
  await bucketIn(account, 'left').put('k', 'body');
  await makeTable(new DynamoDBClient(account));
  await new SNSClient(account).send(new CreateTopicCommand({ Name: 'left' }));
}

const makeTable = (client: DynamoDBClient) =>
  client.send(
    new CreateTableCommand({
      TableName: 'left',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );

const accountIn = async (account: ConstructorParameters<typeof STSClient>[0]) =>
  (await new STSClient(account!).send(new GetCallerIdentityCommand({}))).Account;
const tablesIn = async (settings: ConstructorParameters<typeof DynamoDBClient>[0]) =>
  (await new DynamoDBClient(settings!).send(new ListTablesCommand({}))).TableNames;

async function everythingIn(account: Awaited<ReturnType<typeof sharedAccount>>) {
  const { Topics } = await new SNSClient(account).send(new ListTopicsCommand({}));
  return { buckets: await bucketIn(account, 'left').owned(), tables: await tablesIn(account), topics: Topics };
}

test('an account is given with nothing in it, whatever was left there, and to nobody whom it was given before', async () => {
  const before = await sharedAccount('111111111111', 'eu-central-1');
  await before.stop();
  for (let file = 0; file < 3; file++) {
    const account = await sharedAccount('111111111111', 'eu-central-1');
    expect(account.endpoint).toBe(before.endpoint);
    expect(await everythingIn(account)).toEqual({ buckets: [], tables: [], topics: [] });
    expect(await accountIn(account)).toBe('111111111111');
    expect(await accountIn(before)).not.toBe('111111111111');
    await fill(account);
    // Its end is over: what is given to others meanwhile stays theirs.
    await before.stop();
    expect(await everythingIn(account)).toEqual({ buckets: ['left'], tables: ['left'], topics: [expect.anything()] });
    await account.stop();
  }
});

test('a file that has an account is not given it again, which would empty it', async () => {
  const account = await sharedAccount('111111111111', 'eu-central-1');
  await expect(sharedAccount('111111111111', 'eu-central-1')).rejects.toThrow('this file has moto/');
  await account.stop();
});

test('each share of a DynamoDB Local has databases of its own, whatever their names; a server has at most eight shares', async () => {
  const shares: DynamoDbPart[] = [];
  for (let i = 0; i < 10; i++) {
    const share = await sharedDynamoDb();
    shares.push(share);
    expect(await tablesIn(databaseSettings(share, 'users'))).toEqual([]);
    await makeTable(new DynamoDBClient(databaseSettings(share, 'users')));
    await share.stop();
  }
  expect(new Set(shares.map(({ databasePrefix }) => databasePrefix)).size).toBe(10);
  // Files of this worker that came before have had some of the first server's.
  const [first, ...others] = [...new Set(shares.map(({ endpoint }) => endpoint))];
  expect(others.length).toBeGreaterThan(0);
  for (const server of [first, ...others])
    expect(shares.filter(({ endpoint }) => endpoint === server).length).toBeLessThanOrEqual(8);
  await expect(fetch(shares[0]!.endpoint)).rejects.toThrow();
});

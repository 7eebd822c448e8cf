import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  type LifecycleRuleFilter,
  type ListObjectVersionsCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { gzipSync } from 'node:zlib';
import { s3Client } from '../../aws/s3Client';
import { createVersionedBucket } from '../../local/aws/versionedBucket';
import { TableImportStandIn } from '../../local/engine/tableImport';
import { startAccount } from '../../local/parts/account';
import { databaseSettings } from '../../local/parts/servers';
import { startParts, type Parts } from '../../local/parts/startParts';
import { asker, REQUESTS } from './support/asMoto';
import { ownParts } from './support/servers/shared';
import { bucketIn, startTwoAccounts } from './support/twoAccounts';
import { toolsOfTheRun } from '../support/toolsOfTheRun';

let parts: Parts;
beforeAll(async () => {
  parts = await startTwoAccounts(ownParts);
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

describe('a listing of versions', () => {
  const KEYS = ['a/1', 'a/2', 'a/2/x', 'b/ü', 'b/3', 'c'];
  let bucket: ReturnType<typeof bucketIn>;
  let s3: S3Client;
  beforeAll(async () => {
    bucket = bucketIn(parts.source, 'listings');
    s3 = s3Client({ ...parts.source, endpoint: parts.source.s3Endpoint });
    await createVersionedBucket(parts.source, bucket.bucket);
    for (const key of KEYS) for (const body of ['1', '2', '3']) await bucket.put(key, body);
    await bucket.deleteMany(['a/2', 'c']);
    await bucket.put('c', '4');
  });

  const list = (options: Partial<ListObjectVersionsCommandInput>) =>
    s3.send(new ListObjectVersionsCommand({ Bucket: bucket.bucket, ...options }));
  const idOf = ({ VersionId }: { VersionId?: string }) => VersionId!;
  async function paged(options: Partial<ListObjectVersionsCommandInput>) {
    const [ids, prefixes]: [string[], string[]] = [[], []];
    let [KeyMarker, VersionIdMarker]: (string | undefined)[] = [];
    for (;;) {
      const page = await list({ ...options, KeyMarker, VersionIdMarker });
      ids.push(...(page.Versions ?? []).map(idOf), ...(page.DeleteMarkers ?? []).map(idOf));
      prefixes.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!));
      if (page.IsTruncated !== true) return { ids: ids.sort(), prefixes };
      [KeyMarker, VersionIdMarker] = [page.NextKeyMarker, page.NextVersionIdMarker];
    }
  }

  test.each([1, 2, 3, 5])('is the same in pages of %i as in one', async (MaxKeys) => {
    const variants: Partial<ListObjectVersionsCommandInput>[] = [{}, { Prefix: 'a/' }, { Delimiter: '/' }];
    for (const options of [...variants, { Prefix: 'a/', Delimiter: '/' }, { Prefix: 'none' }]) {
      expect(await paged({ ...options, MaxKeys })).toEqual(await paged(options));
    }
  });

  test('has every version once, the newest of a key first, and one latest for each key', async () => {
    expect((await paged({})).ids).toHaveLength(KEYS.length * 3 + 3);
    const { Versions = [], DeleteMarkers = [] } = await list({});
    const ids = Versions.filter(({ Key }) => Key === 'c').map(({ VersionId }) => VersionId!);
    const bodies = await Promise.all(ids.map(async (id) => Buffer.from((await bucket.get('c', id)).bytes).toString()));
    expect(bodies).toEqual(['4', '3', '2', '1']);
    const latest = [...Versions, ...DeleteMarkers].filter(({ IsLatest }) => IsLatest);
    expect(latest.map(({ Key }) => Key).sort()).toEqual([...KEYS].sort());
    expect(DeleteMarkers.filter(({ IsLatest }) => IsLatest).map(({ Key }) => Key)).toEqual(['a/2']);
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html, KeyMarker and VersionIdMarker
  test('goes on with the next key after a key alone, whether it is there or not', async () => {
    const keysAfter = async (KeyMarker: string) => new Set((await list({ KeyMarker })).Versions?.map(({ Key }) => Key));
    expect([...(await keysAfter('a/2'))]).toEqual(['a/2/x', 'b/3', 'b/ü', 'c']);
    expect([...(await keysAfter('b'))]).toEqual(['b/3', 'b/ü', 'c']);
  });

  test('leaves nothing behind in the server', async () => {
    await list({});
    const models = (await (await fetch(`${parts.source.s3Endpoint}/moto-api/data.json`)).json()) as {
      s3: { FakeKey: unknown[]; FakeDeleteMarker: unknown[] };
    };
    expect(models.s3).toMatchObject({ FakeKey: [], FakeDeleteMarker: [] });
  });
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
describe('a lifecycle configuration', () => {
  const tag = { Key: 'dcs-covered', Value: 'yes' };
  const filters: LifecycleRuleFilter[] = [
    ...[
      { Prefix: '' },
      { Prefix: 'a/' },
      { Tag: tag },
      { ObjectSizeGreaterThan: 1_048_575 },
      { ObjectSizeLessThan: 3 },
    ],
    { And: { Prefix: 'a/', Tags: [tag] } },
    { And: { Prefix: 'a/', Tags: [tag, { Key: 'other', Value: '' }], ObjectSizeGreaterThan: 0 } },
    { And: { Prefix: 'a/', ObjectSizeGreaterThan: 131_071 } },
    { And: { ObjectSizeGreaterThan: 1, ObjectSizeLessThan: 3 } },
  ];
  const actions: Omit<LifecycleRule, 'ID' | 'Filter' | 'Status'>[] = [
    { Expiration: { Days: 30 }, NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 2 } },
    { Expiration: { ExpiredObjectDeleteMarker: true } },
    { Transitions: [30, 90].map((Days) => ({ Days, StorageClass: 'GLACIER_IR' })) },
    { NoncurrentVersionTransitions: [{ NoncurrentDays: 7, StorageClass: 'STANDARD_IA' }] },
    { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
  ];

  test('is read back as it was put, whatever a rule is about', async () => {
    const { bucket: Bucket } = bucketIn(parts.source, 'lifecycles');
    const s3 = s3Client({ ...parts.source, endpoint: parts.source.s3Endpoint });
    await createVersionedBucket(parts.source, Bucket);
    const Rules: LifecycleRule[] = [
      ...filters.map((Filter, at) => ({ ID: `filter ${at}`, Status: 'Enabled' as const, Filter, ...actions[0] })),
      ...actions.map((action, at) => ({
        ID: `action ${at}`,
        Status: 'Enabled' as const,
        Filter: filters[1],
        ...action,
      })),
    ];
    const readBack = async () => (await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules;
    for (const rules of [Rules, Rules.slice(0, 1)]) {
      await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: rules } }));
      expect(await readBack()).toEqual(rules);
    }
    await s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
    await expect(readBack()).rejects.toMatchObject({ name: 'NoSuchLifecycleConfiguration' });
  });
});

test('a connection to S3 is kept, also after a refusal whose body nobody wanted', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async (method: string, path: string, body?: string) => {
    const sent = request(`${parts.source.s3Endpoint}${path}`, { agent, method }).end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    await answer.toArray();
    return [answer.statusCode, sent.reusedSocket];
  };
  expect(await ask('PUT', '/no-such-bucket/key', 'x'.repeat(100_000))).toEqual([404, false]);
  expect(await ask('HEAD', '/no-such-bucket/key')).toEqual([404, true]);
  expect(await ask('GET', '/moto-api/data.json')).toEqual([200, true]);
  agent.destroy();
});

test('S3 answers as a moto that nobody has touched', async () => {
  const [python] = (await toolsOfTheRun()).motoServer;
  const untouched = await startAccount([python, '-m', 'moto.server'], '111111111111', 'eu-west-1');
  try {
    const [ask, askUntouched] = [asker(parts.source.s3Endpoint), asker(untouched.endpoint)];
    for (const each of REQUESTS) {
      const answers = [
        { to: each, answer: await ask(each) },
        { to: each, answer: await askUntouched(each) },
      ];
      expect(answers[0]).toEqual(answers[1]);
    }
  } finally {
    await untouched.stop();
  }
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
  const tools = await toolsOfTheRun();
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

describe('the stand-in for ImportTable', () => {
  const settings = () => ({ ...databaseSettings(parts.dynamoDb, 'imports'), region: 'eu-west-1' });
  const standIn = () =>
    new TableImportStandIn({
      ...{ accountId: '222222222222', region: 'eu-west-1', s3: parts.destination },
      tableSettings: settings,
    });
  const importOf = (TableName: string) => ({
    S3BucketSource: { S3Bucket: 'imports', S3KeyPrefix: `${TableName}/` },
    ...{ InputFormat: 'DYNAMODB_JSON', InputCompressionType: 'GZIP' },
    TableCreationParameters: {
      TableName,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    },
  });
  const fileOf = (...lines: string[]) => gzipSync(lines.join('\n'));
  const line = (id: string) => `{"Item":{"id":{"S":"${id}"}}}`;

  test('fills a new table alone, counts at the end, and drops what is behind the first bad line of a file', async () => {
    const bucket = bucketIn(parts.destination, 'imports');
    await createVersionedBucket(parts.destination, bucket.bucket);
    await bucket.put('good/1', fileOf(line('a'), line('b')));
    await bucket.put('bad/1', fileOf(line('a'), '{"Item":{"name":{"S":"no key"}}}', line('b')));
    await bucket.put('bad/2', fileOf(line('c')));
    const imports = standIn();
    for (const name of ['good', 'bad']) {
      const begun = await imports.answer('ImportTable', importOf(name));
      expect(begun).toMatchObject({ ImportTableDescription: { ImportStatus: 'IN_PROGRESS', ImportedItemCount: 0 } });
      expect(imports.isFilling(name)).toBe(true);
    }
    await imports.stop();
    expect(imports.isFilling('good')).toBe(false);
    expect(await imports.answer('ListImports', {})).toMatchObject({
      ImportSummaryList: [
        { ImportStatus: 'COMPLETED', ProcessedItemCount: 2, ImportedItemCount: 2, ErrorCount: 0 },
        { ImportStatus: 'FAILED', ImportedItemCount: 2, ErrorCount: 1, FailureCode: 'ItemValidationError' },
      ],
    });
    await expect(imports.answer('ImportTable', importOf('good'))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    await expect(imports.answer('DescribeImport', { ImportArn: 'none' })).rejects.toMatchObject({
      name: 'ImportNotFoundException',
    });
    expect(await imports.answer('DescribeTable', { TableName: 'good' })).toBeUndefined();
  });
});

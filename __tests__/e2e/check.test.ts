import { createHash } from 'node:crypto';
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteRuleCommand,
  DisableRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  DeleteFunctionCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
  type UpdateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import {
  DeleteBucketReplicationCommand,
  DeleteObjectCommand,
  DeletePublicAccessBlockCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  ListObjectsV2Command,
  CreateBucketCommand,
} from '@aws-sdk/client-s3';
import type { DefaultRetention } from '../../aws/bucketConfiguration';
import { s3Client } from '../../aws/s3Client';
import { s3TextStore } from '../../aws/textStore';
import { ACCESS_DENIED } from '../../local/parts/s3Faults';
import type { Parts, PartsAccount } from '../../local/parts/startParts';
import { importRights } from '../../aws/importRights';
import { importCheck } from '../../operations/check/importChecks';
import { beat } from '../../operations/heartbeat/beat';
import { records } from './support/commandParts';
import { deployAccounts, type DeployedAccounts } from './support/deployedAccounts';
import { startTwoAccounts } from './support/twoAccounts';

/** moto cannot hold the statement: it knows no conditions, and would refuse everything. Its check is held in unit tests. */
const NOT_IN_MOTO = 'tls-only';

let parts: Parts;
const deployments: DeployedAccounts[] = [];
beforeAll(async () => {
  parts = await startTwoAccounts();
});
beforeEach(() => {
  parts.destination.gateway.faults = () => undefined;
});
afterAll(async () => {
  await parts.stop();
  await Promise.all(deployments.map((each) => each.remove()));
});

async function deploy(lock?: DefaultRetention): Promise<DeployedAccounts> {
  const deployed = await deployAccounts(parts, `check${deployments.length}`, lock);
  deployments.push(deployed);
  return deployed;
}

interface Found {
  readonly id: string;
  readonly verdict: string;
  readonly side: string;
  readonly found: string;
  readonly expected?: string;
  readonly remedy?: string;
}

async function checked(deployed: DeployedAccounts, ...args: string[]) {
  const { code, stdout } = await deployed.run(['check', '--json', ...args]);
  return { code, ...sorted(stdout) };
}

function sorted(stdout: string) {
  const all = records(stdout);
  const findings = all.filter(({ type }) => type === 'finding') as unknown as Found[];
  const of = (verdict: string) => findings.filter((each) => each.verdict === verdict && each.id !== NOT_IN_MOTO);
  return { findings, of, summary: all.at(-1) };
}
const ids = (findings: readonly Found[]) => findings.map(({ id }) => id);

test('what the stacks make passes, and a probe is seen to arrive locked', async () => {
  const deployed = await deploy();
  const { of, findings, summary } = await checked(deployed, '--wait', '20s');
  expect([...of('problem'), ...of('warning'), ...of('cannotTell')]).toEqual([]);
  expect(ids(findings)).toEqual(expect.arrayContaining(['credentials', 'mapping', 'source-refused', 'probe-lock']));
  expect(summary).toMatchObject({ type: 'check', counts: { problem: 2, warning: 0, cannotTell: 0 } });
  const probe = findings.find(({ id }) => id === 'probe');
  expect(probe).toMatchObject({
    verdict: 'ok',
    found: expect.stringMatching(/^arrived after .*: COMPLETED, REPLICA$/) as string,
  });
});

const s3 = (account: PartsAccount) => s3Client(account);
const setMapping = async (
  { functionName }: DeployedAccounts,
  change: Omit<UpdateEventSourceMappingCommandInput, 'UUID'>,
) => {
  const lambda = new LambdaClient(parts.source);
  const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName: functionName }));
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID: EventSourceMappings![0]!.UUID, ...change }));
};
const disableStream = ({ tableName }: DeployedAccounts) =>
  new DynamoDBClient(parts.source).send(
    new UpdateTableCommand({ TableName: tableName, StreamSpecification: { StreamEnabled: false } }),
  );
const rule = { ID: 'r', Priority: 0, Filter: {}, DeleteMarkerReplication: { Status: 'Disabled' } } as const;
const setRule = ({ sourceBucket }: DeployedAccounts, change: object, Role = 'arn:aws:iam::111111111111:role/other') =>
  s3(parts.source).send(
    new PutBucketReplicationCommand({
      Bucket: sourceBucket,
      ReplicationConfiguration: {
        Role,
        Rules: [{ ...rule, Status: 'Enabled', Destination: { Bucket: '' }, ...change }],
      },
    }),
  );
const lifecycle = (Bucket: string, Rule: object) =>
  s3(parts.source).send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: {
        Rules: [
          {
            ID: 'ours',
            Status: 'Enabled',
            Filter: { Prefix: '' },
            NoncurrentVersionExpiration: { NoncurrentDays: 365 },
          },
          { ID: 'odd', Status: 'Enabled', ...Rule } as never,
        ],
      },
    }),
  );

interface Break {
  readonly broken: string;
  readonly breakIt?: (deployed: DeployedAccounts) => Promise<unknown>;
  readonly lock?: DefaultRetention;
  readonly problems?: readonly string[];
  readonly warnings?: readonly string[];
}
const BREAKS: readonly Break[] = [
  {
    broken: 'the stream is disabled',
    breakIt: disableStream,
    problems: ['stream', 'definition'],
  },
  {
    broken: 'the table was made anew with a stream of keys alone, and the mapping is of the old one',
    breakIt: async ({ tableName: TableName }) => {
      const client = new DynamoDBClient(parts.source);
      await client.send(new DeleteTableCommand({ TableName }));
      await client.send(
        new CreateTableCommand({
          TableName,
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
        }),
      );
    },
    problems: ['stream', 'mapping', 'definition'],
  },
  {
    broken: 'the mapping is disabled',
    breakIt: (deployed) => setMapping(deployed, { Enabled: false }),
    problems: ['mapping-enabled'],
  },
  {
    broken:
      'the mapping has neither partial responses, nor bisecting, nor parking, nor an end, and lets some changes through alone',
    breakIt: (deployed) =>
      setMapping(deployed, {
        FunctionResponseTypes: [],
        BisectBatchOnFunctionError: false,
        DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:eu-central-1:111111111111:q' } },
        MaximumRecordAgeInSeconds: -1,
        FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT","MODIFY"]}' }] },
      }),
    problems: ['mapping-partial-responses', 'mapping-filter', 'mapping-bisect', 'mapping-parking', 'mapping-retries'],
  },
  {
    broken: 'the function writes below another prefix',
    breakIt: ({ functionName }) =>
      new LambdaClient(parts.source).send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: functionName,
          Environment: { Variables: { DCS_BUCKET: 'b', DCS_PREFIX: 'x/', DCS_TABLE: 't', DCS_PARTITION_KEY: 'id' } },
        }),
      ),
    problems: ['function-environment'],
  },
  {
    broken: 'the function is gone',
    breakIt: ({ functionName }) =>
      new LambdaClient(parts.source).send(new DeleteFunctionCommand({ FunctionName: functionName })),
    problems: ['function'],
  },
  {
    broken: 'versioning is suspended',
    breakIt: ({ sourceBucket }) =>
      s3(parts.source).send(
        new PutBucketVersioningCommand({ Bucket: sourceBucket, VersioningConfiguration: { Status: 'Suspended' } }),
      ),
    problems: ['versioning'],
  },
  {
    broken: 'public access and foreign owners are let in',
    breakIt: async ({ destinationBucket: Bucket }) => {
      await s3(parts.destination).send(new DeletePublicAccessBlockCommand({ Bucket }));
      const OwnershipControls = { Rules: [{ ObjectOwnership: 'ObjectWriter' as const }] };
      await s3(parts.destination).send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
    },
    problems: ['public-access', 'ownership'],
  },
  {
    broken: 'a lifecycle rule expires current images',
    breakIt: ({ sourceBucket, tableName }) =>
      lifecycle(sourceBucket, { Filter: { Prefix: `${tableName}/` }, Expiration: { Days: 30 } }),
    problems: ['lifecycle-history'],
  },
  {
    broken: 'a lifecycle rule is for no object at all',
    breakIt: ({ sourceBucket }) =>
      lifecycle(sourceBucket, { Filter: { Prefix: '/images/' }, Expiration: { Days: 30 } }),
    warnings: ['lifecycle-idle'],
  },
  {
    broken: 'there is no replication rule',
    breakIt: ({ sourceBucket }) => s3(parts.source).send(new DeleteBucketReplicationCommand({ Bucket: sourceBucket })),
    problems: ['replication-rule'],
  },
  {
    broken: 'the rule is disabled, of another role, to another account, without metrics',
    breakIt: (deployed) =>
      setRule(deployed, {
        Status: 'Disabled',
        Destination: { Bucket: `arn:aws:s3:::${deployed.destinationBucket}`, Account: '999999999999' },
      }),
    problems: ['replication-enabled', 'replication-account', 'replication-role', 'replication-metrics'],
    warnings: ['replication-time-control'],
  },
  {
    broken: 'Object Lock is shorter than the settings say',
    lock: { Mode: 'GOVERNANCE', Days: 1 },
    problems: ['object-lock'],
  },
  {
    broken: 'the destination lets the whole source account in',
    breakIt: ({ destinationBucket: Bucket }) =>
      s3(parts.destination).send(
        new PutBucketPolicyCommand({
          Bucket,
          Policy: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { AWS: 'arn:aws:iam::111111111111:root' },
                Action: ['s3:ReplicateObject', 's3:PutBucketVersioning'],
                Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
              },
            ],
          }),
        }),
      ),
    problems: ['accepts-replicas', 'refuses-replicas', 'no-strangers'],
  },
  {
    broken: 'the table was changed since table.json',
    breakIt: ({ tableName }) =>
      new DynamoDBClient(parts.source).send(
        new UpdateTimeToLiveCommand({
          TableName: tableName,
          TimeToLiveSpecification: { Enabled: true, AttributeName: 'expiresAt' },
        }),
      ),
    problems: ['definition'],
  },
  {
    broken: 'table.json is gone from the source, and unreadable in the destination',
    breakIt: async ({ sourceBucket, destinationBucket, tableName }) => {
      const Key = `${tableName}/table.json`;
      await s3(parts.source).send(new DeleteObjectCommand({ Bucket: sourceBucket, Key }));
      await s3(parts.destination).send(
        new PutObjectCommand({ Bucket: destinationBucket, Key, Body: '{', ChecksumAlgorithm: 'SHA256' }),
      );
    },
    problems: ['definition', 'definition-copy'],
  },
  {
    broken: 'an alarm is going off, and another is mute',
    breakIt: async ({ tableName: name }) => {
      const cloudWatch = new CloudWatchClient(parts.source);
      const AlarmName = `${name}-replication-failed`;
      await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'tried' }));
      await cloudWatch.send(
        new PutMetricAlarmCommand({
          ...{ AlarmName: `${name}-table-definition-errors`, ActionsEnabled: false },
          ...{ Namespace: 'AWS/Lambda', MetricName: 'Errors', Statistic: 'Sum', Period: 60, EvaluationPeriods: 1 },
          ...{ Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' },
        }),
      );
    },
    problems: ['alarm-state', 'alarm-actions'],
  },
  {
    broken: 'an alarm of the drill is gone',
    breakIt: ({ tableName: name }) =>
      new CloudWatchClient(parts.destination).send(new DeleteAlarmsCommand({ AlarmNames: [`${name}-drill-failed`] })),
    problems: ['alarms'],
  },
  {
    broken: 'the heartbeat is written elsewhere, and nobody measures how old its replica is',
    breakIt: async ({ tableName: name }) => {
      await new LambdaClient(parts.source).send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: `${name}-heartbeat`,
          Environment: { Variables: { DCS_BUCKET: 'b', DCS_PREFIX: '' } },
        }),
      );
      await new LambdaClient(parts.destination).send(
        new DeleteFunctionCommand({ FunctionName: `${name}-replica-age` }),
      );
    },
    problems: ['function-environment', 'function'],
  },
  {
    broken: 'nobody would hear of tampering: a rule is disabled, and the trail is stopped',
    breakIt: async ({ tableName: name }) => {
      const { CloudTrailClient, StopLoggingCommand } = await import('@aws-sdk/client-cloudtrail');
      const events = new EventBridgeClient(parts.destination);
      await events.send(new DisableRuleCommand({ Name: `${name}-tampering-bucket` }));
      const trails = new CloudTrailClient(parts.destination);
      // Every deployment of this file has one, and one that logs is enough.
      for (const deployed of deployments) await trails.send(new StopLoggingCommand({ Name: deployed.tableName }));
    },
    problems: ['tamper-rules', 'trail'],
  },
  {
    broken: 'a trail logs, and no event that changes something',
    breakIt: async () => {
      const { CloudTrailClient, PutEventSelectorsCommand } = await import('@aws-sdk/client-cloudtrail');
      const trails = new CloudTrailClient(parts.destination);
      const EventSelectors = [{ ReadWriteType: 'ReadOnly', IncludeManagementEvents: true } as const];
      for (const { tableName: TrailName } of deployments)
        await trails.send(new PutEventSelectorsCommand({ TrailName, EventSelectors }));
    },
    problems: ['trail'],
  },
  {
    broken: 'what is known of the sweeps of locks cannot be read',
    breakIt: async ({ destinationBucket: Bucket }) => {
      const Body = 'no JSON';
      const ContentMD5 = createHash('md5').update(Body).digest('base64');
      const Key = '=dcs/=locks/sweeps.json';
      await s3(parts.destination).send(new PutObjectCommand({ Bucket, Key, Body, ContentMD5 }));
    },
    problems: ['lock-sweeps'],
  },
  {
    broken: 'schedules are disabled, gone, rarer, or start something else',
    breakIt: async ({ tableName: name }) => {
      const source = new EventBridgeClient(parts.source);
      await source.send(new DisableRuleCommand({ Name: `${name}-heartbeat` }));
      await source.send(new PutRuleCommand({ Name: `${name}-table-definition`, ScheduleExpression: 'rate(365 days)' }));
      const destination = new EventBridgeClient(parts.destination);
      const Arn = 'arn:aws:lambda:eu-west-1:222222222222:function:other';
      await destination.send(
        new PutTargetsCommand({ Rule: `${name}-replica-age`, Targets: [{ Id: 'function', Arn }] }),
      );
      const drill = `${name}-drill-${name}`;
      await destination.send(new RemoveTargetsCommand({ Rule: drill, Ids: ['function'] }));
      await destination.send(new DeleteRuleCommand({ Name: drill }));
    },
    problems: ['schedule', 'schedule', 'schedule', 'schedule'],
  },
  {
    broken: 'the newest heartbeat that has arrived is old',
    breakIt: async ({ sourceBucket, replication }) => {
      await beat(s3TextStore({ ...parts.source, bucket: sourceBucket }), '', { time: '2026-01-01T00:00:00Z' });
      await replication.drained();
    },
    problems: ['recovery-point'],
  },
  {
    broken: 'the heartbeat in the destination is not of replication',
    breakIt: ({ destinationBucket }) =>
      beat(s3TextStore({ ...parts.destination, bucket: destinationBucket }), '', { time: new Date().toISOString() }),
    problems: ['recovery-point'],
  },
  {
    broken: 'a batch is parked',
    breakIt: ({ sourceBucket: Bucket }) =>
      s3(parts.source).send(new PutObjectCommand({ Bucket, Key: 'aws/lambda/m/shard/2026/01/01/b', Body: '{}' })),
    problems: ['parked'],
  },
];

test.each(BREAKS)('check finds it when $broken', async ({ breakIt, lock, problems = [], warnings = [] }) => {
  const deployed = await deploy(lock);
  await breakIt?.(deployed);
  const { code, of, findings } = await checked(deployed, '--no-probe');
  expect(code).toBe(3);
  expect(ids(of('problem')).sort()).toEqual([...problems].sort());
  expect(ids(of('warning'))).toEqual(warnings);
  for (const { verdict, ...finding } of findings.filter((each) => ['problem', 'warning'].includes(each.verdict))) {
    expect({ verdict, ...finding }).toMatchObject({
      expected: expect.any(String) as string,
      remedy: expect.any(String) as string,
    });
  }
});

test('a source account that may look into the destination bucket is a problem', async () => {
  const deployed = await deploy();
  parts.destination.gateway.faults = () => undefined;
  const { of } = await checked(deployed, '--no-probe');
  expect(of('problem')).toMatchObject([
    {
      id: 'source-refused',
      found: expect.stringContaining('is allowed s3:GetBucketVersioning, s3:ListBucket, s3:GetObject') as string,
    },
  ]);
});

test('a probe that replication gives up on is a problem; one that no rule takes is not sent', async () => {
  const deployed = await deploy();
  const border = parts.destination.gateway.faults;
  parts.destination.gateway.faults = (request) => (request.method === 'PUT' ? ACCESS_DENIED : border(request));
  const failed = await checked(deployed, '--wait', '20s');
  expect(failed.of('problem')).toMatchObject([{ id: 'probe', found: expect.stringContaining('FAILED') as string }]);
  await s3(parts.source).send(new DeleteBucketReplicationCommand({ Bucket: deployed.sourceBucket }));
  const { of } = await checked(deployed, '--wait', '20s');
  expect(of('cannotTell')).toMatchObject([{ id: 'probe', found: 'not sent: there is no replication rule' }]);
});

test('what may not be looked at cannot be told, is named, and is never taken for good', async () => {
  const deployed = await deploy();
  const border = parts.destination.gateway.faults;
  parts.destination.gateway.faults = (request) => (request.query.has('object-lock') ? ACCESS_DENIED : border(request));
  const { of, findings } = await checked(deployed, '--no-probe');
  expect(of('cannotTell')).toMatchObject([
    { id: 'object-lock', found: 'not allowed: needs s3:GetBucketObjectLockConfiguration' },
  ]);
  expect(findings.find(({ id }) => id === 'object-lock')?.verdict).toBe('cannotTell');
});

test('the rights of an import are tried, and nothing comes of it', async () => {
  const client = s3(parts.destination);
  await client.send(new CreateBucketCommand({ Bucket: 'imports' }));
  const of = {
    bucket: 'imports',
    objectKey: 'dcs-import/none',
    tableArn: 'arn:aws:dynamodb:eu-west-1:222222222222:table/none',
  };
  const all = importRights(of, { ...parts.destination, attempts: 2 }, parts.destination);
  // moto crashes on both questions about imports (__tests__/aws/importRights has what AWS answers).
  const tries = Object.fromEntries(Object.entries(all).filter(([right]) => right.startsWith('s3:')));
  const verdict = async () => (await importCheck('destination', 'imports', tries)()).map(({ found }) => found);
  expect(await verdict()).toEqual([expect.stringContaining('are allowed')]);
  expect((await client.send(new ListObjectsV2Command({ Bucket: 'imports' }))).KeyCount).toBe(0);
  parts.destination.gateway.faults = ({ method }) => (method === 'PUT' ? ACCESS_DENIED : undefined);
  expect(await verdict()).toEqual(['not allowed: needs s3:PutObject']);
});

test('without the source account the destination is checked all the same', async () => {
  const deployed = await deploy();
  const lost = ['--source-endpoint', 'http://127.0.0.1:9'];
  const { stdout } = await deployed.spawn(['check', '--json', '--no-probe', ...lost]);
  const { of } = sorted(stdout);
  expect(of('problem')).toEqual([]);
  expect(
    of('cannotTell')
      .filter(({ side }) => side === 'destination')
      .map(({ id }) => id),
  ).toEqual(['source-refused']);
  expect(of('ok').every(({ side }) => side === 'destination')).toBe(true);
});

test('a table that the settings do not have, and contradicting options, are refused', async () => {
  const deployed = await deploy();
  expect(await deployed.run(['check', 'nothere'])).toMatchObject({ code: 2 });
  expect(await deployed.run(['check', '--no-probe', '--wait', 'soon'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/contradict[^]*write a length of time/) as string,
  });
});

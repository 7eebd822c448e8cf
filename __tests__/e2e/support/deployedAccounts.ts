import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  LambdaClient,
  type CreateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { publishMetric } from '../../../aws/cloudWatch';
import type { DefaultRetention } from '../../../aws/bucketConfiguration';
import { createVersionedBucket } from '../../../local/aws/versionedBucket';
import { s3LockStore } from '../../../aws/objectLocks';
import { s3VersionLister } from '../../../aws/objectVersions';
import { renewLocks } from '../../../operations/renewLocks/renewLocks';
import { versionCopier } from '../../../local/aws/versionCopier';
import { s3Client } from '../../../aws/s3Client';
import { refreshDefinition } from '../../../aws/storedDefinition';
import { describeTableDefinition } from '../../../aws/tableDefinition';
import { s3TextStore } from '../../../aws/textStore';
import { beat } from '../../../operations/heartbeat/beat';
import { replicaAgeMetric, replicationMetric, type ReplicatedBuckets } from '../../../settings/metrics';
import { namesOf } from '../../../settings/names';
import { ACCESS_DENIED } from '../../../local/parts/s3Faults';
import type { Parts, PartsAccount } from '../../../local/parts/startParts';
import { ReplicationStandIn } from '../../../local/replication/replicationStandIn';
import { readRules } from '../../../local/replication/rules';
import { lifecycleRulesOf, replicationRulesOf } from '../../stacks/support/awsWords';
import { resource, resources, synthesizeTogether, type StackJson } from '../../stacks/support/synth';
import { outcomeOf, type Outcome } from '../../support/outcome';
import { runInProcess, type OddTerminal } from './inProcess';

type Json = Record<string, unknown>;

/** A deployment of one table, made in moto's two accounts as the synthesized stack says; every service answers there. */
export interface DeployedAccounts {
  readonly sourceBucket: string;
  readonly destinationBucket: string;
  readonly functionName: string;
  readonly tableName: string;
  readonly replication: ReplicationStandIn;
  run(args: readonly string[], env?: NodeJS.ProcessEnv, terminal?: OddTerminal): Promise<Outcome>;
  /** The same in a process of its own, where a broken connection is the error that it is outside of a test. */
  spawn(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome>;
  remove(): Promise<void>;
}

/**
 * @param name lower-case letters: of the deployment, its table and its buckets, so that several share the accounts
 * @param lock the default retention, where it is to be another than the stack's
 */
export async function deployAccounts(parts: Parts, name: string, lock?: DefaultRetention): Promise<DeployedAccounts> {
  const settings = settingsOf(parts, name);
  const stack = stackNamed(parts, name);
  const names = namesOf(settings);
  await makeBucket(parts.destination, stack, 'destination', settings.destination.bucketName, lock);
  await makeBucket(parts.source, stack, 'source', settings.source.bucketName);
  await makeFunctions(parts.source, stack, 'source');
  await makeFunctions(parts.destination, stack, 'destination');
  await makeTableAndCapture(parts.source, stack, names.capture(name));
  await makeRole(parts.source, stack, 'source_operator_batch-replication');
  await makeAlarms(parts.source, stack, 'source', names.alarmTopic);
  const inDestinationRegion = { ...parts.source, region: parts.destination.region };
  await makeAlarms(inDestinationRegion, stack, 'source-in-destination-region', names.alarmTopic);
  await publishReplicationMetrics(parts, { ...settings, ...names });
  await makeAlarms(parts.destination, stack, 'destination', names.alarmTopic);
  const replication = replicate(parts, stack, settings);
  const bucket = { ...parts.source, bucket: settings.source.bucketName };
  const texts = s3TextStore(bucket);
  await beat(texts, '', { time: new Date().toISOString() });
  await publishMetric(replicaAgeMetric(settings.destination), 240, 'Seconds', parts.destination);
  await refreshDefinition(
    { prefix: '', texts, describe: (table) => describeTableDefinition(table, parts.source) },
    name,
  );
  await replication.drained();
  await makeTrail(parts.destination, name);
  await renewLocksOf({ ...parts.destination, bucket: settings.destination.bucketName });

  const folder = await mkdtemp(path.join(tmpdir(), 'dcs-test-'));
  await writeFile(path.join(folder, 'dcs.config.json'), JSON.stringify(settings));
  await writeFile(path.join(folder, 'credentials'), profilesOf(parts));
  const env = {
    PATH: process.env.PATH,
    AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'credentials'),
    AWS_CONFIG_FILE: path.join(folder, 'none'),
    AWS_MAX_ATTEMPTS: '2',
    DCS_CONFIG: path.join(folder, 'dcs.config.json'),
    DCS_SOURCE_PROFILE: 'source',
    DCS_DESTINATION_PROFILE: 'destination',
  };
  return {
    sourceBucket: settings.source.bucketName,
    destinationBucket: settings.destination.bucketName,
    functionName: names.capture(name),
    tableName: name,
    replication,
    run: (args, more, terminal) => runInProcess({ ...env, ...more }, args, undefined, terminal),
    spawn: (args, more) => spawnWith({ ...env, ...more }, args),
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Synthesized once for all deployments in the same accounts: that takes longer than to make one. */
function stackNamed(parts: Parts, name: string): StackJson {
  const anyName = 'deployedname';
  const text = JSON.stringify(synthesizeTogether(settingsOf(parts, anyName)));
  return JSON.parse(text.replaceAll(anyName, name)) as StackJson;
}

function settingsOf({ source, destination }: Parts, name: string) {
  return {
    name,
    deployment: { way: 'together', backend: { type: 'local' } },
    source: sideOf(source, `${name}-source`),
    destination: sideOf(destination, `${name}-destination`),
    tables: [{ name, existing: false, partitionKey: { name: 'id', type: 'S' } }],
    alarms: { emails: ['on-call@example.com'] },
  } as const;
}

function sideOf({ accountId, region, endpoint }: PartsAccount, bucketName: string) {
  return { accountId, region, bucketName, endpoint };
}

async function makeBucket(
  account: PartsAccount,
  stack: StackJson,
  side: string,
  Bucket: string,
  lock?: DefaultRetention,
): Promise<void> {
  const client = s3Client(account);
  const body = (type: string, name: string) => resource(stack, `${type}.${side}_${name}`);
  const { object_lock_enabled } = body('aws_s3_bucket', 'bucket');
  const constraint = account.region === 'us-east-1' ? {} : { LocationConstraint: account.region as 'eu-west-1' };
  await client.send(
    new CreateBucketCommand({
      Bucket,
      ObjectLockEnabledForBucket: object_lock_enabled as boolean,
      ...(account.region !== 'us-east-1' && { CreateBucketConfiguration: constraint }),
    }),
  );
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const ownership = body('aws_s3_bucket_ownership_controls', 'bucket_ownership').rule as Json;
  await client.send(
    new PutBucketOwnershipControlsCommand({
      Bucket,
      OwnershipControls: { Rules: [{ ObjectOwnership: ownership.object_ownership as 'ObjectWriter' }] },
    }),
  );
  const blocked = body('aws_s3_bucket_public_access_block', 'bucket_public-access');
  await client.send(
    new PutPublicAccessBlockCommand({
      Bucket,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: blocked.block_public_acls as boolean,
        BlockPublicPolicy: blocked.block_public_policy as boolean,
        IgnorePublicAcls: blocked.ignore_public_acls as boolean,
        RestrictPublicBuckets: blocked.restrict_public_buckets as boolean,
      },
    }),
  );
  await client.send(
    new PutBucketEncryptionCommand({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    }),
  );
  const Policy = withoutTls(body('aws_s3_bucket_policy', 'bucket_policy').policy as string);
  if (Policy !== undefined) await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  const Rules = lifecycleRulesOf(body('aws_s3_bucket_lifecycle_configuration', 'bucket_lifecycle'));
  await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
  if (side === 'source') {
    const configuration = body('aws_s3_bucket_replication_configuration', 'replication');
    const { accountId } = account;
    const ReplicationConfiguration = {
      Role: `arn:aws:iam::${accountId}:role/${resource(stack, 'aws_iam_role.source_replication_role').name as string}`,
      Rules: replicationRulesOf(configuration),
    };
    await client.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }));
  } else {
    const { rule } = body('aws_s3_bucket_object_lock_configuration', 'object-lock') as {
      rule: { default_retention: { mode: 'COMPLIANCE'; days: number } };
    };
    const { mode: Mode, days: Days } = rule.default_retention;
    const ObjectLockConfiguration = {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: lock ?? { Mode, Days } },
    } as const;
    await client.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
  }
}

/** moto knows no conditions: under the statement that refuses what comes without TLS it would refuse everything. */
function withoutTls(policy: string): string | undefined {
  const document = JSON.parse(policy) as { Statement: { Sid: string }[] };
  const Statement = document.Statement.filter(({ Sid }) => Sid !== 'RequireTls');
  return Statement.length === 0 ? undefined : JSON.stringify({ ...document, Statement });
}

async function makeTableAndCapture(account: PartsAccount, stack: StackJson, functionName: string): Promise<void> {
  const [table] = resources(stack, 'aws_dynamodb_table');
  const { name: TableName, stream_view_type } = table!.body as { name: string; stream_view_type: 'KEYS_ONLY' };
  const { TableDescription } = await new DynamoDBClient(account).send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: stream_view_type },
    }),
  );
  const mapping = resources(stack, 'aws_lambda_event_source_mapping')[0]!.body;
  await new LambdaClient(account).send(
    new CreateEventSourceMappingCommand({
      FunctionName: functionName,
      EventSourceArn: TableDescription?.LatestStreamArn,
      ...mappingInput(mapping),
    }),
  );
}

/** Of a role nobody is here: dcs check looks whom it trusts. */
async function makeRole(account: PartsAccount, stack: StackJson, id: string): Promise<void> {
  const { name, assume_role_policy } = resource(stack, `aws_iam_role.${id}`) as Record<string, string>;
  const { CreateRoleCommand, IAMClient } = await import('@aws-sdk/client-iam');
  await new IAMClient(account).send(
    new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: assume_role_policy }),
  );
}

/** A trail that logs, into a bucket of its own. */
async function makeTrail(account: PartsAccount, name: string): Promise<void> {
  const { CreateTrailCommand, CloudTrailClient, StartLoggingCommand } = await import('@aws-sdk/client-cloudtrail');
  const S3BucketName = `${name}-trail`;
  await createVersionedBucket(account, S3BucketName);
  const client = new CloudTrailClient(account);
  await client.send(new CreateTrailCommand({ Name: name, S3BucketName, IsMultiRegionTrail: true }));
  await client.send(new StartLoggingCommand({ Name: name }));
}

/** What the function that renews locks does at its first run. */
async function renewLocksOf(bucket: PartsAccount & { readonly bucket: string }): Promise<void> {
  await renewLocks({
    ...{ lister: s3VersionLister(bucket), locks: s3LockStore(bucket), texts: s3TextStore(bucket), prefix: '' },
    ...{ rule: { mode: 'COMPLIANCE', retentionDays: 30 }, nowMs: Date.now, hasTime: () => true },
    watch: { onPage: () => undefined, onLeft: () => undefined },
  });
}

/** The functions of an account, and the rules that start them. */
async function makeFunctions(account: PartsAccount, stack: StackJson, alias: string): Promise<void> {
  const ofSide = (type: string) => resources(stack, type).filter(({ body }) => body.provider === `aws.${alias}`);
  const lambda = new LambdaClient(account);
  for (const { body } of ofSide('aws_lambda_function')) {
    const functionName = body.function_name as string;
    await createRole(account, functionName);
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: functionName,
        Role: `arn:aws:iam::${account.accountId}:role/${functionName}`,
        Code: { ZipFile: Buffer.from('none: nothing is run') },
        Handler: body.handler as string,
        Runtime: body.runtime as 'nodejs22.x',
        Environment: { Variables: (body.environment as { variables: Record<string, string> }).variables },
      }),
    );
  }
  const events = new EventBridgeClient(account);
  const nameOf = (reference: unknown) => resource(stack, String(reference).replace(/^\$\{|\.(name|arn)\}$/g, ''));
  for (const { body } of ofSide('aws_cloudwatch_event_rule')) {
    const Name = body.name as string;
    const EventPattern = body.event_pattern as string | undefined;
    await events.send(
      new PutRuleCommand({ Name, EventPattern, ScheduleExpression: body.schedule_expression as string | undefined }),
    );
  }
  for (const { body } of ofSide('aws_cloudwatch_event_target')) {
    const { function_name, name } = nameOf(body.arn) as { function_name?: string; name?: string };
    const started = function_name === undefined ? 'sns' : 'lambda';
    const what = function_name === undefined ? name : `function:${function_name}`;
    const Arn = `arn:aws:${started}:${account.region}:${account.accountId}:${what}`;
    const Rule = nameOf(body.rule).name as string;
    await events.send(
      new PutTargetsCommand({ Rule, Targets: [{ Id: 'function', Arn, Input: body.input as string | undefined }] }),
    );
  }
}

function mappingInput(mapping: Json): Partial<CreateEventSourceMappingCommandInput> {
  const { on_failure } = mapping.destination_config as { on_failure: { destination_arn: string } };
  return {
    StartingPosition: mapping.starting_position as 'TRIM_HORIZON',
    BatchSize: mapping.batch_size as number,
    BisectBatchOnFunctionError: mapping.bisect_batch_on_function_error as boolean,
    FunctionResponseTypes: mapping.function_response_types as ['ReportBatchItemFailures'],
    MaximumRetryAttempts: mapping.maximum_retry_attempts as number,
    MaximumRecordAgeInSeconds: mapping.maximum_record_age_in_seconds as number,
    DestinationConfig: { OnFailure: { Destination: on_failure.destination_arn } },
  };
}

async function makeAlarms(account: PartsAccount, stack: StackJson, alias: string, topicName: string): Promise<void> {
  const ofSide = (type: string) => resources(stack, type).filter(({ body }) => body.provider === `aws.${alias}`);
  const sns = new SNSClient(account);
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: topicName }));
  for (const { body } of ofSide('aws_sns_topic_subscription')) {
    // moto confirms at once whoever has a queue; an e-mail address too.
    await sns.send(
      new SubscribeCommand({ TopicArn, Protocol: body.protocol as string, Endpoint: body.endpoint as string }),
    );
  }
  const cloudWatch = new CloudWatchClient(account);
  for (const { body } of ofSide('aws_cloudwatch_metric_alarm')) {
    await cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName: body.alarm_name as string,
        ...watched(body),
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: body.threshold as number,
        EvaluationPeriods: body.evaluation_periods as number,
        AlarmActions: [TopicArn],
      }),
    );
  }
}

function watched(alarm: Json): Partial<PutMetricAlarmCommandInput> {
  const { namespace, metric_name, statistic, period } = alarm;
  const queries = alarm.metric_query as { id: string; expression?: string; metric?: Json }[] | undefined;
  if (!queries)
    return {
      Namespace: namespace as string,
      MetricName: metric_name as string,
      Statistic: statistic as 'Sum',
      Period: period as number,
    };
  return {
    Metrics: queries.map(({ id, expression, metric }) => ({
      ...{ Id: id, Expression: expression, ReturnData: expression !== undefined },
      ...(metric && {
        MetricStat: {
          Metric: { Namespace: metric.namespace as string, MetricName: metric.metric_name as string },
          Period: metric.period as number,
          Stat: metric.stat as string,
        },
      }),
    })),
  };
}

/** What S3 publishes by itself, an hour ago: so that it is listed, and dcs status sees no value of the last minutes. */
async function publishReplicationMetrics({ source }: Parts, between: ReplicatedBuckets): Promise<void> {
  for (const name of ['ReplicationLatency', 'OperationsPendingReplication', 'OperationsFailedReplication'] as const) {
    const { namespace, metricName, dimensions, region } = replicationMetric(name, between);
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const Timestamp = new Date(Date.now() - 3_600_000);
    await new CloudWatchClient({ ...source, region }).send(
      new PutMetricDataCommand({
        Namespace: namespace,
        MetricData: [{ MetricName: metricName, Value: 0, Timestamp, Dimensions }],
      }),
    );
  }
}

/** IAM has no client here, and moto's Lambda wants the role to be there. moto looks at the key id alone. */
async function createRole({ s3Endpoint, credentials, region }: PartsAccount, RoleName: string): Promise<void> {
  const answer = await fetch(s3Endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      Authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20260101/${region}/iam/aws4_request, SignedHeaders=host, Signature=${createHash('sha256').digest('hex')}`,
    },
    body: new URLSearchParams({
      Action: 'CreateRole',
      Version: '2010-05-08',
      RoleName,
      AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
    }),
  });
  if (!answer.ok) throw new Error(`CreateRole: ${answer.status} ${await answer.text()}`);
}

/** Replication between the two buckets, and the destination account's own border: moto has none. */
function replicate(parts: Parts, stack: StackJson, settings: ReturnType<typeof settingsOf>): ReplicationStandIn {
  const source = { ...parts.source, bucket: settings.source.bucketName };
  const destination = { ...parts.destination, bucket: settings.destination.bucketName };
  const { rule } = resource(stack, 'aws_s3_bucket_replication_configuration.source_replication');
  const replication = new ReplicationStandIn({
    rules: readRules(rule as unknown[]),
    sourceBucketName: source.bucket,
    targets: versionCopier({ ...source, endpoint: parts.source.s3Endpoint }, destination),
  });
  parts.source.gateway.hooks = {
    onNewVersion: (version) => replication.onNewVersion(version),
    replicationStatus: (objectKey, versionId) => replication.statusInSource(objectKey, versionId),
  };
  parts.destination.gateway.hooks = {
    replicationStatus: (objectKey, versionId) => replication.statusInDestination(objectKey, versionId),
  };
  parts.destination.gateway.faults = ({ headers }) =>
    headers.authorization?.includes(source.credentials.accessKeyId) ? ACCESS_DENIED : undefined;
  return replication;
}

function profilesOf(parts: Parts): string {
  return (['source', 'destination'] as const)
    .map((side) => {
      const { accessKeyId, secretAccessKey, sessionToken } = parts[side].credentials;
      return `[${side}]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\naws_session_token=${sessionToken}\n`;
    })
    .join('\n');
}

function spawnWith(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<Outcome> {
  const project = path.resolve(__dirname, '../../..');
  const command = ['--import', 'tsx', 'cli/main.ts', ...args];
  return outcomeOf(spawn(process.execPath, command, { env, cwd: project }));
}

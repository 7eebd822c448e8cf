import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { GetRoleCommand, GetRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetBucketNotificationConfigurationCommand, ListBucketsCommand } from '@aws-sdk/client-s3';
import { bucketConfiguration, type BucketConfiguration } from '../../../aws/bucketConfiguration';
import { captureFunction } from '../../../aws/captureFunction';
import { alarmsNamed } from '../../../aws/cloudWatch';
import { scheduleOf } from '../../../aws/schedule';
import { kmsKey } from '../../../aws/kmsKey';
import { s3Client } from '../../../aws/s3Client';
import { describeTableDefinition } from '../../../aws/tableDefinition';
import { subscriptionsOf } from '../../../aws/topic';
import type { CheckContext } from '../../../operations/check/checkContext';
import { engineChecks } from '../../../operations/check/engineChecks';
import type { PartsAccount } from '../../../local/parts/startParts';
import type { Deployed } from './deployed';
import { awsSettings } from './readDeployment';
import { CAPTURE, RETENTION_DAYS, SIDES, type Way } from './settings';

type Side = keyof typeof SIDES;
const ENGINE_BUCKET = `${SIDES.destination.bucketName}-engine`;
interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
  readonly Principal?: unknown;
}

/** What was asked for is there: told by S3, Lambda, DynamoDB, IAM, KMS, CloudWatch and SNS themselves. */
export function describeWhatIsThere(way: Way, here: () => Deployed): void {
  const hasEngine = way === 'together';
  const account = (side: Side): PartsAccount => here().parts[side];
  const output = (name: string) => String(here().outputs[name]);
  const bucket = (side: Side): BucketConfiguration =>
    bucketConfiguration({ ...awsSettings(account(side)), bucket: SIDES[side].bucketName });

  describe.each(['source', 'destination'] as const)('the %s account', (side) => {
    test('has one bucket, its own, and that of the engine where it is deployed', async () => {
      const { Buckets } = await s3Client(awsSettings(account(side))).send(new ListBucketsCommand({}));
      const names = [SIDES[side].bucketName, ...(hasEngine && side === 'destination' ? [ENGINE_BUCKET] : [])];
      expect(Buckets?.map(({ Name }) => Name).sort()).toEqual(names);
      expect(output(`${side}_bucket_name`)).toBe(SIDES[side].bucketName);
    });

    test('keeps every version, in private', async () => {
      expect(await bucket(side).versioning()).toBe('Enabled');
      expect(await bucket(side).ownership()).toBe('BucketOwnerEnforced');
      expect(await bucket(side).publicAccessBlock()).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(await statementsOf(bucket(side))).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    });

    test('encrypts with what the settings say', async () => {
      if (way === 'together') {
        expect(await bucket(side).encryption()).toEqual({ SSEAlgorithm: 'AES256' });
        return;
      }
      const { KMSMasterKeyID: keyArn = '', SSEAlgorithm } = (await bucket(side).encryption()) ?? {};
      expect(SSEAlgorithm).toBe('aws:kms');
      const { accountId, region } = SIDES[side];
      expect(keyArn).toMatch(new RegExp(`^arn:aws:kms:${region}:${accountId}:key/`));
      expect(await kmsKey(keyArn, awsSettings(account(side))).rotates()).toBe(true);
    });

    test('ages images, parked batches and broken uploads', async () => {
      const rules = await bucket(side).lifecycle();
      const prefixOf = ({ Filter }: (typeof rules)[number]) => Filter?.Prefix ?? Filter?.And?.Prefix ?? '';
      expect(rules.map(prefixOf).sort()).toEqual([
        ...['', '=dcs/=', '=dcs/=heartbeat.json'],
        ...['orders', 'users'].flatMap((name) => [`=dcs/${name}/drill/`, `=dcs/${name}/verify/`]),
        ...['aws/lambda/', ...['orders/', 'users/'].flatMap((prefix) => [prefix, prefix, prefix])],
      ]);
      expect(rules.find((rule) => prefixOf(rule) === 'users/')).toMatchObject({
        Status: 'Enabled',
        NoncurrentVersionExpiration: { NoncurrentDays: 365 },
        Expiration: { ExpiredObjectDeleteMarker: true },
      });
      expect(rules.flatMap(({ Filter, Expiration }) => (Filter?.And ? [[Filter.And, Expiration]] : []))).toEqual(
        ['users/', 'orders/'].flatMap((Prefix) => [
          [{ Prefix, ObjectSizeGreaterThan: 204_799 }, undefined],
          // The provider asks for more than nothing, whatever else it is told.
          [{ Prefix, ObjectSizeGreaterThan: 0, ObjectSizeLessThan: 3 }, { Days: 365 }],
        ]),
      );
    });
  });

  test('the destination bucket locks, the source bucket does not', async () => {
    expect(await bucket('source').objectLock()).toEqual({ enabled: false });
    expect(await bucket('destination').objectLock()).toMatchObject({
      enabled: true,
      retention: { Mode: 'COMPLIANCE', Days: RETENTION_DAYS },
    });
  });

  test('locks are renewed by a function on a schedule, which may delete nothing, and write where it stands alone', async () => {
    const settings = awsSettings(account('destination'));
    expect(await captureFunction('dcs-lock-renewal', settings).configuration()).toMatchObject({
      ...{ Handler: 'index.handler', CodeSha256: packageDigest(here(), 'dcs-lock-renewal') },
      Environment: {
        Variables: {
          ...{ DCS_BUCKET: SIDES.destination.bucketName, DCS_LOCK_MODE: 'COMPLIANCE' },
          DCS_RETENTION_DAYS: String(RETENTION_DAYS),
        },
      },
    });
    expect(await scheduleOf('dcs-lock-renewal', settings)).toMatchObject({
      ...{ state: 'ENABLED', expression: 'rate(15 minutes)' },
      targets: [{ arn: expect.stringMatching(/:function:dcs-lock-renewal$/) as unknown }],
    });
    const { statements } = await roleNamed(account('destination'), 'dcs-lock-renewal');
    const allowed = (action: string) => statements.filter(({ Action }) => [Action].flat().includes(action));
    expect(allowed('s3:PutObjectRetention')).toHaveLength(1);
    expect(allowed('s3:PutObject').map(({ Resource }) => Resource)).toEqual([
      `${output('destination_bucket_arn')}/=dcs/=locks/sweeps.json`,
    ]);
    expect(JSON.stringify(statements)).not.toMatch(/s3:(Delete|Bypass)/);
  });

  test('replication runs from bucket to bucket, on time, with the role that the destination accepts', async () => {
    const { Role, Rules } = (await bucket('source').replication()) ?? {};
    const destinationArn = output('destination_bucket_arn');
    expect(Role).toBe(output('source_replication_role_arn'));
    expect(Rules).toHaveLength(1);
    expect(Rules?.[0]).toMatchObject({
      Status: 'Enabled',
      DeleteMarkerReplication: { Status: 'Disabled' },
      Destination: {
        Bucket: destinationArn,
        Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
        ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
        ...(way === 'apart' && { EncryptionConfiguration: { ReplicaKmsKeyID: output('destination_key_arn') } }),
      },
    });
    const accepted = (await statementsOf(bucket('destination'))).filter(({ Effect }) => Effect === 'Allow');
    expect(accepted).toEqual([
      expect.objectContaining({
        Action: 's3:ReplicateObject',
        Resource: `${destinationArn}/*`,
        Condition: expect.objectContaining({ ArnEquals: { 'aws:PrincipalArn': Role } }) as unknown,
      }),
    ]);
  });

  test('the replication role may add versions to the destination, and nothing else there', async () => {
    const { trust, statements } = await roleNamed(account('source'), 'dcs-replication');
    expect(trust).toMatchObject([
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 's3.amazonaws.com' } },
    ]);
    const onDestination = statements.filter(({ Resource }) => String(Resource).includes(SIDES.destination.bucketName));
    expect(onDestination.flatMap(({ Action }) => Action)).toEqual(['s3:ReplicateObject']);
  });

  test.each(['users', 'orders'])('table %s is made as it has to be, and captured', async (tableName) => {
    const settings = awsSettings(account('source'));
    expect(await describeTableDefinition(tableName, settings)).toMatchObject({
      createTable: {
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
        Tags: [{ Key: 'dcs:name', Value: 'dcs' }],
      },
      pointInTimeRecoveryDays: 35,
      ...(tableName === 'orders' && { timeToLiveAttributeName: 'expiresAt' }),
    });
    const functionName = (here().outputs.source_capture_functions as Record<string, string>)[tableName]!;
    const capture = captureFunction(functionName, settings);
    expect(await capture.configuration()).toMatchObject({
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Architectures: ['arm64'],
      MemorySize: CAPTURE.memoryMb,
      Timeout: CAPTURE.timeoutSeconds,
      CodeSha256: packageDigest(here(), functionName),
      Environment: { Variables: { DCS_BUCKET: SIDES.source.bucketName, DCS_TABLE: tableName } },
    });
    expect(await capture.mappings()).toEqual([
      expect.objectContaining({
        EventSourceArn: expect.stringContaining(`:table/${tableName}/stream/`) as unknown,
        StartingPosition: 'TRIM_HORIZON',
        BatchSize: CAPTURE.batchSize,
        MaximumBatchingWindowInSeconds: CAPTURE.batchingWindowSeconds,
        ParallelizationFactor: CAPTURE.parallelizationFactor,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumRetryAttempts: CAPTURE.maximumRetryAttempts,
        MaximumRecordAgeInSeconds: CAPTURE.maximumRecordAgeSeconds,
        DestinationConfig: { OnFailure: { Destination: output('source_bucket_arn') } },
      }),
    ]);
  });

  test('a capture function may write images and park, in the source bucket alone', async () => {
    const { statements } = await roleNamed(account('source'), 'dcs-capture-users');
    const writes = statements.filter(({ Action }) => Action === 's3:PutObject');
    const sourceArn = output('source_bucket_arn');
    expect(writes.flatMap(({ Resource }) => Resource)).toEqual([`${sourceArn}/*`]);
  });

  test.each(['source', 'destination'] as const)(
    'every alarm of the %s account is there, and tells a topic',
    async (side) => {
      const inAccount = (await here().asked('aws_cloudwatch_metric_alarm')).filter(
        ({ body }) => body.provider === `aws.${side}`,
      );
      const alarms = await alarmsNamed('dcs-', awsSettings(account(side)));
      expect(alarms.map(({ AlarmName }) => AlarmName).sort()).toEqual(
        inAccount.map(({ body }) => body.alarm_name).sort(),
      );
      const { accountId, region } = SIDES[side];
      for (const { AlarmActions = [], OKActions } of alarms) {
        expect(AlarmActions).toEqual([expect.stringContaining(`arn:aws:sns:${region}:${accountId}:dcs-`)]);
        expect(OKActions).toEqual([]);
        const subscriptions = await subscriptionsOf(AlarmActions[0]!, awsSettings(account(side)));
        expect(subscriptions).toMatchObject([{ Endpoint: 'on-call@example.com' }]);
      }
    },
  );

  test('the alarm on parked batches looks at the mapping that was made', async () => {
    const settings = awsSettings(account('source'));
    const [mapping] = await captureFunction('dcs-capture-users', settings).mappings();
    const [parked] = await alarmsNamed('dcs-capture-users-parked', settings);
    expect(parked?.Dimensions).toEqual([{ Name: 'EventSourceMappingUUID', Value: mapping?.UUID }]);
  });

  test('S3 tells the queue what it could not replicate', async () => {
    const { bucketName: Bucket } = SIDES.source;
    const client = s3Client(awsSettings(account('source')));
    const { QueueConfigurations } = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(QueueConfigurations).toMatchObject([
      { QueueArn: expect.stringContaining(':dcs-replication-failures') as unknown },
    ]);
    expect(QueueConfigurations?.[0]?.Events).toContain('s3:Replication:OperationFailedReplication');
  });

  if (hasEngine) {
    test('the distributed engine is as dcs check expects it, its state machine and each of its functions', async () => {
      const [settings, destination] = [here().settings(), awsSettings(account('destination'))];
      const source = { iam: awsSettings(account('source')) };
      const context = {
        settings,
        source,
        destination: { states: destination, lambda: destination, iam: destination },
      } as unknown as CheckContext;
      const findings = (
        await Promise.all(
          engineChecks(context)
            .map((looks) => looks.map((look) => look()))
            .flat(),
        )
      ).flat();
      expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
      const ids = findings.map(({ id }) => id);
      expect(ids).toEqual(
        expect.arrayContaining([
          'engine',
          'engine-run',
          'thaw-role',
          'backfill-writer',
          'function',
          'function-environment',
        ]),
      );
    });
  }

  test('the restore role is in the destination account and cannot touch what is copied', async () => {
    const { trust, statements } = await roleNamed(account('destination'), 'dcs-restore');
    expect(trust).toMatchObject([{ Principal: { AWS: [`arn:aws:iam::${SIDES.destination.accountId}:root`] } }]);
    const writes = statements.filter(({ Action }) => [Action].flat().includes('s3:PutObject'));
    const places = ['verify', 'drill'].map((kind) => `${output('destination_bucket_arn')}/=dcs/*/${kind}/*`);
    const ofRuns = ['restores', 'verifies', 'backfills'].map((runs) => `arn:aws:s3:::${ENGINE_BUCKET}/${runs}/*`);
    const ofThaws = `arn:aws:s3:::${ENGINE_BUCKET}/thaws/*/manifests/*`;
    expect(writes.map(({ Resource }) => Resource)).toEqual([places, ...(hasEngine ? [ofRuns, ofThaws] : [])]);
    expect(JSON.stringify(statements)).not.toContain('s3:Delete');
  });
}

async function statementsOf(bucket: BucketConfiguration): Promise<Statement[]> {
  return statementsIn((await bucket.policy()) ?? '');
}

function statementsIn(policy: string): Statement[] {
  return (JSON.parse(policy) as { Statement: Statement[] }).Statement;
}

async function roleNamed(
  account: PartsAccount,
  RoleName: string,
): Promise<{ trust: Statement[]; statements: Statement[] }> {
  const client = new IAMClient(awsSettings(account));
  const { Role } = await client.send(new GetRoleCommand({ RoleName }));
  const { PolicyDocument } = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName: RoleName }));
  return {
    trust: statementsIn(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')),
    statements: statementsIn(decodeURIComponent(PolicyDocument ?? '')),
  };
}

/** What Lambda should have: the package that Terraform made in the stack's folder. */
function packageDigest({ stacks, folderOf }: Deployed, functionName: string): string {
  const folders = stacks.map((stack) => path.join(folderOf(stack), 'packages'));
  const zips = folders.flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)));
  const zip = zips.find((file) => path.basename(file).startsWith(`${functionName}-`)) ?? '';
  return createHash('sha256').update(readFileSync(zip)).digest('base64');
}

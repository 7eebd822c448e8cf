import { engineSettings, writerSettings } from '../../lambda/engineRun';
import { ENGINE_WORKERS } from '../../settings/engineDefinition';
import { variants } from '../../stacks/variants';
import { statesOf } from './support/alarmState';
import { isAllowed } from './access/evaluate';
import { resource, resources, synthesizeTogether } from './support/synth';

const stack = synthesizeTogether(variants.engine);
const ACCOUNT = '222222222222';
const SOURCE_ACCOUNT = '111111111111';
const roles = [
  ...(['plan', 'fold', 'collect', 'import', 'machine', 'operator', 'thaw'] as const),
  ...(['sourceOperator', 'writer'] as const),
] as const;
type Role = (typeof roles)[number];

const policyOf: Record<Role, string> = {
  plan: 'destination_engine_plan_role-policy',
  fold: 'destination_engine_fold_role-policy',
  collect: 'destination_engine_collect_role-policy',
  import: 'destination_engine_import_role-policy',
  machine: 'destination_engine_role-policy',
  operator: 'destination_restore-role_policy',
  thaw: 'destination_engine_thaw-role-policy',
  sourceOperator: 'source_operator_role-policy',
  writer: 'source_backfill-writer_policy',
};

const BUCKET_POLICY = 'aws_s3_bucket_policy.destination_engine_bucket_policy';
const image = 'arn:aws:s3:::example-dcs-destination/users/a/image.json';
const ofRun = 'arn:aws:s3:::example-dcs-engine/restores/users/users-2/run/rounds/0/tasks.json';
const ofThaw = 'arn:aws:s3:::example-dcs-engine/thaws/users';
const ofVerify = 'arn:aws:s3:::example-dcs-engine/verifies/users/verify-1/rounds/0/tasks.json';
const ofBackfill = 'arn:aws:s3:::example-dcs-engine/backfills/users/backfill-1/rounds/0/tasks.json';
const sourceBucket = 'arn:aws:s3:::example-dcs-source';
const sourceImage = `${sourceBucket}/users/a/image.json`;
const ofExport = 'arn:aws:s3:::example-dcs-engine/exports/users/AWSDynamoDB/01-abc/data/a.json.gz';
const newTable = `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/users-2`;
const machine = `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:dcs-engine`;
const execution = `arn:aws:states:eu-west-1:${ACCOUNT}:execution:dcs-engine:users-1`;
const logGroup = `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/aws/vendedlogs/states/dcs-engine`;
const functionArn = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:dcs-engine-fold`;

/** Everything else that is asked for, everybody is refused. */
const may: readonly [action: string, resourceArn: string, by: readonly Role[]][] = [
  ['s3:GetObjectVersion', image, ['plan', 'fold', 'operator']],
  ['s3:PutObject', image, []],
  ['s3:DeleteObjectVersion', image, []],
  ['s3:PutObjectRetention', image, []],
  ['s3:RestoreObject', image, ['operator', 'thaw']],
  ['s3:RestoreObject', ofRun, []],
  ['s3:GetObject', `${ofThaw}/manifests/a.csv`, ['operator', 'thaw']],
  ['s3:PutObject', `${ofThaw}/manifests/a.csv`, ['operator']],
  ['s3:GetObject', `${ofThaw}/reports/job-1/manifest.json`, ['operator']],
  ['s3:PutObject', `${ofThaw}/reports/job-1/manifest.json`, ['thaw']],
  ['s3:DeleteObject', `${ofThaw}/manifests/a.csv`, []],
  ['s3:GetObject', ofRun, ['plan', 'fold', 'collect', 'import', 'machine', 'operator']],
  ['s3:PutObject', ofRun, ['plan', 'fold', 'collect', 'import', 'operator']],
  ['s3:DeleteObject', ofRun, []],
  ['s3:GetObject', ofVerify, ['plan', 'fold', 'collect', 'machine', 'operator']],
  ['s3:PutObject', ofVerify, ['plan', 'fold', 'collect', 'operator']],
  ['s3:DeleteObject', ofVerify, []],
  ['s3:GetObject', ofBackfill, ['plan', 'fold', 'collect', 'machine', 'operator']],
  ['s3:PutObject', ofBackfill, ['plan', 'fold', 'collect', 'operator']],
  ['s3:DeleteObject', ofBackfill, []],
  // What the engine assumes to write images adds to the source bucket, below its tables, and can do nothing else anywhere.
  ['s3:PutObject', sourceImage, ['sourceOperator', 'writer']],
  ['s3:GetObjectVersion', sourceImage, ['sourceOperator', 'writer']],
  // With If-Match, where an image of a former table is there, S3 asks for GetObject beside PutObject (user guide, conditional-writes).
  ['s3:GetObject', sourceImage, ['sourceOperator', 'writer']],
  ['s3:GetObject', `${sourceBucket}/other/a/image.json`, ['sourceOperator']],
  ['s3:ListBucketVersions', sourceBucket, ['sourceOperator', 'writer']],
  ['s3:PutObject', `${sourceBucket}/other/a/image.json`, ['sourceOperator']],
  ['s3:PutObject', `${sourceBucket}/=dcs/users/journal/a`, ['sourceOperator']],
  ['s3:DeleteObject', sourceImage, []],
  ['s3:DeleteObjectVersion', sourceImage, []],
  ['s3:PutBucketVersioning', sourceBucket, []],
  ['sts:AssumeRole', 'arn:aws:iam::111111111111:role/dcs-backfill-writer', ['fold']],
  ['sts:AssumeRole', 'arn:aws:iam::111111111111:role/dcs-operator', []],
  ['iam:GetRole', 'arn:aws:iam::111111111111:role/dcs-backfill-writer', ['sourceOperator']],
  ['s3:GetObject', ofExport, ['plan', 'fold', 'operator']],
  // A source account that somebody has taken over can add exports, and reads and changes nothing.
  ['s3:PutObject', ofExport, ['sourceOperator']],
  ['s3:AbortMultipartUpload', ofExport, ['sourceOperator']],
  ['s3:DeleteObject', ofExport, []],
  ['s3:ListBucket', 'arn:aws:s3:::example-dcs-engine', ['plan', 'fold', 'collect', 'import', 'operator']],
  ['s3:PutObject', 'arn:aws:s3:::example-dcs-engine/elsewhere', []],
  ['dynamodb:ImportTable', newTable, ['import']],
  ['dynamodb:BatchGetItem', newTable, ['import', 'operator']],
  ['dynamodb:PutItem', newTable, ['operator']],
  ['dynamodb:DeleteTable', newTable, []],
  ['dynamodb:ImportTable', newTable.replace('eu-west-1', 'eu-central-1'), []],
  ['lambda:InvokeFunction', functionArn, ['machine']],
  ['lambda:InvokeFunction', functionArn.replace('engine-fold', 'drill'), []],
  ['states:StartExecution', machine, ['machine', 'operator']],
  ['states:DescribeExecution', execution, ['machine', 'operator']],
  ['states:DescribeExecution', execution.replace(':users-1', '/Fold:1'), ['machine']],
  ['states:StopExecution', execution.replace(':users-1', '/Fold:1'), ['machine']],
  ['states:StopExecution', execution.replace('dcs-engine', 'other'), []],
  ['logs:PutLogEvents', `${logGroup}:log-stream:states/dcs-engine/1`, ['machine']],
  ['logs:PutLogEvents', `${logGroup}-2:log-stream:states/dcs-engine/1`, []],
  ['sts:AssumeRole', `arn:aws:iam::111111111111:role/dcs-drill-reader`, []],
  ['iam:GetRole', `arn:aws:iam::${ACCOUNT}:role/dcs-engine-thaw`, ['operator']],
  ['iam:GetRole', `arn:aws:iam::${ACCOUNT}:role/dcs-restore`, []],
];

test.each(may)('%s on %s: %j', async (action, resourceArn, by) => {
  const allowed: Role[] = [];
  for (const role of roles) {
    const principal = {
      arn:
        role === 'sourceOperator' || role === 'writer'
          ? `arn:aws:iam::${SOURCE_ACCOUNT}:role/dcs-${role === 'writer' ? 'backfill-writer' : 'operator'}`
          : `arn:aws:iam::${ACCOUNT}:role/${role}`,
      rolePolicy: `aws_iam_role_policy.${policyOf[role]}`,
    };
    const isOfSource = resourceArn.startsWith(sourceBucket) || resourceArn.split(':')[4] === SOURCE_ACCOUNT;
    // What a role may ask for is one thing; whom it trusts, which the other account decides, another.
    const isAsked = action === 'sts:AssumeRole';
    const ofAccount = isOfSource ? SOURCE_ACCOUNT : ACCOUNT;
    const resourceAccountId = isAsked ? (principal.arn.split(':')[4] ?? '') : ofAccount;
    const isOfBucket = resourceArn.startsWith('arn:aws:s3:::example-dcs-engine');
    const resourcePolicy = isOfBucket ? { resourcePolicy: BUCKET_POLICY } : {};
    const request = { principal, action, resourceArn, resourceAccountId, ...resourcePolicy };
    if (await isAllowed(stack, request)) allowed.push(role);
  }
  expect(allowed).toEqual(by);
});

test('the operator begins jobs that ask versions back and no others, by their own role alone, which their service alone assumes', async () => {
  const principal = {
    arn: `arn:aws:iam::${ACCOUNT}:role/dcs-restore`,
    rolePolicy: 'aws_iam_role_policy.destination_restore-role_policy',
  };
  const allowed = (action: string, resourceArn: string, context: Record<string, string> = {}) =>
    isAllowed(stack, { principal, action, resourceArn, resourceAccountId: ACCOUNT, context });
  const create = (operation: string) => allowed('s3:CreateJob', '*', { 's3:RequestJobOperation': operation });
  expect(await create('S3InitiateRestoreObject')).toBe(true);
  for (const other of ['S3PutObjectCopy', 'LambdaInvoke', 'S3PutObjectRetention', 'S3DeleteObjectTagging'])
    expect(await create(other)).toBe(false);
  const pass = (name: string, service = 'batchoperations.s3.amazonaws.com') =>
    allowed('iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/${name}`, { 'iam:PassedToService': service });
  expect(await pass('dcs-engine-thaw')).toBe(true);
  expect(await pass('dcs-engine-thaw', 'lambda.amazonaws.com')).toBe(false);
  expect(await pass('dcs-lock-renewal')).toBe(false);
  const job = `arn:aws:s3:eu-west-1:${ACCOUNT}:job/1`;
  expect(await allowed('s3:DescribeJob', job)).toBe(true);
  expect(await allowed('s3:UpdateJobStatus', job)).toBe(false);
  const trust = resource(stack, 'aws_iam_role.destination_engine_thaw-role').assume_role_policy as string;
  expect(JSON.parse(trust)).toMatchObject({
    Statement: [{ Principal: { Service: 'batchoperations.s3.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  });
  expect(resource(stack, 'aws_iam_role.destination_engine_thaw-role').name).toBe('dcs-engine-thaw');
});

test('the functions get the environment that they read, their whole time, and are those that the machine calls', () => {
  const { definition } = resource(stack, 'aws_sfn_state_machine.destination_engine');
  for (const worker of ENGINE_WORKERS) {
    const found = resource(stack, `aws_lambda_function.destination_engine_${worker}`);
    const { variables } = found.environment as { variables: Record<string, string> };
    expect(engineSettings({ ...variables, AWS_REGION: 'eu-west-1' })).toEqual({
      ...{ bucket: 'example-dcs-destination', prefix: '', region: 'eu-west-1', engineBucket: 'example-dcs-engine' },
    });
    expect(found.timeout).toBe(900);
    expect(definition).toContain(`arn:aws:lambda:eu-west-1:${ACCOUNT}:function:${found.function_name as string}`);
  }
  expect(definition).toContain('"MaxConcurrency":200');
});

test('images are written by a role of the source account that trusts the one function that does tasks', () => {
  const { environment } = resource(stack, 'aws_lambda_function.destination_engine_fold');
  const { variables } = environment as { variables: Record<string, string> };
  expect(writerSettings(variables)).toEqual({
    ...{ bucket: 'example-dcs-source', region: 'eu-central-1', largeImageStorageClass: 'STANDARD_IA' },
    credentials: expect.any(Function) as unknown,
  });
  const { name, assume_role_policy: trust } = resource(stack, 'aws_iam_role.source_backfill-writer');
  expect(variables.DCS_WRITER_ROLE_ARN).toBe(`arn:aws:iam::${SOURCE_ACCOUNT}:role/${name as string}`);
  const { name: foldRole } = resource(stack, 'aws_iam_role.destination_engine_fold_role');
  expect((JSON.parse(trust as string) as { Statement: object[] }).Statement).toEqual([
    {
      ...{ Sid: 'EngineAssumesRole', Effect: 'Allow', Action: 'sts:AssumeRole' },
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
      Condition: { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/${foldRole as string}` } },
    },
  ]);
});

// What a new machine goes by, an old function does not say: a run that begins in these seconds would fail.
test('the machine is changed when all of its functions are', () => {
  const { depends_on } = resource(stack, 'aws_sfn_state_machine.destination_engine');
  const functions = ENGINE_WORKERS.map((worker) => `aws_lambda_function.destination_engine_${worker}`);
  expect(depends_on).toEqual(expect.arrayContaining(functions));
});

test('a run that fails rings, and its files go by themselves', () => {
  expect(resource(stack, 'aws_cloudwatch_metric_alarm.destination_engine_engine-failed')).toMatchObject({
    ...{ namespace: 'AWS/States', metric_name: 'ExecutionsFailed', dimensions: { StateMachineArn: machine } },
  });
  const { rule } = resource(stack, 'aws_s3_bucket_lifecycle_configuration.destination_engine_bucket_lifecycle');
  expect(rule).toMatchObject([
    { status: 'Enabled', expiration: [{ days: 14 }], noncurrent_version_expiration: [{ noncurrent_days: 1 }] },
    { status: 'Enabled', expiration: [{ expired_object_delete_marker: true }] },
  ]);
});

test('its alarm rings for one failed run and is silent without runs, and for those that come to their end', () => {
  const alarm = resource(stack, 'aws_cloudwatch_metric_alarm.destination_engine_engine-failed');
  const states = (value: (minute: number) => number | undefined) =>
    new Set(statesOf(alarm, { ExecutionsFailed: Array.from({ length: 120 }, (_, minute) => value(minute)) }));
  expect(states(() => undefined)).toEqual(new Set(['OK']));
  expect(states((minute) => (minute === 30 ? 0 : undefined))).toEqual(new Set(['OK']));
  expect(states((minute) => (minute === 30 ? 1 : undefined))).toContain('ALARM');
});

// Destroyed, its lifecycle would go first, what is in it would stay for ever, and the bucket be refused for not being empty.
test('when the engine goes, its bucket stays with its guards, and empties itself', () => {
  const ofBucket = (address: string) => address.includes('.destination_engine_bucket');
  const made = resources(stack).flatMap(({ address }) => (ofBucket(address) ? [address] : []));
  const { removed = [] } = synthesizeTogether(variants.minimal);
  const forgotten = removed.filter(({ from }) => ofBucket(from));
  expect(forgotten.map(({ from }) => from).sort()).toEqual(made.sort());
  for (const { lifecycle } of forgotten) expect(lifecycle).toEqual({ destroy: false });
  expect(JSON.stringify(stack.removed ?? [])).not.toContain('engine');
});

test('without the engine there is nothing of it', () => {
  const without = resources(synthesizeTogether(variants.minimal));
  expect(without.filter(({ address, type }) => type.startsWith('aws_sfn') || /[._-]engine/.test(address))).toEqual([]);
});

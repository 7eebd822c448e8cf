import recorded from '../../fixtures/callsOfCommands.json';
import { inEither, lineOf, type CommandRight } from '../../support/calls/known';
import type { Request } from './evaluate';
import { PLACES, PRINCIPALS } from './table';

/** What the commands were seen to call, and call in the other account too. */
export const CALLS: readonly CommandRight[] = [
  ...new Map((recorded as CommandRight[]).flatMap(inEither).map((call) => [lineOf(call), call])).values(),
];
type Side = CommandRight['side'];

/** The role that a command works with in an account. */
export function principalOf({ command, side }: Pick<CommandRight, 'command' | 'side'>) {
  if (command === 'erase') return PRINCIPALS[`Whoever erases (role in the ${side} account)`];
  if (command === 'lock') return PRINCIPALS['Lock renewal function'];
  return PRINCIPALS[side === 'source' ? 'Operator in the source account' : 'Operator (restore role)'];
}

/** Where its policy stands. */
export const policyOf = (call: Pick<CommandRight, 'command' | 'side'>): string => principalOf(call).rolePolicy ?? '';

/** Rights of whoever calls that show in no recorded call, and what needs them. */
export const IMPLIED: Readonly<Record<string, string>> = {
  'dynamodb:ListImports': '`dcs restore`, to find an import that a former run has left running',
  'dynamodb:TagResource': 'CreateTable, for a table that had tags',
  'iam:PassRole':
    '`dcs verify --history --replicate`, and `dcs restore --thaw` of many images with the engine, pass the role of their jobs',
  'kms:Decrypt': 'S3 decrypts what is read, DynamoDB the items of a table under a key',
  'kms:DescribeKey': '`dcs check`, with customer-managed keys',
  'kms:GenerateDataKey': 'S3 encrypts what is written',
  'kms:GenerateDataKeyWithoutPlaintext': 'as above',
  'kms:GetKeyRotationStatus': '`dcs check`, with customer-managed keys',
  'logs:CreateLogGroup': 'ImportTable writes a log',
  'logs:CreateLogStream': 'as above',
  'logs:DescribeLogGroups': 'as above',
  'logs:DescribeLogStreams': 'as above',
  'logs:PutLogEvents': 'as above',
  'logs:PutRetentionPolicy': 'as above',
  's3:CreateJob': 'as `iam:PassRole`',
  's3:DescribeJob': 'as above',
  's3:ListJobs': 'as above: a job that was begun is found again',
  's3:GetObjectRetention': 'S3 tells of a lock in its answer to HEAD',
};

/**
/**
 * Things of which IAM is asked beside a call's own: DynamoDB lists and reads the files of an import, and writes those of an export, also
 * into the engine's bucket. Runs of the engine are listed. Manifests and reports are those of jobs, which no command begins for a few images.
 */
export const IMPLIED_ON = /example-imports|example-exports|example-engine(\/thaws\/.*|\/exports\/\*)?$/;

type Place = Pick<Request, 'resourceArn' | 'resourceAccountId' | 'resourcePolicy'>;

const ACCOUNT = { source: '111111111111', destination: '222222222222' };
const REGION = { source: 'eu-central-1', destination: 'eu-west-1' };

/** Where a recorded call goes in the example's deployment. */
export function placesOf({ side, action, on }: CommandRight): Place[] {
  const [, kind = on, ofBucket] = /^(.*?)(?: in)? ?the (source|destination) bucket$/.exec(on) ?? [];
  if (ofBucket !== undefined) return keysOf(kind).map((key) => PLACES.inBucket(ofBucket as Side, key));
  const arn = (service: string, resource: string, region = REGION[side]) =>
    `arn:aws:${service}:${region}:${ACCOUNT[side]}:${resource}`;
  const at = (...arns: string[]): Place[] =>
    arns.map((resourceArn) => ({ resourceArn, resourceAccountId: ACCOUNT[side] }));
  const beside = `arn:aws:s3:::example-imports-${side}`;
  if (on === 'files of an import') return at(`${beside}/dcs-import/users/users/2026-01-01T00-00-00-000Z/manifest.json`);
  if (on === 'files of an engine')
    return side === 'destination'
      ? at(
          'arn:aws:s3:::example-engine/restores/users/users-2/run/request.json',
          'arn:aws:s3:::example-engine/verifies/users/verify-1/request.json',
          'arn:aws:s3:::example-engine/backfills/users/backfill-1/request.json',
        )
      : [];
  if (on === 'files of an export for the engine')
    return side === 'destination'
      ? at('arn:aws:s3:::example-engine/exports/users/AWSDynamoDB/01-abc/manifest-files.json')
      : [];
  if (on === 'files of an export') return at('arn:aws:s3:::example-exports/AWSDynamoDB/0123-abc/manifest-files.json');
  if (on === 'a bucket beside') return at(beside);
  if (action === 'dynamodb:DescribeImport') return at(arn('dynamodb', 'table/users/import/01234567890123-0123abcd'));
  if (action === 'dynamodb:DescribeExport') return at(arn('dynamodb', 'table/users/export/01234567890123-0123abcd'));
  if (on === 'tables') return at(arn('dynamodb', 'table/users'));
  if (on === 'scratch tables of drills') return at(arn('dynamodb', 'table/users-dcs-drill-20260101T000000000Z'));
  if (action === 'iam:PassRole')
    return at(arn('iam', `role/${side === 'source' ? 'dcs-batch-replication' : 'dcs-engine-thaw'}`, ''));
  if (action === 'iam:GetRole')
    return at(
      ...(side === 'source' ? ['dcs-backfill-writer', 'dcs-batch-replication'] : ['dcs-engine-thaw']).map((role) =>
        arn('iam', `role/${role}`, ''),
      ),
    );
  return at(...(WITHOUT_NAMES[action]?.(arn) ?? ['*']));
}

const KEYS: Readonly<Record<string, readonly (string | undefined)[]>> = {
  '': [undefined],
  images: ['users/a/image.json'],
  'table.json': ['users/table.json'],
  'parked batches': ['aws/lambda/uuid/shard/batch'],
  reports: ['verify', 'drill'].map((report) => `=dcs/users/${report}/2026-01-01T00:00:00.000Z.json`),
  probes: ['=dcs/=check/2026-01-01T00:00:00.000Z-id.json'],
  journals: ['=dcs/users/journal/2026/01/01/00/1-1-a.tsv.gz'],
  'runs of journals': ['=dcs/users/runs/a/manifest.json'],
  'marks of bases': ['=dcs/users/base/a/retired'],
  'bases of journals': ['=dcs/users/base/a/manifest.json'],
  'the heartbeat': ['=dcs/=heartbeat.json'],
  'the sweeps of locks': ['=dcs/=locks/sweeps.json'],
};

function keysOf(kind: string): readonly (string | undefined)[] {
  const keys = KEYS[kind];
  if (keys === undefined) throw new Error(`which objects are the ${kind}?`);
  return keys;
}

type Arn = (service: string, resource: string, region?: string) => string;

/** Of those actions that are bound to a thing, although the call's record does not name it. */
const WITHOUT_NAMES: Readonly<Record<string, (arn: Arn) => string[]>> = {
  'cloudtrail:GetEventSelectors': (arn) => [arn('cloudtrail', 'trail/account')],
  'cloudtrail:GetTrailStatus': (arn) => [arn('cloudtrail', 'trail/account')],
  // What S3 publishes of replication is watched in the Region of the destination bucket.
  'cloudwatch:DescribeAlarms': (arn) => [
    arn('cloudwatch', 'alarm:dcs-any'),
    arn('cloudwatch', 'alarm:dcs-any', 'eu-west-1'),
  ],
  'dynamodb:DescribeStream': (arn) => [arn('dynamodb', 'table/users/stream/2026-01-01T00:00:00.000')],
  'events:DescribeRule': (arn) => [arn('events', 'rule/dcs-any')],
  'events:ListTargetsByRule': (arn) => [arn('events', 'rule/dcs-any')],
  'lambda:GetFunctionConfiguration': (arn) => [arn('lambda', 'function:dcs-any')],
  'states:DescribeStateMachine': (arn) => [arn('states', 'stateMachine:dcs-engine')],
  'states:ListExecutions': (arn) => [arn('states', 'stateMachine:dcs-engine')],
  'states:DescribeExecution': (arn) => [arn('states', 'execution:dcs-engine:users-1')],
  'states:StartExecution': (arn) => [arn('states', 'stateMachine:dcs-engine')],
  'sns:ListSubscriptionsByTopic': (arn) => [arn('sns', 'dcs-alarms'), arn('sns', 'dcs-alarms', 'eu-west-1')],
};

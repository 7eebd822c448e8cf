import type { HttpCall } from './httpCall';

/** What IAM decides about for a call: an action, and the kind of thing that it is done to. */
export interface Right {
  readonly action: string;
  /** Empty where the action says it. */
  readonly on: string;
  /** The account that it is in, where the thing tells. */
  readonly side?: Side;
}
export type Side = 'source' | 'destination';

/** What a call has to be allowed. Who one is, anybody may ask, and taking a role is for its trust to say. */
export function rightsOf(call: HttpCall): Right[] {
  switch (call.service) {
    case 's3':
      return JOBS.test(call.path) ? rightsOfJobs(call) : rightsOfS3(call);
    case 'dynamodb':
      return rightsOfDynamoDb(call);
    case 'sts':
      return [];
    default:
      return [{ action: `${PREFIX[call.service] ?? call.service}:${operationOf(call)}`, on: '' }];
  }
}

/** S3 Control signs as S3 does. */
const JOBS = /^\/v20180820\/jobs(?:\/(.+))?$/;

function rightsOfJobs({ method, path }: HttpCall): Right[] {
  const [, id] = JOBS.exec(path) ?? [];
  if (method !== 'POST') return [{ action: id === undefined ? 's3:ListJobs' : 's3:DescribeJob', on: '' }];
  return [
    { action: 's3:CreateJob', on: '' },
    { action: 'iam:PassRole', on: 'the role of the job' },
  ];
}

/** Signing names that differ from what actions start with. */
const PREFIX: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

function operationOf({ header, path, method, body }: HttpCall): string {
  const target = header('x-amz-target').split('.').at(-1);
  if (target) return target;
  const [, ofPath] = /\/operation\/(\w+)$/.exec(path) ?? [];
  const asked = ofPath ?? new URLSearchParams(body).get('Action');
  if (asked) return asked;
  if (/\/functions\/[^/]+\/configuration$/.test(path)) return 'GetFunctionConfiguration';
  if (/\/event-source-mappings\/?$/.test(path)) return 'ListEventSourceMappings';
  throw new Error(`${method} ${path}: which action is it?`);
}

/** Subresources of a bucket, by method (service authorization reference, "Actions defined by Amazon S3"). */
const OF_BUCKET: Readonly<Record<string, string>> = {
  versions: 'ListBucketVersions',
  versioning: 'GetBucketVersioning',
  location: 'GetBucketLocation',
  'object-lock': 'GetBucketObjectLockConfiguration',
  policy: 'GetBucketPolicy',
  publicAccessBlock: 'GetBucketPublicAccessBlock',
  encryption: 'GetEncryptionConfiguration',
  lifecycle: 'GetLifecycleConfiguration',
  replication: 'GetReplicationConfiguration',
  ownershipControls: 'GetBucketOwnershipControls',
};

function rightsOfS3(call: HttpCall): Right[] {
  const [, bucket = '', key = ''] = /^\/([^/]+)\/?(.*)$/s.exec(call.path) ?? [];
  if (key !== '') return onObject(bucket, key, actionsOnObject(call));
  if (call.method === 'POST' && call.query.has('delete')) return deletes(call, bucket);
  const subresource = Object.keys(OF_BUCKET).find((name) => call.query.has(name));
  const action = `s3:${subresource === undefined ? 'ListBucket' : OF_BUCKET[subresource]}`;
  const side = sideOf(bucket);
  return [{ action, side, on: side === undefined ? 'a bucket beside' : `the ${side} bucket` }];
}

function onObject(bucket: string, key: string, actions: readonly string[]): Right[] {
  const kind = kindOf(key);
  // Whichever bucket a test has put them into.
  const side = kind.startsWith('files of an') ? undefined : sideOf(bucket);
  const on = side === undefined ? kind : `${kind} in the ${side} bucket`;
  return actions.map((action) => ({ action: `s3:${action}`, on, side }));
}

function actionsOnObject({ method, query, header }: HttpCall): string[] {
  const bypass = header('x-amz-bypass-governance-retention') === 'true' ? ['BypassGovernanceRetention'] : [];
  const ofVersion = query.has('versionId');
  if (query.has('retention')) return method === 'GET' ? ['GetObjectRetention'] : ['PutObjectRetention', ...bypass];
  if (query.has('restore')) return ['RestoreObject'];
  if (method === 'GET' || method === 'HEAD') return [ofVersion ? 'GetObjectVersion' : 'GetObject'];
  if (method === 'DELETE' && query.has('uploadId')) return ['AbortMultipartUpload'];
  if (method === 'DELETE') return [ofVersion ? 'DeleteObjectVersion' : 'DeleteObject', ...bypass];
  const copied = header('x-amz-copy-source');
  return [
    'PutObject',
    ...(copied === '' ? [] : [copied.includes('versionId') ? 'GetObjectVersion' : 'GetObject']),
    // To compare with what is there tells something of it (Amazon S3 user guide, "Add preconditions to S3 operations").
    ...(header('if-match') === '' ? [] : ['GetObject']),
  ];
}

/** Several at once; each has its key in the body. */
function deletes({ body, header }: HttpCall, bucket: string): Right[] {
  const keys = [...body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
  const actions = [
    body.includes('<VersionId>') ? 'DeleteObjectVersion' : 'DeleteObject',
    ...(header('x-amz-bypass-governance-retention') === 'true' ? ['BypassGovernanceRetention'] : []),
  ];
  return keys.flatMap((key) => onObject(bucket, key, actions));
}

/** The tests call their buckets by what they are for. */
function sideOf(bucket: string): Side | undefined {
  const [side] = /source|destination/.exec(bucket) ?? [];
  return side as Side | undefined;
}

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)aws\/lambda\//, 'parked batches'],
  [/=dcs\/=check\//, 'probes'],
  [/=dcs\/=heartbeat\.json$/, 'the heartbeat'],
  [/=dcs\/=locks\//, 'the sweeps of locks'],
  [/=dcs\/(=all|[^=/]+)\/(verify|drill)\//, 'reports'],
  [/=dcs\/[^=/]+\/journal\//, 'journals'],
  [/=dcs\/[^=/]+\/runs\//, 'runs of journals'],
  [/=dcs\/[^=/]+\/base\/[^/]+\/retired$/, 'marks of bases'],
  [/=dcs\/[^=/]+\/base\//, 'bases of journals'],
  [/^dcs-import\//, 'files of an import'],
  [/^(restores|verifies|backfills)\//, 'files of an engine'],
  [/^exports\//, 'files of an export for the engine'],
  [/AWSDynamoDB\//, 'files of an export'],
  [/\/table\.json$/, 'table.json'],
  [/\/image\.json$/, 'images'],
];

const kindOf = (key: string): string => KINDS.find(([pattern]) => pattern.test(key))?.[1] ?? 'other objects';

function rightsOfDynamoDb(call: HttpCall): Right[] {
  const action = `dynamodb:${operationOf(call)}`;
  const input = JSON.parse(call.body === '' ? '{}' : call.body) as Record<string, unknown>;
  const tableNames = tablesOf(input);
  if (tableNames.length === 0) return [{ action, on: '' }];
  const rights = tableNames.map((name) => ({
    action,
    on: name.includes('-dcs-drill-') ? 'scratch tables of drills' : 'tables',
  }));
  const tagged = action === 'dynamodb:CreateTable' && Array.isArray(input.Tags) && input.Tags.length > 0;
  return [...rights, ...(tagged ? rights.map(({ on }) => ({ action: 'dynamodb:TagResource', on })) : [])];
}

/** By whatever argument a call names them: `TableName`, `RequestItems`, an ARN, what an import is to make. */
function tablesOf({ TableName, RequestItems, TableCreationParameters, ...arns }: Record<string, unknown>): string[] {
  if (typeof TableName === 'string') return [TableName];
  if (typeof RequestItems === 'object') return Object.keys(RequestItems ?? {});
  if (TableCreationParameters !== undefined) return tablesOf(TableCreationParameters as Record<string, unknown>);
  return ['TableArn', 'ResourceArn', 'ImportArn', 'ExportArn'].flatMap((name) => {
    const arn = arns[name];
    return typeof arn === 'string' && arn.includes(':table/') ? [arn.split('/')[1] ?? ''] : [];
  });
}

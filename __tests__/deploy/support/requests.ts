import type { Call } from './calls';
import { SIDES } from './settings';

/** What IAM decides about: an action on a resource, with what is known of the request. */
export interface Request {
  readonly action: string;
  readonly resourceArn: string;
  readonly context: Readonly<Record<string, string>>;
}

const PREFIX: Readonly<Record<string, string>> = { 'CloudWatch Logs': 'logs', EventBridge: 'events', SFN: 'states' };

/** Operations of S3 that are not called as their action is (service authorization reference, "Actions defined by Amazon S3"). */
const ACTION_OF_S3: Readonly<Record<string, string>> = {
  GetBucketAccelerateConfiguration: 'GetAccelerateConfiguration',
  GetBucketCors: 'GetBucketCORS',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  GetBucketReplication: 'GetReplicationConfiguration',
  GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  HeadBucket: 'ListBucket',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  PutBucketNotificationConfiguration: 'PutBucketNotification',
  PutBucketReplication: 'PutReplicationConfiguration',
  PutObjectLockConfiguration: 'PutBucketObjectLockConfiguration',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
};

/** What a call has to be allowed: the role that is handed over, too. */
export function requestsOf(call: Call, accountId: string): Request[] {
  const { service, method, body } = call;
  const prefix = PREFIX[service] ?? service.toLowerCase();
  const name = prefix === 's3' ? (ACTION_OF_S3[method] ?? method) : method;
  const base = { action: `${prefix}:${name}`, context: contextOf(prefix, call, accountId) };
  const resourceArns = arnsOf(prefix, call, accountId);
  const passed = /<Role>([^<]+)<\/Role>|"[Rr]ole(?:Arn)?":"([^"]+)"/.exec(body);
  const role = passed?.[1] ?? passed?.[2];
  return [
    ...resourceArns.map((resourceArn) => ({ ...base, resourceArn })),
    ...(role === undefined
      ? []
      : [
          {
            action: 'iam:PassRole',
            resourceArn: role,
            context: { 'iam:PassedToService': `${prefix}.amazonaws.com` },
          },
        ]),
  ];
}

function arnsOf(prefix: string, call: Call, accountId: string): string[] {
  const { method, path, region } = call;
  const arn = (service: string, resource: string, of = region) => `arn:aws:${service}:${of}:${accountId}:${resource}`;
  const given = word(call, 'ResourceArn', 'ResourceARN', 'resourceArn', 'TopicArn');
  const subscription = word(call, 'SubscriptionArn')?.split(':').slice(0, 6).join(':'); // IAM decides about its topic.
  if (given !== undefined) return [given];
  if (subscription !== undefined) return [subscription];
  const last = (separator: string, text = '') => text.split(separator).at(-1) ?? '';
  switch (prefix) {
    case 's3':
      return [`arn:aws:s3:::${path.split('/')[1] ?? ''}`];
    case 'iam':
      return [arn('iam', `role/${word(call, 'RoleName') ?? ''}`, '')];
    case 'logs':
      return [method === 'DescribeLogGroups' ? '*' : arn('logs', `log-group:${word(call, 'logGroupName') ?? ''}`)];
    case 'events':
      return [arn('events', `rule/${word(call, 'Rule', 'Name') ?? ''}`)];
    case 'cloudwatch': {
      const dashboard = word(call, 'DashboardName');
      if (dashboard !== undefined) return [arn('cloudwatch', `dashboard/${dashboard}`, '')];
      return [arn('cloudwatch', `alarm:${word(call, 'AlarmName', 'AlarmNames.member.1') ?? ''}`)];
    }
    case 'sns':
      return [arn('sns', word(call, 'Name') ?? '')];
    case 'sqs':
      return [arn('sqs', word(call, 'QueueName') ?? last('/', word(call, 'QueueUrl')))];
    case 'dynamodb':
      return [arn('dynamodb', `table/${word(call, 'TableName') ?? ''}`)];
    case 'kms':
      return keysOf(call, arn);
    case 'lambda':
      return lambdaOf(call, arn);
    case 'states':
      if (method === 'ValidateStateMachineDefinition') return ['*'];
      return [word(call, 'stateMachineArn') ?? arn('states', `stateMachine:${word(call, 'name') ?? ''}`)];
    default:
      throw new Error(`${call.service} ${method}: which resource is it about?`);
  }
}

type Arn = (service: string, resource: string) => string;

function keysOf(call: Call, arn: Arn): string[] {
  const { method } = call;
  if (method === 'CreateKey' || method === 'ListAliases') return ['*'];
  const key = (word(call, 'TargetKeyId', 'KeyId') ?? '').split('/').at(-1) ?? '';
  const alias = word(call, 'AliasName');
  return [arn('kms', `key/${key}`), ...(alias === undefined ? [] : [arn('kms', alias)])];
}

function lambdaOf(call: Call, arn: Arn): string[] {
  const { method, path } = call;
  if (method === 'CreateEventSourceMapping') return ['*'];
  const [, kind = '', id = ''] = path.split('/').slice(1);
  if (kind === 'tags') return [decodeURIComponent(id)];
  if (kind === 'event-source-mappings') return [arn('lambda', `event-source-mapping:${id}`)];
  return [arn('lambda', `function:${id === '' ? (word(call, 'FunctionName') ?? '') : id}`)];
}

/** What AWS says of a request besides: the function of a mapping, the tags of a key and of what makes one. */
function contextOf(prefix: string, call: Call, accountId: string): Record<string, string> {
  if (prefix === 'lambda' && call.resourceType === 'aws_lambda_event_source_mapping') {
    // A mapping that is there belongs to a capture function; only the call that makes it says to which.
    const functionName = word(call, 'FunctionName') ?? 'dcs-capture-users';
    return { 'lambda:FunctionArn': `arn:aws:lambda:${call.region}:${accountId}:function:${functionName}` };
  }
  if (prefix !== 'kms') return {};
  const tag = /"TagKey":"dcs:name","TagValue":"([^"]*)"/.exec(call.body)?.[1];
  return { 'aws:ResourceTag/dcs:name': 'dcs', ...(tag === undefined ? {} : { 'aws:RequestTag/dcs:name': tag }) };
}

/** An argument of a call, of the first of the names that it has; in JSON or as a form. */
function word({ body }: Call, ...names: string[]): string | undefined {
  const form = new URLSearchParams(body.startsWith('Action=') ? body : '');
  const json = body.startsWith('{') ? (JSON.parse(whole(body)) as Record<string, unknown>) : {};
  for (const name of names) {
    const found = form.get(name) ?? json[name];
    if (typeof found === 'string' && found !== '') return found;
  }
  return undefined;
}

/** The log cuts long values off (`[truncated...]`), the code of a function among them. */
function whole(body: string): string {
  try {
    JSON.parse(body);
    return body;
  } catch {
    const words = [...body.matchAll(/"(\w+)":"([^"\\]*)"/g)].map(([, name, value]) => [name, value]);
    return JSON.stringify(Object.fromEntries(words));
  }
}

export const accountOf = (port: string, ports: Readonly<Record<keyof typeof SIDES, string>>): keyof typeof SIDES =>
  port === ports.source ? 'source' : 'destination';

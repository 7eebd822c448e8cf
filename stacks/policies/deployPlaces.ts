import { engineNamesOf } from '../../settings/engineNames';
import { namesOf } from '../../settings/names';
import type { Settings, Side } from '../../settings/schema';
import type { Statement } from './document';

/*
 * Where the deploy role may do what a resource asks for: by the names that the deployment gives. Whatever a table is called,
 * what is made for it starts with the name of the deployment, so that a table can be added without touching the role.
 */

export type Place =
  | 'alarm'
  | 'alias'
  | 'anyAlarm'
  | 'anyMappingOfFunction'
  | 'anything'
  | 'boundedRole'
  | 'bucket'
  | 'dashboard'
  | 'function'
  | 'key'
  | 'keyOfTable'
  | 'keyWhenTagged'
  | 'logGroup'
  | 'mapping'
  | 'mappingOfFunction'
  | 'policy'
  | 'queue'
  | 'role'
  | 'roleOfLambda'
  | 'roleOfReplication'
  | 'roleOfStates'
  | 'roleWithPolicy'
  | 'rule'
  | 'stateMachine'
  | 'tableThatExists'
  | 'tableThatIsMade'
  | 'taggedWhenMade'
  | 'topic';

export interface Where {
  readonly settings: Settings;
  readonly side: Side;
  /** Of the provider that makes the resource. */
  readonly region: string;
  /** Names of what the side's stacks make, or look up, by type. */
  readonly namesOf: (type: string) => readonly string[];
}

type Target = Required<Pick<Statement, 'Resource'>> & Pick<Statement, 'Condition'>;

/** Resource and condition of a statement about a place. */
export function placeOf(place: Place, where: Where): Target {
  const { settings, side, region } = where;
  const { name } = settings;
  const names = namesOf(settings);
  const { accountId } = settings[side];
  const arn = (service: string, resource: string) =>
    `arn:${names.partition}:${service}:${region}:${accountId}:${resource}`;
  const functions = arn('lambda', `function:${name}-*`);
  const ofFunction = { ArnLike: { 'lambda:FunctionArn': functions } };
  const tag = (of: 'ResourceTag' | 'RequestTag') => ({ StringEquals: { [`aws:${of}/dcs:name`]: name } });
  const places: Readonly<Record<Place, () => Target>> = {
    alarm: () => ({ Resource: arn('cloudwatch', `alarm:${name}-*`) }),
    alias: () => ({ Resource: arn('kms', `alias/${name}-*`) }),
    anyAlarm: () => ({ Resource: arn('cloudwatch', 'alarm:*') }),
    anyMappingOfFunction: () => ({ Resource: '*', Condition: ofFunction }),
    anything: () => ({ Resource: '*' }),
    boundedRole: () => ({ Resource: rolesOf(where), ...boundaryOf(where) }),
    bucket: () => ({ Resource: bucketsOf(where) }),
    dashboard: () => ({
      Resource: [name, `${name}-*`].map((each) => `arn:${names.partition}:cloudwatch::${accountId}:dashboard/${each}`),
    }),
    function: () => ({ Resource: functions }),
    // A key has no name that could be known before. Whoever may tag keys could tag another one: an SCP may forbid that.
    key: () => ({ Resource: arn('kms', 'key/*'), Condition: tag('ResourceTag') }),
    keyOfTable: () => ({ Resource: arn('kms', 'key/*') }),
    keyWhenTagged: () => ({ Resource: arn('kms', 'key/*'), Condition: tag('RequestTag') }),
    logGroup: () => ({
      Resource: hasEngine(where)
        ? [arn('logs', `log-group:/aws/lambda/${name}-*`), arn('logs', `log-group:/aws/vendedlogs/states/${name}-*`)]
        : arn('logs', `log-group:/aws/lambda/${name}-*`),
    }),
    mapping: () => ({ Resource: arn('lambda', 'event-source-mapping:*') }),
    mappingOfFunction: () => ({ Resource: arn('lambda', 'event-source-mapping:*'), Condition: ofFunction }),
    policy: () => ({ Resource: policiesOf(where) }),
    queue: () => ({ Resource: arn('sqs', `${name}-*`) }),
    role: () => ({ Resource: rolesOf(where) }),
    roleOfLambda: () => ({ Resource: rolesOf(where), Condition: passedTo('lambda') }),
    roleOfReplication: () => ({ Resource: names.replicationRoleArn, Condition: passedTo('s3') }),
    roleOfStates: () => ({ Resource: rolesOf(where), Condition: passedTo('states') }),
    // No other policy, and with a boundary to no role that has not got it.
    roleWithPolicy: () => ({
      Resource: rolesOf(where),
      Condition: { ...boundaryOf(where).Condition, ArnLike: { 'iam:PolicyARN': policiesOf(where) } },
    }),
    stateMachine: () => ({ Resource: arn('states', `stateMachine:${name}-*`) }),
    rule: () => ({ Resource: arn('events', `rule/${name}-*`) }),
    tableThatExists: () => ({ Resource: where.namesOf('data.aws_dynamodb_table').map(names.tableArn) }),
    tableThatIsMade: () => ({ Resource: where.namesOf('aws_dynamodb_table').map(names.tableArn) }),
    taggedWhenMade: () => ({ Resource: '*', Condition: tag('RequestTag') }),
    topic: () => ({ Resource: arn('sns', `${name}-*`) }),
  };
  return places[place]();
}

function hasEngine({ settings, side }: Where): boolean {
  return side === 'destination' && settings.engine.enabled;
}

function bucketsOf(where: Where): string | readonly string[] {
  const { settings, side } = where;
  const { sourceBucketArn, destinationBucketArn } = namesOf(settings);
  if (side === 'source') return sourceBucketArn;
  return hasEngine(where) ? [destinationBucketArn, engineNamesOf(settings).bucketArn] : destinationBucketArn;
}

/** Each role by its name, so that the role that deploys is not among them; those of capture functions by what they start with. */
function rolesOf({ settings, side, namesOf: namesByType }: Where): readonly string[] {
  const { partition } = namesOf(settings);
  const start = `${settings.name}-capture-`;
  const patterns = namesByType('aws_iam_role').map((role) => (role.startsWith(start) ? `${start}*` : role));
  const { accountId, rolePath } = settings[side];
  return [...new Set(patterns)].sort().map((role) => `arn:${partition}:iam::${accountId}:role${rolePath}${role}`);
}

/** Those in which the rights of a role go on, however many; the policies of the role that deploys are not among them. */
function policiesOf({ settings, side, namesOf: namesByType }: Where): readonly string[] {
  const { partition } = namesOf(settings);
  const { accountId, rolePath } = settings[side];
  const patterns = namesByType('aws_iam_policy').map((policy) => policy.replace(/\d+$/, '*'));
  return [...new Set(patterns)].sort().map((policy) => `arn:${partition}:iam::${accountId}:policy${rolePath}${policy}`);
}

/** With a boundary, no role is made or given a policy that has not got it. */
function boundaryOf({ settings, side }: Where): Pick<Statement, 'Condition'> {
  const { permissionsBoundaryArn } = settings[side];
  if (permissionsBoundaryArn === undefined) return {};
  return { Condition: { StringEquals: { 'iam:PermissionsBoundary': permissionsBoundaryArn } } };
}

function passedTo(service: string): NonNullable<Statement['Condition']> {
  return { StringEquals: { 'iam:PassedToService': `${service}.amazonaws.com` } };
}

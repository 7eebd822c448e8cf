import type { Finding } from './finding';
import { canonical, isObject, type Json } from './json';
import type { Plan, ResourceChange } from './plan';
import { coversPattern } from './policies';
import { attachesNewPart } from './roleRights';
import { parseStatements, type PolicyStatement } from './statements';

/**
 * What takes away what guards a copy, or what brings it over and tells of it. A role of a deployment that is there already is looked at by
 * somebody when it may do any of it, also one that the stacks make for a new part: the drill deletes tables, the roles that erase versions.
 */
export const TAKES_AWAY: readonly string[] = [
  ...of('s3', [
    'BypassGovernanceRetention',
    'DeleteBucket',
    'DeleteBucketPolicy',
    'DeleteObject',
    'DeleteObjectVersion',
  ]),
  ...of('s3', [
    'ObjectOwnerOverrideToBucketOwner',
    'PutAccountPublicAccessBlock',
    'PutBucketAcl',
    'PutBucketNotification',
  ]),
  ...of('s3', ['PutBucketObjectLockConfiguration', 'PutBucketOwnershipControls', 'PutBucketPolicy']),
  ...of('s3', ['PutBucketPublicAccessBlock', 'PutBucketVersioning', 'PutEncryptionConfiguration', 'PutObjectAcl']),
  ...of('s3', ['PutLifecycleConfiguration', 'PutObjectLegalHold', 'PutReplicationConfiguration', 'ReplicateDelete']),
  ...of('s3', ['PutObjectVersionAcl', 'ReplicateObject']),
  ...of('kms', [
    'CreateGrant',
    'DisableKey',
    'PutKeyPolicy',
    'RevokeGrant',
    'ScheduleKeyDeletion',
    'DisableKeyRotation',
  ]),
  ...of('iam', [
    'AttachRolePolicy',
    'CreateAccessKey',
    'CreateRole',
    'CreateUser',
    'DeleteRolePolicy',
    'DetachRolePolicy',
  ]),
  ...of('iam', [
    'AddUserToGroup',
    'AttachUserPolicy',
    'CreateLoginProfile',
    'CreatePolicyVersion',
    'DeleteRole',
    'PutRolePolicy',
  ]),
  ...of('iam', ['DeleteRolePermissionsBoundary', 'PassRole', 'PutUserPolicy', 'UpdateAssumeRolePolicy']),
  ...of('dynamodb', ['DeleteItem', 'DeleteTable', 'UpdateContinuousBackups', 'UpdateTable', 'UpdateTimeToLive']),
  ...of('lambda', ['AddPermission', 'DeleteEventSourceMapping', 'DeleteFunction', 'PutFunctionConcurrency']),
  ...of('lambda', ['UpdateEventSourceMapping', 'UpdateFunctionCode', 'UpdateFunctionConfiguration']),
  ...of('cloudwatch', ['DeleteAlarms', 'DisableAlarmActions', 'PutMetricAlarm', 'SetAlarmState']),
  ...of('events', ['DeleteRule', 'DisableRule', 'PutRule', 'RemoveTargets']),
  ...of('sns', ['DeleteTopic', 'SetTopicAttributes', 'Unsubscribe']),
  ...of('cloudtrail', ['DeleteTrail', 'PutEventSelectors', 'StopLogging', 'UpdateTrail']),
  ...of('logs', ['DeleteLogGroup', 'DeleteLogStream']),
];

function of(service: string, actions: readonly string[]): string[] {
  return actions.map((action) => `${service}:${action.toLowerCase()}`);
}

const WHY =
  'what guards the copy holds as long as nobody has the right to take it away, or to pass for somebody who has it';
const NEXT =
  'See which new part of the deployment it is for, and who asked for that. If nothing asks for it, take it out; otherwise allow it.';

/**
 * A role that is new in a deployment that has been there: whom it trusts beside services, and what it may take away. In a first deployment there
 * is nothing yet that could be. What is added to a role that has been there is judged as a change of that role.
 */
export function newRoleFindings(change: ResourceChange, plan: Plan): Finding[] {
  const isNew = change.before === null && change.actions.includes('create');
  if (!isNew || isFirst(plan)) return [];
  const what = saidOf(change, plan);
  return what.length === 0
    ? []
    : [{ address: change.address, finding: 'policy', what: what.join(' '), why: WHY, next: NEXT }];
}

const isFirst = ({ changes }: Plan) =>
  changes.every(({ before, type }) => before === null || type === 'terraform_data');

function saidOf(change: ResourceChange, plan: Plan): string[] {
  const body = change.after ?? {};
  switch (change.type) {
    case 'aws_iam_role':
      return [
        ...read(body.assume_role_policy, (statements) => trusted(statements, plan)),
        ...(['inline_policy', 'managed_policy_arns'] as const)
          .filter((name) => canonical(body[name]) !== 'null')
          .map((name) => `A new role has ${name}, which these stacks do not use.`),
      ];
    case 'aws_iam_role_policy':
    case 'aws_iam_policy':
      // One that names what the same plan makes, such as the log group of a new function, is not known yet. Whom its role trusts is.
      return isObject(change.afterUnknown) && change.afterUnknown.policy === true ? [] : read(body.policy, takenAway);
    case 'aws_iam_role_policy_attachment':
      return attachesNewPart(change, plan) ? [] : ['A new role has a policy that this plan does not make.'];
    default:
      return [];
  }
}

function read(text: Json | undefined, judge: (statements: readonly PolicyStatement[]) => string[]): string[] {
  if (typeof text !== 'string') return ['Whom a new role trusts is only known after the apply.'];
  try {
    return judge(parseStatements(text).filter(({ effect }) => effect === 'Allow'));
  } catch (error) {
    return [`The policy cannot be read: ${(error as Error).message}.`];
  }
}

/** Services take a role that is passed to them; anybody else has to be trusted by a role that has been there. */
function trusted(statements: readonly PolicyStatement[], { changes }: Plan): string[] {
  const known = new Set(
    changes.flatMap(({ type, before }) => (type === 'aws_iam_role' ? principalsOf(before?.assume_role_policy) : [])),
  );
  const strangers = statements
    .flatMap(({ principals }) => principals)
    .filter((principal) => !principal.startsWith('Service:') && !known.has(principal));
  return [...new Set(strangers)].map(
    (principal) => `A new role may be assumed by ${principal}, which no role has been for.`,
  );
}

function principalsOf(trust: Json | undefined): readonly string[] {
  try {
    return typeof trust === 'string' ? parseStatements(trust).flatMap(({ principals }) => principals) : [];
  } catch {
    return [];
  }
}

function takenAway(statements: readonly PolicyStatement[]): string[] {
  const said = statements.flatMap(({ actions, resources }) =>
    actions
      .filter((action) => action.startsWith('!') || TAKES_AWAY.some((each) => coversPattern(action, each)))
      .map((action) => `A new role may do ${action} on ${resources.join(', ')}.`),
  );
  return [...new Set(said)];
}

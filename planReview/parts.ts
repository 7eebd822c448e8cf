import type { GuardedType } from './guarded/type';
import { GUARDED_TYPES } from './guarded/types';
import { canonical, isObject, type JsonObject } from './json';
import type { Plan, ResourceChange } from './plan';
import { isNewPart, roleOf } from './roleRights';

/** What can have parts of its own type. */
const WHOLES = /^aws_(s3_bucket|iam_role|sqs_queue|sns_topic|kms_key|lambda_function|cloudwatch_event_rule)$/;
const NAMES = ['name', 'bucket', 'id', 'function_name', 'arn', 'url', 'key_id'];

/**
 * What a part that is new is compared with: nothing, when it is new on something that has been there already. Undefined when
 * it is made together with what it is a part of, for in a first deployment nothing is weakened; or when there has been
 * another one like it.
 */
export function previousOf(change: ResourceChange, plan: Plan): JsonObject | undefined {
  if (isNewPart(change)) return isOfKnownRole(change, plan) ? { ...change.after, policy: null } : undefined;
  const type = GUARDED_TYPES[change.type];
  if (type?.partOf === undefined || !change.actions.includes('create')) return undefined;
  const whole = change.after?.[type.partOf];
  if (typeof whole !== 'string') return undefined;
  const isMade = plan.changes.some(
    (other) =>
      other.actions.includes('create') &&
      WHOLES.test(other.type) &&
      NAMES.some((name) => other.after?.[name] === whole),
  );
  return isMade || hasTwin(type, change, plan) ? undefined : { [type.partOf]: whole };
}

function isOfKnownRole(policy: ResourceChange, { changes }: Plan): boolean {
  const role = roleOf(policy);
  return changes.some(({ type, before }) => type === 'aws_iam_role' && before !== null && before.name === role);
}

function hasTwin({ differsFromOthersIn = [] }: GuardedType, change: ResourceChange, plan: Plan): boolean {
  if (differsFromOthersIn.length === 0) return false;
  const own = rest(change.after, differsFromOthersIn);
  // Where it differs it has to have something: a permission without a source is everybody's.
  const isWhole = differsFromOthersIn.every((name) => isGiven(change, name));
  return (
    isWhole &&
    plan.changes.some(
      (other) => other.type === change.type && other.before && rest(other.before, differsFromOthersIn) === own,
    )
  );
}

function isGiven({ after, afterUnknown }: ResourceChange, name: string): boolean {
  return canonical(after?.[name]) !== 'null' || (isObject(afterUnknown) && afterUnknown[name] === true);
}

/** Not known of a new one; and the same, for the whole that both are parts of is one. */
const OF_AWS = ['id', 'region'];

function rest(body: JsonObject | null, without: readonly string[]): string {
  return canonical(
    Object.fromEntries(
      Object.entries(body ?? {}).filter(
        ([name, value]) => !OF_AWS.includes(name) && value !== '' && !without.includes(name),
      ),
    ),
  );
}

import type { Finding } from './finding';
import { GUARDS, type Guard } from './guards';
import { holdsTrue, isObject, type JsonObject } from './json';
import type { Plan, ResourceChange } from './plan';
import { removals } from './removals';

/** Everything of a plan that must not pass unseen, in the order of the plan. */
export function reviewPlan(plan: Plan): Finding[] {
  return plan.changes.flatMap((change) => [
    ...putOff(change),
    ...removals(change),
    ...GUARDS.filter(({ types }) => types.includes(change.type)).flatMap((guard) => judged(guard, change, plan)),
  ]);
}

function judged(guard: Guard, change: ResourceChange, plan: Plan): Finding[] {
  const before = change.before ?? addedTo(change, plan);
  if (!before || !change.after || change.actions.includes('no-op')) return [];
  const { address } = change;
  const { finding, why, next } = guard;
  const unknown = guard.arguments.filter((name) => isUnknown(change, name));
  if (unknown.length > 0) {
    return [
      {
        address,
        finding: 'not-known',
        what: `Only known after the apply: ${unknown.join(', ')}.`,
        why: `it cannot be judged, and it may be that ${why}`,
        next: 'Apply what it depends on first (terraform plan -target), and plan again; or look at it, and allow it.',
      },
    ];
  }
  const what = guard.weakened(before, change.after);
  return what.length === 0 ? [] : [{ address, finding, what: what.join(' '), why, next }];
}

function isUnknown({ afterUnknown }: ResourceChange, name: string): boolean {
  return isObject(afterUnknown) && holdsTrue(afterUnknown[name]);
}

/** The argument that says what a part belongs to. */
const BELONGS_TO: Readonly<Record<string, readonly string[]>> = {
  aws_s3_bucket_policy: ['bucket'],
  aws_s3_bucket_lifecycle_configuration: ['bucket'],
  aws_iam_role_policy: ['role'],
  aws_kms_key_policy: ['key_id'],
  aws_sqs_queue_policy: ['queue_url'],
  aws_sns_topic_policy: ['arn'],
};

/**
 * A part that is new on something that is there already is compared with nothing; what is made together with all that it
 * belongs to is a first deployment, where nothing is weakened.
 */
function addedTo({ type, after, actions }: ResourceChange, plan: Plan): JsonObject | undefined {
  const whole = BELONGS_TO[type]?.map((name) => after?.[name])[0];
  if (!actions.includes('create') || typeof whole !== 'string') return undefined;
  const isMade = plan.changes.some(
    (other) =>
      other.actions.includes('create') &&
      other.type !== type &&
      [other.after?.name, other.after?.bucket, other.after?.id].includes(whole) &&
      /^aws_(s3_bucket|iam_role|sqs_queue|sns_topic|kms_key)$/.test(other.type),
  );
  return isMade ? undefined : {};
}

function putOff({ isDeferred, address }: ResourceChange): Finding[] {
  if (!isDeferred) return [];
  return [
    {
      address,
      finding: 'not-known',
      what: 'Terraform puts this change off to a later apply.',
      why: 'what it will be is not in this plan',
      next: 'Apply, plan again, and have that plan reviewed.',
    },
  ];
}

import type { Plan, ResourceChange } from './plan';

/** The other policies of a role, as texts: a right may move from one to another, and nothing is opened or lost by it. */
export interface OtherPolicies {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** The role that a policy belongs to. What does not fit into an inline policy goes on in managed ones, called `<role>-2` and so on. */
export function roleOf({ type, before, after }: ResourceChange): string | undefined {
  const { role, name } = after ?? before ?? {};
  if (type === 'aws_iam_role_policy' && typeof role === 'string') return role;
  if (type === 'aws_iam_policy' && typeof name === 'string') return name.replace(/-\d+$/, '');
  return undefined;
}

export function othersOf(change: ResourceChange, { changes }: Plan): OtherPolicies {
  const role = roleOf(change);
  const others = changes.filter(
    (other) => other.address !== change.address && role !== undefined && roleOf(other) === role,
  );
  const texts = (when: 'before' | 'after') =>
    others.flatMap(({ [when]: body }) => (typeof body?.policy === 'string' ? [body.policy] : []));
  return { before: texts('before'), after: texts('after') };
}

/** Whether it attaches to its role a policy that the same plan makes for that role, and so is judged by what the policy says. */
export function attachesNewPart({ type, actions, after, afterUnknown }: ResourceChange, { changes }: Plan): boolean {
  if (type !== 'aws_iam_role_policy_attachment' || !actions.includes('create')) return false;
  const isUnknown = (afterUnknown as Readonly<Record<string, unknown>>).policy_arn === true;
  return isUnknown && changes.some((other) => isNewPart(other) && roleOf(other) === after?.role);
}

export const isNewPart = ({ type, actions }: ResourceChange): boolean =>
  type === 'aws_iam_policy' && actions.includes('create') && !actions.includes('delete');

/** The managed policy that goes, or that is no longer attached; undefined when it is anything else that goes. */
export function partThatGoes(change: ResourceChange, { changes }: Plan): ResourceChange | undefined {
  const goes = ({ actions, after }: ResourceChange) => actions.includes('delete') && after === null;
  if (!goes(change)) return undefined;
  if (change.type === 'aws_iam_policy') return change;
  if (change.type !== 'aws_iam_role_policy_attachment') return undefined;
  return changes.find(
    (other) =>
      other.type === 'aws_iam_policy' &&
      goes(other) &&
      other.before?.arn === change.before?.policy_arn &&
      roleOf(other) === change.before?.role,
  );
}

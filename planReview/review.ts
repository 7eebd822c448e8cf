import { isNamedElsewhere } from './definitions';
import { driftFindings } from './drift';
import type { Finding } from './finding';
import { policyJudge } from './guarded/access';
import { GUARDED_TYPES } from './guarded/types';
import { judge } from './judge';
import type { JsonObject } from './json';
import { leavingFinding, leavingTables } from './leaving';
import { previousOf } from './parts';
import { withMappingsMadeAgain } from './mappings';
import { newRoleFindings } from './newRoles';
import type { Plan, ResourceChange } from './plan';
import { isOtherStream, removals } from './removals';
import { tablesOf, type Tables } from './tables';
import { attachesNewPart, othersOf, partThatGoes } from './roleRights';
import type { Context } from './verdicts';

/** Everything of a plan that must not pass unseen, in the order of the plan; first what was done outside Terraform. */
export function reviewPlan(given: Plan): Finding[] {
  const plan = withMappingsMadeAgain(given);
  const tables = tablesOf(plan.changes);
  const leaving = leavingTables(plan.changes, tables);
  const removed = (change: ResourceChange) => {
    const told = leaving.filter(({ address }) => address === change.address);
    if (leaving.some(({ parts }) => parts.includes(change.address)))
      return told.map((each) => leavingFinding(each, plan.changes));
    if (isNamedElsewhere(change, tables)) return [];
    const part = partThatGoes(change, plan);
    return part && isElsewhere(part, plan, tables) ? [] : removals(change);
  };
  return [
    ...plan.drift.flatMap((change) => driftFindings(change, { tables, isDrift: true })),
    ...plan.changes.flatMap((change) => [
      ...putOff(change),
      ...foreign(change),
      ...removed(change),
      ...(previousOf(change, plan) ? [] : newRoleFindings(change, plan)),
      ...judged(change, plan, { tables, isDrift: false, others: othersOf(change, plan) }),
    ]),
  ];
}

/** Whether all that a managed policy allowed its role is allowed by the role's other policies. */
function isElsewhere(part: ResourceChange, plan: Plan, tables: Tables): boolean {
  return policyJudge(part.before?.policy, null, { tables, isDrift: false, others: othersOf(part, plan) }).length === 0;
}

const UNKNOWN = {
  finding: 'not-known',
  next: 'Apply what it depends on first (terraform plan -target), and plan again; or look at it, and allow it.',
} as const;

function judged(change: ResourceChange, plan: Plan, context: Context): Finding[] {
  const type = GUARDED_TYPES[change.type];
  const before = change.before ?? previousOf(change, plan);
  if (!type || !before || !change.after || change.actions.includes('no-op')) return [];
  if (attachesNewPart(change, plan)) return [];
  const { address } = change;
  const { finding, why, next } = type;
  const { weakened, unknown } = judge(type, before, withoutStream(change, before), context);
  const isNew = change.before === null && weakened.length > 0;
  const what = isNew ? ['It is new on what has been there already.', ...weakened] : weakened;
  return [
    ...(unknown.length === 0
      ? []
      : [
          {
            address,
            ...UNKNOWN,
            what: `Only known after the apply: ${unknown.join(', ')}.`,
            why: `it cannot be judged, and it may be that ${why}`,
          },
        ]),
    ...(what.length === 0 ? [] : [{ address, finding, what: what.join(' '), why, next }]),
  ];
}

/** What a mapping reads from now on is told by what happens to the stream. */
function withoutStream(change: ResourceChange, before: JsonObject): ResourceChange {
  if (!isOtherStream(change)) return change;
  const unknown = { ...(change.afterUnknown as JsonObject), event_source_arn: false };
  const after = { ...change.after, event_source_arn: before.event_source_arn ?? null };
  return { ...change, after, afterUnknown: unknown };
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

function foreign({ address, type, actions }: ResourceChange): Finding[] {
  if (GUARDED_TYPES[type] || actions.includes('no-op')) return [];
  return [
    {
      address,
      finding: 'not-known',
      what: `These stacks have no ${type}: ${actions.join(', ')}.`,
      why: 'this review does not know what it does; it may open a way around what guards the copy',
      next: 'See who added it, and what it may do.',
    },
  ];
}

import type { Plan, ResourceChange } from './plan';

const MAPPING = 'aws_lambda_event_source_mapping';

/**
 * The plan with each mapping that it makes again as one change: under another address, or in the place of one that was deleted outside
 * Terraform. By themselves the one half would say that capture ends, and the other that it begins.
 */
export function withMappingsMadeAgain(plan: Plan): Plan {
  const gone = plan.changes.filter((change) => change.type === MAPPING && isOnly(change, 'delete'));
  const made = plan.changes.filter((change) => change.type === MAPPING && isOnly(change, 'create'));
  const moved = made.flatMap((created) => {
    const old = gone.find(
      (one) => functionOf(one.before) !== '' && functionOf(one.before) === functionOf(created.after),
    );
    return old ? [{ old, created }] : [];
  });
  const changes = plan.changes.flatMap((change): ResourceChange[] => {
    if (moved.some(({ old }) => old === change)) return [];
    const from = moved.find(({ created }) => created === change)?.old;
    if (from)
      return [
        {
          ...change,
          address: from.address,
          actions: ['delete', 'create'],
          before: from.before,
          madeAs: change.address,
        },
      ];
    return [made.includes(change) ? { ...change, before: deletedOutside(change, plan) } : change];
  });
  return { ...plan, changes };
}

/** What it was in the state, where somebody has deleted it. */
function deletedOutside({ address, before }: ResourceChange, { drift }: Plan): ResourceChange['before'] {
  return drift.find((one) => one.address === address && one.actions.includes('delete'))?.before ?? before;
}

const isOnly = ({ actions }: ResourceChange, action: 'create' | 'delete') =>
  actions.length === 1 && actions[0] === action;

/** A function is named by its name or its ARN. */
function functionOf(body: ResourceChange['before']): string {
  const name = body?.function_name;
  return typeof name === 'string' ? (name.split(':').at(-1) ?? '') : '';
}

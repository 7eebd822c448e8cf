import type { Json, JsonObject } from '../../planReview/json';
import { parsePlan, type Action } from '../../planReview/plan';
import { reviewPlan } from '../../planReview/review';

export interface Change {
  readonly address: string;
  readonly actions: readonly Action[];
  readonly before?: JsonObject;
  readonly after?: JsonObject;
  readonly afterUnknown?: Json;
  readonly replacePaths?: Json;
}

/** The JSON of a plan, as terraform show -json writes it. */
export function planJson(...changes: readonly Change[]): string {
  return planWithDrift([], changes);
}

/** The same, with what was done outside Terraform. */
export function planWithDrift(drift: readonly Change[], changes: readonly Change[]): string {
  return JSON.stringify({
    format_version: '1.2',
    terraform_version: '1.11.4',
    planned_values: {},
    resource_drift: drift.map(written),
    resource_changes: changes.map(written),
  });
}

const written = ({ address, actions, before, after, afterUnknown, replacePaths }: Change) => ({
  address,
  mode: 'managed',
  type: address.split('.')[0],
  change: {
    actions,
    before: before ?? null,
    after: after ?? null,
    after_unknown: afterUnknown ?? {},
    ...(replacePaths === undefined ? {} : { replace_paths: replacePaths }),
  },
});

/** What is found, whole. */
export const findings = (drift: readonly Change[], ...changes: readonly Change[]) =>
  reviewPlan(parsePlan(planWithDrift(drift, changes)));

/** Names of what is found, each with its address. */
export function found(...changes: readonly Change[]): string[] {
  return reviewPlan(parsePlan(planJson(...changes))).map(({ address, finding }) => `${address}:${finding}`);
}

/** An update of one resource of a type from one body to another. */
export function updated(type: string, before: JsonObject, after: JsonObject, afterUnknown: Json = {}): string[] {
  return found({ address: `${type}.it`, actions: ['update'], before, after, afterUnknown });
}

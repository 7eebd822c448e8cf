import type { Json, JsonObject } from '../../planReview/json';
import { parsePlan, type Action } from '../../planReview/plan';
import { reviewPlan } from '../../planReview/review';

export interface Change {
  readonly address: string;
  readonly actions: readonly Action[];
  readonly before?: JsonObject;
  readonly after?: JsonObject;
  readonly afterUnknown?: Json;
}

/** The JSON of a plan, as terraform show -json writes it. */
export function planJson(...changes: readonly Change[]): string {
  return JSON.stringify({
    format_version: '1.2',
    terraform_version: '1.11.4',
    planned_values: {},
    resource_changes: changes.map(({ address, actions, before, after, afterUnknown }) => ({
      address,
      mode: 'managed',
      type: address.split('.')[0],
      change: { actions, before: before ?? null, after: after ?? null, after_unknown: afterUnknown ?? {} },
    })),
  });
}

/** Names of what is found, each with its address. */
export function found(...changes: readonly Change[]): string[] {
  return reviewPlan(parsePlan(planJson(...changes))).map(({ address, finding }) => `${address}:${finding}`);
}

/** An update of one resource of a type from one body to another. */
export function updated(type: string, before: JsonObject, after: JsonObject, afterUnknown: Json = {}): string[] {
  return found({ address: `${type}.it`, actions: ['update'], before, after, afterUnknown });
}

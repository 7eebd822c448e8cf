import { levelsOfJson } from '../core/levelsOfJson';
import { plainText } from '../core/plainText';
import { isObject, list, type Json, type JsonObject } from './json';

/** The plan of `terraform show -json`, as far as a review reads it (format 1.x: developer.hashicorp.com, "JSON output format"). */
export interface Plan {
  readonly changes: readonly ResourceChange[];
  /** What was changed or deleted outside Terraform since the state was written. */
  readonly drift: readonly ResourceChange[];
}

export interface ResourceChange {
  readonly address: string;
  readonly type: string;
  readonly actions: readonly Action[];
  /** Null: it does not exist yet. */
  readonly before: JsonObject | null;
  /** Null: it does not exist any more. */
  readonly after: JsonObject | null;
  /** True in the place of each value that is known after the apply. */
  readonly afterUnknown: Json;
  /** The arguments whose change makes Terraform destroy it and make it again. */
  readonly replacePaths: readonly string[];
  /** Put off to a later apply: what it will be is not in this plan. */
  readonly isDeferred: boolean;
  /** The address under which it is made again, where that is another one. */
  readonly madeAs?: string;
}

const ACTIONS = ['no-op', 'create', 'read', 'update', 'delete', 'forget'] as const;
export type Action = (typeof ACTIONS)[number];

/** The text is no plan that can be reviewed. */
export class NotAPlan extends Error {}

const HOW = 'Next: terraform plan -out plan.tfplan, then terraform show -json plan.tfplan > plan.json.';

/** @throws NotAPlan with what the text is instead, and how to make a plan. */
export function parsePlan(text: string): Plan {
  const root = parsed(text);
  if (!isObject(root)) throw new NotAPlan(`It is not a JSON object. ${HOW}`);
  const version = root.format_version;
  if (typeof version !== 'string') throw new NotAPlan(`It has no format_version. ${HOW}`);
  if (!/^1\.\d+$/.test(version)) {
    throw new NotAPlan(`Its format_version is ${version}; this review knows 1.x. Next: review it by hand.`);
  }
  if (!isObject(root.planned_values)) {
    throw new NotAPlan(`It has no planned_values${isObject(root.values) ? ': it is a state, not a plan' : ''}. ${HOW}`);
  }
  if (root.errored === true) {
    throw new NotAPlan('Terraform did not finish this plan (errored: true). Next: correct what terraform plan says.');
  }
  const deferred = list(root.deferred_changes).map((entry) => (isObject(entry) ? entry.resource_change : undefined));
  return {
    drift: list(root.resource_drift).flatMap((entry) => resourceChange(entry, false)),
    changes: [
      ...list(root.resource_changes).flatMap((entry) => resourceChange(entry, false)),
      ...deferred.flatMap((entry) => resourceChange(entry, true)),
    ],
  };
}

/** Terraform's values are nested a few dozen levels deep, its configuration included. */
const MOST_LEVELS = 500;

function parsed(given: string): Json {
  const text = given.startsWith('PK') ? given : plainText(given);
  // As PowerShell saves what a command prints.
  if (typeof text !== 'string') throw new NotAPlan(`It cannot be read: ${text.problem}. ${HOW}`);
  if (levelsOfJson(text) > MOST_LEVELS) throw new NotAPlan(`It has more than ${MOST_LEVELS} levels. ${HOW}`);
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const saved = text.startsWith('PK') ? 'It is the saved plan itself' : 'It is not JSON';
    throw new NotAPlan(`${saved} (${(error as Error).message}). ${HOW}`);
  }
}

function resourceChange(entry: Json | undefined, isDeferred: boolean): ResourceChange[] {
  if (!isObject(entry) || typeof entry.address !== 'string' || typeof entry.type !== 'string') {
    throw new NotAPlan(
      `A resource change is without address or type: ${JSON.stringify(entry ?? null).slice(0, 120)}. ${HOW}`,
    );
  }
  if (entry.mode === 'data') return [];
  const { address, type, change } = entry;
  const actions = isObject(change) ? list(change.actions) : [];
  const unknown = actions.filter((action) => !ACTIONS.some((known) => known === action));
  if (!isObject(change) || actions.length === 0 || unknown.length > 0) {
    throw new NotAPlan(
      `${address}: actions ${JSON.stringify(actions)}; this review knows ${ACTIONS.join(', ')}. Next: review it by hand.`,
    );
  }
  const side = (value: Json | undefined) => (isObject(value) ? value : null);
  return [
    {
      address,
      type,
      actions: actions as Action[],
      before: side(change.before),
      after: side(change.after),
      afterUnknown: change.after_unknown ?? {},
      replacePaths: list(change.replace_paths).map((steps) => list(steps).map(String).join('.')),
      isDeferred,
    },
  ];
}

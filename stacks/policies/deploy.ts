import { isDeepStrictEqual } from 'node:util';
import type { Settings, Side } from '../../settings/schema';
import { DEPLOY_ACTIONS } from './deployActions';
import { placeOf, type Where } from './deployPlaces';
import type { Statement } from './document';

/** A resource or data source of a side's stacks: its type as Terraform writes it, data sources with `data.`, and where it is made. */
export interface DeployedResource {
  readonly type: string;
  readonly region: string;
  /** As AWS knows it. */
  readonly name?: string;
}

export interface DeployedSide {
  readonly settings: Settings;
  readonly side: Side;
  readonly resources: readonly DeployedResource[];
}

/**
 * What a plan, or a deployment, of these resources may do in their account: no action that no resource asks for, and each
 * where the names of the deployment say.
 *
 * @throws Error that names each type without a row in DEPLOY_ACTIONS
 */
export function deployStatements({ settings, side, resources }: DeployedSide, may: 'read' | 'write'): Statement[] {
  const unknown = [...new Set(resources.map(({ type }) => type))].filter((type) => DEPLOY_ACTIONS[type] === undefined);
  if (unknown.length > 0) throw new Error(`Which actions does the provider call for ${unknown.join(', ')}? Add a row.`);
  const namesByType = (type: string) =>
    resources.flatMap((resource) => (resource.type === type && resource.name !== undefined ? [resource.name] : []));
  const byTarget = new Map<string, { readonly target: ReturnType<typeof placeOf>; readonly actions: Set<string> }>();
  for (const { type, region } of resources) {
    for (const { on, read = [], write = [] } of DEPLOY_ACTIONS[type] ?? []) {
      const target = placeOf(on, { settings, side, region, namesOf: namesByType } satisfies Where);
      const key = JSON.stringify(target);
      const { actions } = byTarget.get(key) ?? { actions: new Set<string>() };
      for (const action of may === 'read' ? read : [...read, ...write]) actions.add(action);
      byTarget.set(key, { target, actions });
    }
  }
  return withoutRepetition([...byTarget.values()])
    .filter(({ actions }) => actions.size > 0)
    .map(({ target, actions }, index) => ({
      Sid: `${may === 'read' ? 'Plan' : 'Deploy'}${index + 1}`,
      Effect: 'Allow',
      Action: [...actions].sort(),
      ...target,
    }));
}

interface Granted {
  readonly target: ReturnType<typeof placeOf>;
  readonly actions: ReadonlySet<string>;
}

/** Without what is allowed in the same place whatever the condition. */
function withoutRepetition(granted: readonly Granted[]): Granted[] {
  return granted.map(({ target, actions }) => {
    const unconditional = granted.find(
      (other) =>
        target.Condition !== undefined &&
        other.target.Condition === undefined &&
        isDeepStrictEqual(other.target.Resource, target.Resource),
    );
    return { target, actions: new Set([...actions].filter((action) => !unconditional?.actions.has(action))) };
  });
}

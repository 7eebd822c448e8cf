import type { DeployedResource } from './policies/deploy';
import type { Side } from '../settings/schema';

/** A stack as Terraform reads it, as far as it says what is made where. */
export interface StackTerraform {
  readonly provider?: { readonly aws?: readonly { readonly alias?: string; readonly region?: string }[] };
  readonly resource?: ByType;
  readonly data?: ByType;
}
type ByType = Readonly<Record<string, Readonly<Record<string, Body>>>>;
interface Body {
  readonly provider?: string;
  readonly name?: string;
}

/** What of a stack is made in one account. */
export function deployedResources({ provider, resource, data }: StackTerraform, side: Side): DeployedResource[] {
  const regions = new Map((provider?.aws ?? []).map(({ alias = '', region = '' }) => [`aws.${alias}`, region]));
  const ofSide = new RegExp(`^aws\\.${side}(-|$)`);
  const found = (elements: ByType = {}, before = '') =>
    Object.entries(elements).flatMap(([type, byId]) =>
      Object.values(byId)
        .filter((body) => ofSide.test(body.provider ?? ''))
        .map((body) => ({ type: `${before}${type}`, region: regions.get(body.provider ?? '') ?? '', name: body.name })),
    );
  return [...found(resource), ...found(data, 'data.')];
}

import type { GivenSettings } from './schema';

/**
 * How what is not as the stacks make it is made so again, in the way that this deployment is deployed: by the CLI of CDKTF,
 * or by a run of the workspace that holds its state.
 *
 * @param side whose stack, where the accounts are deployed apart
 */
export function howToDeploy({ name, deployment }: Pick<GivenSettings, 'name' | 'deployment'>, side: string): string {
  if (!deployment) return 'npx cdktf deploy';
  const isApart = deployment.way === 'apart';
  const stack = isApart ? `${name}-${side}` : name;
  const ofSide = isApart && (side === 'source' ? deployment.sourceBackend : deployment.destinationBackend);
  const backend = deployment.way === 'together' ? deployment.backend : ofSide;
  if (backend && backend.type === 'cloud') {
    const workspace = `${backend.organization}/${backend.workspace ?? stack}`;
    return `npm run synth, and a run of the workspace ${workspace} with cdktf.out/stacks/${stack}`;
  }
  return isApart ? `npx cdktf deploy ${stack}` : 'npx cdktf deploy';
}

import type { BackendSettings, DeploymentSettings } from './backend';
import type { GivenSettings } from './schema';

/**
 * How what is not as the stacks make it is made so again, in the way that this deployment is deployed: `deployment.by`, and
 * without it a run of the workspace that holds the state, or the CLI of CDKTF.
 *
 * @param side whose stack, where the accounts are deployed apart
 */
export function howToDeploy({ name, deployment }: Pick<GivenSettings, 'name' | 'deployment'>, side: string): string {
  if (!deployment) return 'npx cdktf deploy';
  const isApart = deployment.way === 'apart';
  const stack = isApart ? `${name}-${side}` : name;
  const folder = `cdktf.out/stacks/${stack}`;
  const workspace = workspaceOf(backendOf(deployment, side), stack);
  switch (deployment.by ?? (workspace === undefined ? 'cdktf' : 'workspace')) {
    case 'workspace':
      return `npm run synth, and a run of the workspace ${workspace} with ${folder}`;
    case 'terraform':
      return `npm run synth && terraform -chdir=${folder} init && terraform -chdir=${folder} apply`;
    case 'version-control':
      return `a merge to main (a new run where no setting changes), and the apply of ${workspace === undefined ? stack : `the workspace ${workspace}`} that follows`;
    case 'cdktf':
      return isApart ? `npx cdktf deploy ${stack}` : 'npx cdktf deploy';
  }
}

function backendOf(deployment: DeploymentSettings, side: string): BackendSettings {
  if (deployment.way === 'together') return deployment.backend;
  return side === 'source' ? deployment.sourceBackend : deployment.destinationBackend;
}

function workspaceOf(backend: BackendSettings, stack: string): string | undefined {
  return backend.type === 'cloud' ? `${backend.organization}/${backend.workspace ?? stack}` : undefined;
}

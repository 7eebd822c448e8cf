import type { App } from 'cdktf';
import { ApartDestinationStack, ApartSourceStack } from './ApartStacks';
import { BootstrapStack } from './BootstrapStack';
import type { DcsStack } from './DcsStack';
import { deployedResources, type StackTerraform } from './deployedResources';
import type { FunctionCode } from './accounts/SourceAccount';
import type { Settings } from '../settings/schema';
import { TogetherStack } from './TogetherStack';

/** Adds the stacks that the settings ask for: one for both accounts, or one for each; and what an administrator deploys before. */
export function addStacks(app: App, settings: Settings, code: FunctionCode): void {
  const stacks = deployedStacks(app, settings, code);
  if (!settings.bootstrap) return;
  for (const side of ['destination', 'source'] as const) {
    const resources = stacks.flatMap((stack) => deployedResources(stack.toTerraform() as StackTerraform, side));
    new BootstrapStack(app, `${settings.name}-bootstrap-${side}`, { settings, side, resources });
  }
}

function deployedStacks(app: App, settings: Settings, code: FunctionCode): DcsStack[] {
  const { name, deployment } = settings;
  if (deployment.way === 'together') {
    return [new TogetherStack(app, name, { settings, code, backend: deployment.backend })];
  }
  return [
    new ApartDestinationStack(app, `${name}-destination`, {
      settings,
      code,
      backend: deployment.destinationBackend,
    }),
    new ApartSourceStack(app, `${name}-source`, { settings, code, backend: deployment.sourceBackend }),
  ];
}

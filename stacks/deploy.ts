import type { App } from 'cdktf';
import { ApartDestinationStack, ApartSourceStack } from './ApartStacks';
import type { FunctionCode } from './accounts/SourceAccount';
import type { Settings } from '../settings/schema';
import { TogetherStack } from './TogetherStack';

/** Adds the stacks that the settings ask for: one for both accounts, or one for each. */
export function addStacks(app: App, settings: Settings, code: FunctionCode): void {
  const { name, deployment } = settings;
  if (deployment.way === 'together') {
    new TogetherStack(app, name, { settings, code, backend: deployment.backend });
    return;
  }
  new ApartDestinationStack(app, `${name}-destination`, {
    settings,
    code,
    backend: deployment.destinationBackend,
  });
  new ApartSourceStack(app, `${name}-source`, { settings, code, backend: deployment.sourceBackend });
}

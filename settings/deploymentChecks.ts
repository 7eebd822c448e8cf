import { nearest } from '../core/commandLine/nearest';
import type { BackendSettings } from './backend';
import type { Problem } from './problems';
import { REGIONS } from './regions';
import { isCron } from './schedule';
import type { Settings } from './schema';

/**
 * What a deployment would founder on and a command would not: a command must work in a Region that this version does not
 * know yet.
 */
export function deploymentProblems(settings: Settings): Problem[] {
  return [...regionsAreKnown(settings), ...schedulesAreOfEventBridge(settings)];
}

function regionsAreKnown({ source, destination, deployment }: Settings): Problem[] {
  const states = backendsOf(deployment).flatMap(({ path, backend }) =>
    backend.type === 's3' ? [{ path, region: backend.region }] : [],
  );
  const named = [{ path: 'source', ...source }, { path: 'destination', ...destination }, ...states];
  return named
    .filter(({ region }) => !REGIONS.includes(region))
    .map(({ path, region }) => {
      const near = nearest(region, REGIONS);
      const nextStep = near === undefined ? 'correct it' : `correct it; did you mean ${near}?`;
      return { path: `${path}.region`, value: region, allowed: 'a region of AWS', nextStep };
    });
}

function backendsOf(deployment: Settings['deployment']): { path: string; backend: BackendSettings }[] {
  if (deployment.way === 'together') return [{ path: 'deployment.backend', backend: deployment.backend }];
  return [
    { path: 'deployment.sourceBackend', backend: deployment.sourceBackend },
    { path: 'deployment.destinationBackend', backend: deployment.destinationBackend },
  ];
}

function schedulesAreOfEventBridge({ tableDefinition }: Settings): Problem[] {
  const { scheduleExpression: value } = tableDefinition;
  if (!value.startsWith('cron') || isCron(value)) return [];
  const allowed =
    'cron(MINUTE HOUR DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR) with values that there are, and ? in one of the two fields of days';
  const nextStep = 'correct it, for example to cron(0 3 * * ? *)';
  return [{ path: 'tableDefinition.scheduleExpression', value, allowed, nextStep }];
}

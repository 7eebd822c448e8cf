import { partitionOf } from '../core/partitions';
import { nearest } from '../core/commandLine/nearest';
import { backendsOf } from './backend';
import type { Problem } from './problems';
import { REGIONS } from './regions';
import { isCron } from './schedule';
import type { Settings } from './schema';

/**
 * What a deployment would founder on and a command would not: a command must work in a Region that this version does not
 * know yet.
 */
export function deploymentProblems(settings: Settings): Problem[] {
  return [
    ...regionsAreKnown(settings),
    ...schedulesAreOfEventBridge(settings),
    ...arnsAreOfThePartition(settings),
    ...credentialsCanDiffer(settings),
    ...bootstrapsDiffer(settings),
  ];
}

/** A role or key of another partition is of another cloud, whose credentials are worth nothing here. A state may be there. */
function arnsAreOfThePartition(settings: Settings): Problem[] {
  const { name: partition } = partitionOf(settings.source.region);
  return arnsIn({ ...settings, deployment: undefined })
    .filter(({ value }) => value.split(':')[1] !== partition)
    .map(({ path, value }) => ({
      path,
      value,
      allowed: `an ARN of the partition ${partition}, which ${settings.source.region} is in`,
      nextStep: 'correct it',
    }));
}

function arnsIn(value: unknown, path = ''): { path: string; value: string }[] {
  if (typeof value === 'string') return value.startsWith('arn:') ? [{ path, value }] : [];
  if (Array.isArray(value)) return value.flatMap((each, index) => arnsIn(each, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => arnsIn(each, path === '' ? name : `${path}.${name}`));
}

/** One run has one set of credentials, which is of one account: for the other, something has to be said. */
function credentialsCanDiffer({ deployment, source, destination }: Settings): Problem[] {
  const all = [source, destination];
  if (deployment.way === 'apart' || all.some(({ endpoint, assumeRole }) => endpoint ?? assumeRole)) return [];
  const isSaid = all.some(({ profile }) => profile !== undefined);
  // A profile is of one account; of two roles it may be the beginning.
  if (isSaid && source.profile === destination.profile) {
    return [
      {
        path: 'destination.profile',
        value: destination.profile,
        allowed: 'a profile other than source.profile: without a role to assume, one profile is of one account',
        nextStep: 'name another profile, or the role to assume (destination.assumeRole)',
      },
    ];
  }
  if (isSaid) return [];
  return [
    {
      path: 'destination.assumeRole',
      value: undefined,
      allowed: 'a role or a profile for at least one of the two accounts: together, one run deploys both',
      nextStep:
        'name the roles to assume (source.assumeRole, destination.assumeRole) or the profiles (source.profile, destination.profile), or deploy apart',
    },
  ];
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

/** Each account makes the bucket of its own state. */
function bootstrapsDiffer({ bootstrap, deployment }: Settings): Problem[] {
  if (!bootstrap || deployment.way === 'together') return [];
  const { sourceBackend: source, destinationBackend: destination } = deployment;
  if (source.type !== 's3' || destination.type !== 's3' || source.bucketName !== destination.bucketName) return [];
  const allowed = 'a bucket other than that of deployment.sourceBackend, for a bootstrap makes one in each account';
  const path = 'deployment.destinationBackend.bucketName';
  return [{ path, value: destination.bucketName, allowed, nextStep: 'name another bucket' }];
}

function schedulesAreOfEventBridge({ tableDefinition }: Settings): Problem[] {
  const { scheduleExpression: value } = tableDefinition;
  if (!value.startsWith('cron') || isCron(value)) return [];
  const allowed =
    'cron(MINUTE HOUR DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR) with values that there are, and ? in one of the two fields of days';
  const nextStep = 'correct it, for example to cron(0 3 * * ? *)';
  return [{ path: 'tableDefinition.scheduleExpression', value, allowed, nextStep }];
}

import { namesOf, type DeployPurpose } from '../../settings/names';
import type { BackendSettings } from '../../settings/backend';
import type { Settings, Side } from '../../settings/schema';
import { deployStatements, type DeployedSide } from './deploy';
import type { Statement } from './document';
import {
  assumeRoles,
  github,
  terraformCloud,
  trustPipeline,
  trustRole,
  useState,
  type OidcProvider,
} from './pipelines';
import { trustPrincipals } from './trust';

/** The roles of a bootstrap: who may assume each, and what it may do. */

export interface BootstrapRole {
  readonly id: string;
  readonly roleArn: string;
  readonly roleName: string;
  readonly description: string;
  readonly trust: readonly Statement[];
  readonly policy: readonly Statement[];
}

const PURPOSES: readonly DeployPurpose[] = ['plan', 'deploy'];

/** Apart, a run is of one account and has its role. Together, a run has a role of the destination, which assumes one in each account. */
export function bootstrapRoles(deployed: DeployedSide): BootstrapRole[] {
  const { settings, side } = deployed;
  const isTogether = settings.deployment.way === 'together';
  const own = PURPOSES.map((purpose) => accountRole(deployed, purpose, isTogether));
  if (!isTogether || side === 'source') return own;
  return [...own, ...PURPOSES.map((purpose) => runRole(settings, purpose))];
}

function accountRole(deployed: DeployedSide, purpose: DeployPurpose, isTogether: boolean): BootstrapRole {
  const { settings, side } = deployed;
  const names = namesOf(settings);
  const run = trustRole(names.pipelineRoleArns[purpose], settings[side].assumeRole?.externalId);
  return {
    id: purpose,
    ...called(names.deployRoleArns[side][purpose]),
    description: `${WHAT[purpose]} the ${side} account of ${settings.name}`,
    trust: isTogether ? [run, ...trustOthers(settings, side)] : trustPipelines(settings, side, purpose),
    policy: [
      ...deployStatements(deployed, purpose === 'plan' ? 'read' : 'write'),
      ...(isTogether ? [] : stateStatements(settings, side, purpose)),
    ],
  };
}

function runRole(settings: Settings, purpose: DeployPurpose): BootstrapRole {
  const { pipelineRoleArns, deployRoleArns } = namesOf(settings);
  return {
    id: `pipeline-${purpose}`,
    ...called(pipelineRoleArns[purpose]),
    description: `${WHAT[purpose]} both accounts of ${settings.name}, by a role in each`,
    trust: trustPipelines(settings, 'destination', purpose),
    policy: [
      assumeRoles([deployRoleArns.source[purpose], deployRoleArns.destination[purpose]]),
      ...stateStatements(settings, 'destination', purpose),
    ],
  };
}

const WHAT = { plan: 'Plans', deploy: 'Deploys' } as const;

const called = (roleArn: string) => ({ roleArn, roleName: roleArn.split('/').at(-1) ?? '' });

function trustPipelines(settings: Settings, side: Side, purpose: DeployPurpose): Statement[] {
  const stack = settings.deployment.way === 'together' ? 'together' : side;
  const pipelines = oidcProviders(settings, side).map((provider) => ({
    ...trustPipeline(provider, oidcProviderArn(settings, side, provider), provider.subjects(stack, purpose)),
    Sid: provider.id === 'github' ? 'GitHubAssumesRole' : 'TerraformCloudAssumesRole',
  }));
  return pipelines.length > 0 ? [...pipelines, ...trustOthers(settings, side)] : trustSomebody(settings, side);
}

/** Those of the settings who are of the account. */
function trustOthers(settings: Settings, side: Side): Statement[] {
  const own = (settings.bootstrap?.trustedPrincipalArns ?? []).filter(
    (principal) => principal.split(':')[4] === settings[side].accountId,
  );
  return own.length > 0 ? [trustPrincipals(own)] : [];
}

function trustSomebody(settings: Settings, side: Side): Statement[] {
  const others = trustOthers(settings, side);
  const root = `arn:${namesOf(settings).partition}:iam::${settings[side].accountId}:root`;
  return others.length > 0 ? others : [trustPrincipals([root])];
}

/** The stack whose run needs credentials of this account first; together that is the one stack, and the destination. */
function stackOfSide({ name, deployment }: Settings, side: Side): { stackName: string; backend: BackendSettings } {
  if (deployment.way === 'together') return { stackName: name, backend: deployment.backend };
  return {
    stackName: `${name}-${side}`,
    backend: side === 'source' ? deployment.sourceBackend : deployment.destinationBackend,
  };
}

export function oidcProviders(settings: Settings, side: Side): OidcProvider[] {
  if (settings.deployment.way === 'together' && side === 'source') return [];
  const { stackName, backend } = stackOfSide(settings, side);
  const { githubRepository } = settings.bootstrap ?? {};
  return [
    ...(githubRepository === undefined ? [] : [github(githubRepository)]),
    ...(backend.type === 'cloud' ? [terraformCloud(backend, stackName)] : []),
  ];
}

export function oidcProviderArn(settings: Settings, side: Side, { host }: OidcProvider): string {
  return `arn:${namesOf(settings).partition}:iam::${settings[side].accountId}:oidc-provider/${host}`;
}

/** The bucket that a side's bootstrap makes for the state; together it is the destination's. */
export function stateOf(settings: Settings, side: Side) {
  const { stackName, backend } = stackOfSide(settings, side);
  if (backend.type !== 's3' || (settings.deployment.way === 'together' && side === 'source')) return undefined;
  return {
    ...backend,
    bucketArn: `arn:${namesOf(settings).partition}:s3:::${backend.bucketName}`,
    key: `${backend.keyPrefix}${stackName}.tfstate`,
  };
}

function stateStatements(settings: Settings, side: Side, purpose: DeployPurpose): Statement[] {
  const state = stateOf(settings, side);
  if (state === undefined) return [];
  if (state.roleArn !== undefined) return [{ ...assumeRoles([state.roleArn]), Sid: 'AssumeStateRole' }];
  return useState(state.bucketArn, state.key, purpose);
}

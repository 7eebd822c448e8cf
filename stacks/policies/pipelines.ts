import type { BackendSettings } from '../../settings/backend';
import type { DeployPurpose } from '../../settings/names';
import type { Side } from '../../settings/schema';
import type { Statement } from './document';

/** Who may plan and deploy, and what of the state they may touch. */

/** Whose word AWS takes for who runs a pipeline. */
export interface OidcProvider {
  readonly id: 'github' | 'terraform-cloud';
  readonly host: string;
  readonly audience: string;
  /** What the token says of the run that may have the role: one of these, in which "*" is anything. */
  readonly subjects: (stack: Side | 'together', purpose: DeployPurpose) => readonly string[];
}

/**
 * The environments are those of the workflows in .github: one for each stack and purpose.
 *
 * A repository that was made, renamed or moved since 15 July 2026 is called with its ids, `OWNER@ID/NAME@ID`; an older one by its
 * name alone. Where the ids are not known both are trusted: no other repository of the owner can say so, for a name has no "@", and
 * GitHub escapes a ":" within an environment. Source: GitHub changelog, 2026-04-23, "Immutable subject claims for GitHub Actions OIDC tokens".
 */
export function github(repository: string): OidcProvider {
  const names = repository.includes('@') ? [repository] : [repository, `${repository.split('/').join('@*/')}@*`];
  return {
    id: 'github',
    host: 'token.actions.githubusercontent.com',
    audience: 'sts.amazonaws.com',
    subjects: (stack, purpose) =>
      names.map((name) => `repo:${name}:environment:${stack}${purpose === 'plan' ? '-plan' : ''}`),
  };
}

/** A run plans with one role and applies with the other (TFC_AWS_PLAN_ROLE_ARN, TFC_AWS_APPLY_ROLE_ARN). */
export function terraformCloud(
  { hostname = 'app.terraform.io', organization, project = 'Default Project', workspace }: CloudBackend,
  stackName: string,
): OidcProvider {
  return {
    id: 'terraform-cloud',
    host: hostname,
    audience: 'aws.workload.identity',
    subjects: (_stack, purpose) => [
      `organization:${organization}:project:${project}:workspace:${workspace ?? stackName}:run_phase:${purpose === 'plan' ? 'plan' : 'apply'}`,
    ],
  };
}
type CloudBackend = Extract<BackendSettings, { type: 'cloud' }>;

export function trustPipeline(
  { host, audience }: OidcProvider,
  providerArn: string,
  subjects: readonly string[],
): Statement {
  const [subject = '', ...others] = subjects;
  const run: Statement['Condition'] =
    others.length === 0
      ? { StringEquals: { [`${host}:aud`]: audience, [`${host}:sub`]: subject } }
      : { StringEquals: { [`${host}:aud`]: audience }, StringLike: { [`${host}:sub`]: subjects } };
  return {
    Sid: 'PipelineAssumesRole',
    Effect: 'Allow',
    Principal: { Federated: providerArn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: run,
  };
}

/** A role of the other account, or one that does not exist yet, is named in a condition and not as principal. */
export function trustRole(roleArn: string, externalId: string | undefined): Statement {
  const [, partition = '', , , accountId = ''] = roleArn.split(':');
  return {
    Sid: 'RunAssumesRole',
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
    Action: 'sts:AssumeRole',
    Condition: {
      ArnEquals: { 'aws:PrincipalArn': roleArn },
      ...(externalId === undefined ? {} : { StringEquals: { 'sts:ExternalId': externalId } }),
    },
  };
}

export function assumeRoles(roleArns: readonly string[]): Statement {
  return { Sid: 'AssumeRoles', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roleArns };
}

/** The state of a stack and its lock file (Terraform, backend s3, "Permissions required"). A plan of a pull request takes no lock. */
export function useState(bucketArn: string, key: string, purpose: DeployPurpose): Statement[] {
  const object = `${bucketArn}/${key}`;
  const lock = `${object}.tflock`;
  const list: Statement = { Sid: 'FindState', Effect: 'Allow', Action: 's3:ListBucket', Resource: bucketArn };
  if (purpose === 'plan') {
    return [list, { Sid: 'ReadState', Effect: 'Allow', Action: 's3:GetObject', Resource: object }];
  }
  return [
    list,
    { Sid: 'KeepState', Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: [object, lock] },
    { Sid: 'Unlock', Effect: 'Allow', Action: 's3:DeleteObject', Resource: lock },
  ];
}

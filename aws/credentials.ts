import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { Credentials } from './awsSettings';
import { sdkRequestHandler } from './sdkClient';

/** Who to be in one account: a profile of the shared configuration files, a role to assume from there, or both. */
export interface Identity {
  readonly profile?: string;
  readonly roleArn?: string;
  /** Region whose STS is asked for the role. */
  readonly region?: string;
}

/**
 * Credentials of an identity, renewed by the SDK before they expire; undefined when nothing is asked for, so that the
 * SDK's own chain decides (environment variables, AWS_PROFILE, container or instance role).
 */
export function credentialsOf({ profile, roleArn, region }: Identity): Credentials | undefined {
  if (roleArn === undefined && profile === undefined) return undefined;
  const requestHandler = sdkRequestHandler();
  const ofProfile =
    profile === undefined ? undefined : fromNodeProviderChain({ profile, clientConfig: { requestHandler } });
  if (roleArn === undefined) return ofProfile;
  return fromTemporaryCredentials({
    ...(ofProfile && { masterCredentials: ofProfile }),
    params: { RoleArn: roleArn, RoleSessionName: 'dcs' },
    clientConfig: { ...(region !== undefined && { region }), requestHandler },
  });
}

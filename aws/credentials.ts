import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';

interface StaticCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Keys, or a function that gets them again when they have expired. */
export type Credentials = StaticCredentials | (() => Promise<StaticCredentials>);

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
  if (roleArn === undefined) return profile === undefined ? undefined : fromNodeProviderChain({ profile });
  return fromTemporaryCredentials({
    ...(profile !== undefined && { masterCredentials: fromNodeProviderChain({ profile }) }),
    params: { RoleArn: roleArn, RoleSessionName: 'dcs' },
    ...(region !== undefined && { clientConfig: { region } }),
  });
}

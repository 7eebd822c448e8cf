import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { CouldNotLookError } from '../core/errors';
import type { Credentials } from './awsSettings';
import { sdkRequestHandler } from './sdkClient';

/** Who to be in one account: a profile of the shared configuration files, a role to assume from there, or both. */
export interface Identity {
  readonly profile?: string;
  readonly roleArn?: string;
  /** Region whose STS is asked for the role. */
  readonly region?: string;
  /** Of that STS, where it is another than the region's. */
  readonly stsEndpoint?: string;
  /** Asked for the code of a device, by its serial number, when a profile has `mfa_serial`. */
  readonly mfaCodeProvider?: (serialNumber: string) => Promise<string>;
}

/**
 * Credentials of an identity, renewed by the SDK before they expire; undefined when nothing is asked for, so that the
 * SDK's own chain decides (environment variables, AWS_PROFILE, container or instance role).
 */
export function credentialsOf(identity: Identity): Credentials | undefined {
  const { profile, roleArn, region, stsEndpoint, mfaCodeProvider } = identity;
  const isOwnChain = profile === undefined && mfaCodeProvider === undefined;
  if (roleArn === undefined && isOwnChain) return undefined;
  const requestHandler = sdkRequestHandler();
  const ofProfile = isOwnChain
    ? undefined
    : fromNodeProviderChain({ profile, mfaCodeProvider, clientConfig: { requestHandler } });
  if (roleArn === undefined) return ofProfile;
  return fromTemporaryCredentials({
    ...(ofProfile && { masterCredentials: ofProfile }),
    params: { RoleArn: roleArn, RoleSessionName: 'dcs' },
    clientConfig: {
      ...(region !== undefined && { region }),
      ...(stsEndpoint !== undefined && { endpoint: stsEndpoint }),
      requestHandler,
    },
  });
}

/**
 * The same credentials, whose failure names the account and what was tried.
 *
 * @throws CouldNotLookError when there are none
 */
export function namedCredentials(
  credentials: Credentials | undefined,
  { side, profile, roleArn }: Pick<Identity, 'profile' | 'roleArn'> & { readonly side: string },
): Credentials | undefined {
  if (typeof credentials !== 'function') return credentials;
  return async () => {
    try {
      return await credentials();
    } catch (cause) {
      const ofEnvironment = process.env.AWS_PROFILE;
      const tried =
        profile !== undefined
          ? `the profile ${profile}`
          : ofEnvironment
            ? `the profile ${ofEnvironment} (AWS_PROFILE)`
            : "the SDK's own chain (environment variables, shared files, role of the machine)";
      const role = roleArn === undefined ? '' : `, to assume ${roleArn} with it`;
      const [what, next] = isOfNetwork(cause)
        ? [
            'the service that gives credentials cannot be reached',
            `Check the network, HTTPS_PROXY, and --${side}-endpoint sts=URL`,
          ]
        : [
            'no credentials',
            `Log in (aws sso login, aws login), or name another profile or role with --${side}-profile and --${side}-role-arn`,
          ];
      throw new CouldNotLookError(
        `${what} for the ${side} account from ${tried}${role}: ${(cause as Error).message}. ${next}`,
        { cause },
      );
    }
  };
}

/** Errors of Node.js name the system call that failed. */
function isOfNetwork(cause: unknown): boolean {
  const { syscall } = (cause ?? {}) as { syscall?: unknown };
  return syscall === 'connect' || syscall === 'getaddrinfo' || syscall === 'read';
}
